"""What the actions of this room share: locked rows, kept files, lines in the journal."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import IntegrityError
from django.utils import timezone

from machimado.cases.applications.models import (
    APPLICATIONS,
    APPLICATIONS_OF,
    DEFINITIONS,
    Application,
    Case,
    Channel,
    FrozenDefinition,
    StoredFile,
)
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.catalogue import Frozen, UnknownProcedureError, thaw, thawed
from machimado.cases.procedures.rules.bundle import AGREED, PUT_OFF, Bundle, not_yet_agreed
from machimado.cases.procedures.rules.definition import Channel as DefinedChannel
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.outcome import Outcome
from machimado.cases.register.models import Resident
from machimado.ground.journal.actions import record
from machimado.ground.people.models import Officer
from machimado.ground.ui.sentences import Sentence

SIGNATURE = "signature"
# The channel as the procedures' definitions call it.
CHANNELS: dict[str, DefinedChannel] = {
    Channel.COUNTER: "counter",
    Channel.PAPER: "paper",
    Channel.WEB: "web",
    Channel.KIOSK: "kiosk",
}
T = TypeVar("T")


class NotReady(Exception):
    """The application cannot go on yet; `missing` and `wrong` are the paths to look at."""

    def __init__(self, message: str, *, missing: tuple[str, ...] = (), wrong: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.missing = missing
        self.wrong = wrong


def form_of(application: Application) -> Form:
    """Return the compiled form of the definition that the application was begun with."""
    known = thawed(application.definition_id)
    # The definition itself is long: it is read only where this process has not compiled it yet.
    return known or thaw(application.definition.definition, content_hash=application.definition_id)


def channel_of(application: Application) -> DefinedChannel:
    """Return how the application reached us, as the definitions call it."""
    return CHANNELS[application.channel]


def newer_form(application: Application, *, on: date) -> Form | None:
    """Return the version in force where it is newer than the one that the application was begun with."""
    try:
        current = procedures.current(application.procedure, on=on)
    except UnknownProcedureError:
        return None
    return current if current.is_newer_than(form_of(application)) else None


def check_open(case: Case) -> None:
    """Check that the case has not ended.

    Raises: NotReady.
    """
    if case.closed_at is not None:
        raise NotReady(f"受付{case.number}番は終わっています。新しく受け付けてください。")


def needs_signature(application: Application) -> bool:
    """Return whether the form asks for a signature."""
    return form_of(application).question(SIGNATURE) is not None


def check_complete(application: Application, at: datetime, *, without: frozenset[str]) -> Outcome:
    """Return the outcome of an application that is complete and right.

    Raises: NotReady.
    """
    form, today = form_of(application), timezone.localdate(at)
    channel = channel_of(application)
    outcome = form.evaluate(application.answers, today=today, channel=channel)
    missing = tuple(path for path in outcome.missing if path not in without)
    if missing == (AGREED,):
        # Everything was put off: that is what there is to say, not that the route is to be agreed.
        _check_goes(form, application, at)
    wrong = (
        *(path for finding in outcome.errors for path in finding.fields),
        *(path for path in application.refused if path in outcome.asked),
    )
    if missing or wrong:
        raise NotReady(
            Sentence("まだ答えていない質問か、直すところがあります。印のついた項目を確かめてください。"),
            missing=missing,
            wrong=wrong,
        )
    _check_goes(form, application, at)
    return outcome


def check_route(*, application: Application, at: datetime) -> None:
    """Check that the triage of a life event is answered, and calls for something to be done here.

    Raises: NotReady.
    """
    form, today = form_of(application), timezone.localdate(at)
    # Agreed once, and the route has changed since: what its procedures still ask is asked after the route, not before.
    answers = not_yet_agreed(application.answers)
    outcome = form.evaluate(answers, today=today, channel=channel_of(application))
    missing = tuple(path for path in outcome.missing if path != AGREED)
    wrong = tuple(path for finding in outcome.errors for path in finding.fields)
    if missing or wrong:
        raise NotReady(
            Sentence("はじめの質問に、まだ答えていないところがあります。"), missing=missing, wrong=wrong
        )
    _check_goes(form, application, at)


def going(*, application: Application, at: datetime) -> list[str]:
    """Return the procedures that a life event's answers call for today, in their order."""
    form, channel = form_of(application), channel_of(application)
    today = timezone.localdate(at)
    found = form.going(application.answers, today=today, channel=channel) if isinstance(form, Bundle) else []
    return [member.id for member in found]


def _check_goes(form: Form, application: Application, at: datetime) -> None:
    """Check that a life event has something to be done, and nothing that this case does already or has done."""
    if not isinstance(form, Bundle):
        return
    names = going(application=application, at=at)
    if not names:
        raise NotReady(
            Sentence("今日行う手続がひとつもありません。「手続の道すじ」で、行う手続を選んでください。"),
            missing=(PUT_OFF,),
        )
    cancelled = Application.State.CANCELLED
    others = (one for one in APPLICATIONS_OF.all(application.case_id) if one.pk != application.pk)
    twice = next((one for one in others if one.procedure in names and one.state != cancelled), None)
    if twice is not None:
        title = form.members[twice.procedure].form.procedure.title
        raise NotReady(
            Sentence(
                "「{title}」は、この受付で別に進んでいるか、もう送っています（申請番号 {reference}）。"
                "「手続の道すじ」で「今日はしない」にするか、そちらを取り下げてください。",
                title=title,
                reference=twice.reference,
            ),
            missing=(PUT_OFF,),
        )


def lock(application: Application) -> Application:
    """Return the application as it is now, its row held until the transaction ends."""
    return APPLICATIONS.hold(application.pk)


def record_change(
    application: Application, by: Officer | None, action: str, at: datetime, detail: Mapping[str, Any]
) -> None:
    """Leave a line in the journal; without an officer it was the resident at the screen."""
    resident = application.case.resident_id
    record(
        by="resident" if by is None else by,
        action=action,
        subject=str(resident or ""),
        case=str(application.case_id),
        detail=detail,
        at=at,
    )


def subject(resident: Resident | None) -> str:
    """Return the opaque id by which the journal knows a resident."""
    return str(resident.pk) if resident else ""


def frozen(procedure: str, *, at: datetime) -> str:
    """Return the hash of the kept copy of the definition in force; the first application of a version makes it.

    Raises: UnknownProcedureError.
    """
    return keep_definition(procedure, procedures.frozen(procedure, on=timezone.localdate(at)))


def keep_definition(procedure: str, copy: Frozen) -> str:
    """Keep a frozen definition, unless it is kept already, and return its hash."""
    if DEFINITIONS.has(copy.content_hash):
        return copy.content_hash
    described = {
        "procedure": procedure,
        "title": copy.title,
        "version": copy.version,
        "definition": copy.definition,
    }
    FrozenDefinition.objects.get_or_create(content_hash=copy.content_hash, defaults=described)
    return copy.content_hash


def store(
    application: Application, purpose: str, name: str, media_type: str, content: bytes, at: datetime
) -> StoredFile:
    """Keep a file with the application."""
    return StoredFile.objects.create(
        application=application,
        purpose=purpose,
        name=name,
        media_type=media_type,
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        stored_at=at,
    )


def until_free(make: Callable[[], T], tries: int = 20) -> T:
    """Return what `make` made; again where another took the same number or reference at the same moment."""
    for _ in range(tries - 1):
        try:
            return make()
        except IntegrityError:
            continue
    return make()
