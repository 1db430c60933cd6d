"""An application laid out for the officer's page and for the resident's screen."""

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import (
    RESUMPTIONS,
    Application,
    Turn,
)
from machimado.cases.applications.rules.answers import INDEX, take
from machimado.cases.applications.rules.laying_out import lay_out
from machimado.cases.applications.rules.sheet import Group, Refusal, Sheet, for_an_agent
from machimado.cases.procedures import queries as procedures
from machimado.frontyard.counter.models import Desk
from machimado.ground.ui.languages import Language, understood

# Pages of somebody who goes on alone that are no question's.
_PLACES = {"route": "必要な手続の確認", "check": "内容の確認"}


def sheet(
    application: Application,
    *,
    at: datetime,
    refusals: Mapping[str, Refusal] | None = None,
    spoken: str = "",
) -> Sheet:
    """Return the application as an officer sees it: with what was mistyped, now (`refusals`) or before.

    `spoken` is the language of whoever sits there, where it is not Japanese: the officer can say the questions in it.
    """
    kept = {path: Refusal(**entry) for path, entry in application.refused.items()}
    return lay_out(
        cases.form_of(application),
        application.answers,
        application.sources,
        today=timezone.localdate(at),
        channel=cases.channel_of(application),
        refusals={**kept, **(refusals or {})},
        spoken=spoken,
    )


def stands_at(application: Application, sheet: Sheet) -> str:
    """Return in words where whoever goes on alone stands; nothing while an officer goes on, or where it is not known."""
    if application.turn != Turn.RESIDENT or application.state != Application.State.INTERVIEW:
        return ""
    resumption = RESUMPTIONS.find(application.pk)
    return _named(sheet, resumption.place) if resumption is not None else ""


def _named(sheet: Sheet, place: str) -> str:
    if place in _PLACES:
        return _PLACES[place]
    for section in sheet.sections:
        for item in section.items:
            path, rows = (item.line.path, item.rows) if isinstance(item, Group) else (item.path, ())
            row = next((row for row in rows if f"{path}.{row.index}" == place), None)
            if row is not None:
                return f"{section.title}　{row.title}"
        line = next((line for line in section.lines() if line.path == place), None)
        if line is not None:
            return f"{section.title}　{line.label}"
    return ""


def anchor_of(application: Application) -> str:
    """Return what stands behind the address of the interview, so that it opens where the resident stood."""
    resumption = RESUMPTIONS.find(application.pk)
    place = resumption.place if resumption is not None else ""
    return "#q-" + place.replace(".", "-") if cases.form_of(application).question(place) else ""


def is_from_copy(application: Application) -> bool:
    """Return whether some of the answers came from the copy for searching."""
    return any(kept["source"] == INDEX for kept in application.sources.values())


def spoken(application: Application | None) -> frozenset[str] | None:
    """Return the languages in which an application's procedure says everything; None where there is none."""
    return procedures.languages_of(cases.form_of(application)) if application else None


def spoken_beside(desk: Desk | None, application: Application) -> str:
    """Return the language in which the officer can say the questions beside Japanese, to whoever sits at the desk."""
    if desk is None or desk.language == Language.JAPANESE:
        return ""
    return understood(desk.language, procedures.languages_of(cases.form_of(application))).value


def screen_sheet(application: Application, *, at: datetime, language: str) -> Sheet:
    """Return the application as whoever sits at the counter may see it: an agent knows less than the register does."""
    whole = lay_out(
        cases.form_of(application),
        application.answers,
        application.sources,
        today=timezone.localdate(at),
        channel=cases.channel_of(application),
        language=language,
    )
    # Until somebody has said who is here, it may be anybody.
    asks = cases.form_of(application).question("applicant.role") is not None
    is_family = take(application.answers, "applicant.role") in {"self", "household"}
    return for_an_agent(whole, language) if asks and not is_family else whole
