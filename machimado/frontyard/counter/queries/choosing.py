"""What may be begun for somebody: procedures and life events, and what they came for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from machimado.cases.applications import actions as cases
from machimado.cases.applications import paper
from machimado.cases.applications.models import (
    Application,
    Case,
)
from machimado.cases.applications.permissions import RUNNING
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.form import Form
from machimado.frontyard.reception import queries as reception


@dataclass(frozen=True, slots=True)
class Choice:
    """A procedure that can be begun at the counter; `key` is the digit that begins it."""

    id: str
    title: str
    summary: str
    key: str
    has_paper: bool
    business_id: str
    business: str
    words: str


def by_business(choices: Iterable[Choice]) -> list[Choice]:
    """Return those without a key, the procedures of one business together."""
    return sorted((one for one in choices if not one.key), key=lambda one: one.business_id)


def standing(case: Case) -> str:
    """Return how the person whose case it is stands in the register; a newcomer is in none yet."""
    return case.resident.status if case.resident else "newcomer"


def choices(on: date, *, standing: str) -> list[Choice]:
    """Return the procedures that the counter offers on that day for somebody who stands so; each keeps its key."""
    every = procedures.offered(on, channel="counter")
    keys = {form.id: str(key) for key, form in enumerate(every[:9], start=1)}
    return [_choice(form, keys.get(form.id, "")) for form in every if standing in form.procedure.standings]


def _choice(form: Form, key: str) -> Choice:
    return Choice(
        id=form.id,
        title=form.procedure.title["ja"],
        summary=(form.procedure.summary or {}).get("ja", ""),
        key=key,
        has_paper=paper.has_layout(form),
        business_id=form.procedure.business_id,
        business=procedures.business_name(form),
        words=procedures.words_of(form),
    )


@dataclass(frozen=True, slots=True)
class Event:
    """A life event that can be begun at the counter."""

    id: str
    title: str
    summary: str
    words: str
    # In whose name it is opened, where that is not whoever came.
    about: str


def events(on: date, *, standing: str) -> list[Event]:
    """Return the life events that the counter offers on that day for somebody who stands so."""
    found = procedures.events_offered(on, channel="counter")
    return [_event(form) for form in found if standing in form.procedure.standings]


def _event(form: Bundle) -> Event:
    title, summary = form.procedure.title["ja"], (form.procedure.summary or {}).get("ja", "")
    return Event(form.id, title, summary, procedures.words_of(form), (form.event.about or {}).get("ja", ""))


@dataclass(frozen=True, slots=True)
class CameFor:
    """What somebody said at the reception that they came for; `offered` is what the counter can begin of it for them."""

    offered: Choice | Event | None
    words: str


def came_for(case: Case, offered: Iterable[Choice | Event], *, on: date) -> CameFor:
    """Return what the person came for: what was chosen at the reception, and what they said in their own words."""
    chosen = reception.procedure_of(case)
    words = "" if case.purpose == chosen else case.purpose
    found = next((one for one in offered if one.id == chosen), None)
    if chosen and found is None and procedures.is_offered(chosen, on=on, channel="counter"):
        words = words or procedures.current(chosen, on=on).procedure.title["ja"]
    return CameFor(found, words)


def doubt(application: Application) -> str:
    """Return what officers should make sure of: that the case of a life event is in the name that the event is about."""
    form, resident = cases.form_of(application), application.case.resident
    if not isinstance(form, Bundle) or form.event.about is None or resident is None:
        return ""
    if application.state not in RUNNING or resident.status == form.event.standings[0]:
        return ""
    about, stands = form.event.about["ja"], resident.get_status_display()
    return (
        f"「{about}」は{resident.name_text}さんで間違いありませんか。住民記録では「{stands}」です。"
        "来られた方の名前で受け付けていたら、探し直してください。"
    )


def choice(procedure: str, on: date) -> Choice | None:
    """Return the procedure if the counter offers it on that day."""
    offered = procedures.offered(on, channel="counter")
    return next((_choice(form, "") for form in offered if form.id == procedure), None)
