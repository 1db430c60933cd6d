"""What the resident's own pages show, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, Turn
from machimado.cases.applications.permissions import RUNNING, State
from machimado.cases.applications.rules.laying_out import lay_out
from machimado.cases.applications.rules.sheet import Refusal, Sheet, for_an_agent
from machimado.cases.applications.rules.wording import say
from machimado.cases.delivery import queries as delivery
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.form import Form
from machimado.ground.people.models import Office
from machimado.ground.ui.languages import understood

# Of one person's list; whoever has more finds the others by their codes.
MOST_OWN = 50


@dataclass(frozen=True, slots=True)
class Offer:
    """A procedure or life event to begin."""

    id: str
    title: str
    summary: str
    words: str
    business: str
    # In which it stands here: another than the page's where the procedure does not speak that one.
    language: str


def events(on: date, *, channel: str, language: str) -> list[Offer]:
    """Return the life events that the channel offers."""
    return [_offer(form, language) for form in procedures.events_offered(on, channel=channel)]


def offered(on: date, *, channel: str, language: str) -> list[Offer]:
    """Return the procedures that the channel offers, those of one business together."""
    found = [_offer(form, language) for form in procedures.offered(on, channel=channel)]
    return sorted(found, key=lambda one: one.business)


def _offer(form: Form, language: str) -> Offer:
    own, said = form.procedure, understood(language, procedures.languages_of(form))
    title, summary = say(own.title, said), say(own.summary, said)
    words = f"{procedures.words_of(form)} {say(own.title, language)}"
    return Offer(form.id, title, summary, words, procedures.business_name(form), said.value)


@dataclass(frozen=True, slots=True)
class Start:
    """What somebody should know before they begin."""

    id: str
    title: str
    summary: str
    fee: str
    # Of a life event none: which of its many papers somebody needs, its route tells.
    documents: tuple[str, ...]
    is_event: bool
    laws: tuple[str, ...]
    spoken: frozenset[str]
    # Here and now, without an officer, for whoever signs in by the provider.
    is_issued_alone: bool


def start(procedure: str, on: date, *, channel: str, language: str) -> Start | None:
    """Return what there is to know of a procedure that the channel offers on that day."""
    if not procedures.is_offered(procedure, on=on, channel=channel):
        return None
    form = procedures.current(procedure, on=on)
    own, spoken = form.procedure, procedures.languages_of(form)
    language, is_event = understood(language, spoken), isinstance(form, Bundle)
    return Start(
        id=procedure,
        title=say(own.title, language),
        summary=say(own.summary, language),
        fee=f"{own.fee:,}" if isinstance(own.fee, int) and own.fee else "",
        documents=() if is_event else tuple(dict.fromkeys(say(one.title, language) for one in own.documents)),
        is_event=is_event,
        laws=tuple(f"{one.law} {one.article}" for one in own.legal_basis),
        spoken=spoken,
        is_issued_alone=channel == "kiosk" and cases.is_issued_alone(own),
    )


def spoken(application: Application) -> frozenset[str]:
    """Return the languages in which an application's procedure says everything."""
    return procedures.languages_of(cases.form_of(application))


def offices() -> list[Office]:
    """Return the offices that somebody may choose, the head office first."""
    return sorted(Office.objects.all(), key=lambda one: (one.kind != "head", one.pk))


def sheet(
    application: Application, *, at: datetime, language: str, refusals: Mapping[str, Refusal] | None = None
) -> Sheet:
    """Return the application as whoever has its code may see it: what the register told an officer stays with the city."""
    kept = {path: Refusal(**entry) for path, entry in application.refused.items()}
    whole = lay_out(
        cases.form_of(application),
        application.answers,
        application.sources,
        today=timezone.localdate(at),
        channel=cases.channel_of(application),
        language=language,
        refusals={**kept, **(refusals or {})},
        is_alone=True,
    )
    return for_an_agent(whole, language)


@dataclass(frozen=True, slots=True)
class Sent:
    """One application as its sender follows it."""

    title: str
    reference: str
    state: str
    # What happens next, or what they have to do.
    next_step: str


def sent(application: Application, *, at: datetime, language: str) -> list[Sent]:
    """Return how it stands with what was sent: one by one, where a life event became several."""
    found = list(application.parts.exclude(state=State.CANCELLED).select_related("definition")) or [
        application
    ]
    return [_sent(one, at, language) for one in found]


def _sent(application: Application, at: datetime, language: str) -> Sent:
    title = say(cases.form_of(application).procedure.title, language)
    return Sent(title, application.reference, *_state(application, at))


def _state(application: Application, at: datetime) -> tuple[str, str]:
    if application.state == State.CANCELLED:
        return "cancelled", ""
    if application.state == State.SIGNED:
        return ("checking", "") if application.case.officer_id else ("arrived", "")
    status = delivery.status_of(application.pk, at=at)
    if status is not None and status.is_accepted:
        return "done", ""
    if status is not None and status.is_rejected:
        return "returned", ""
    return ("sending", "") if application.case.officer_id else ("going", "")


@dataclass(frozen=True, slots=True)
class Own:
    """An application of somebody who is signed in; `state` is as in `Sent`, or "open" while they answer, "officer" while one does."""

    id: str
    title: str
    reference: str
    begun_at: datetime
    state: str
    may_go_on: bool
    may_withdraw: bool


def own(person: str, *, at: datetime, language: str) -> list[Own]:
    """Return the applications of somebody who is signed in, the newest first; what was left until its time was over is gone."""
    found = (
        Application.objects.filter(resumption__person=person)
        .exclude(state__in=[State.INTERVIEW, State.REVIEW], resumption__valid_until__lt=at)
        .select_related("resumption", "definition", "case")
        .order_by("-begun_at")[:MOST_OWN]
    )
    return [_own(one, at, language) for one in found]


def _own(application: Application, at: datetime, language: str) -> Own:
    is_in_hand = application.case.officer_id is not None
    return Own(
        id=str(application.pk),
        title=say(cases.form_of(application).procedure.title, language),
        reference=application.reference,
        begun_at=application.begun_at,
        state=_own_state(application, at),
        may_go_on=application.resumption.valid_until >= at,
        may_withdraw=application.state in RUNNING
        and not is_in_hand
        and application.resumption.valid_until >= at,
    )


def _own_state(application: Application, at: datetime) -> str:
    if application.state in {State.INTERVIEW, State.REVIEW}:
        return "open" if application.turn == Turn.RESIDENT else "officer"
    return _state(application, at)[0]
