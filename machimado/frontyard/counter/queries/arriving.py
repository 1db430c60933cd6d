"""What residents have begun or sent by themselves, and who says so."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import (
    APPLICATIONS_OF,
    RESUMPTIONS,
    Application,
    Case,
    Resumption,
    Turn,
)
from machimado.cases.applications.permissions import RUNNING
from machimado.cases.applications.rules.answers import SAID_ALONE, take
from machimado.frontyard.counter.queries.cases import application
from machimado.frontyard.counter.queries.sheets import sheet
from machimado.ground.people.models import Officer


@dataclass(frozen=True, slots=True)
class Brought:
    """What a resident brings to the counter with a code."""

    code: str
    title: str
    reference: str
    answered: int
    open_points: int
    begun_at: datetime
    is_signed: bool


def brought(resumption: Resumption, *, code: str, at: datetime) -> Brought:
    """Return what a code stands for, as far as an officer should know before taking it over: nothing of the answers."""
    found = application(resumption.application_id)
    known = sheet(found, at=at)
    return Brought(
        code=code,
        title=known.title,
        reference=found.reference,
        answered=known.answered,
        open_points=known.open_points,
        begun_at=found.begun_at,
        is_signed=found.state == Application.State.SIGNED,
    )


def begun_alone(case: Case) -> Application | None:
    """Return what a resident has begun alone in the case and an officer goes on with, before it was sent."""
    found = (one for one in APPLICATIONS_OF.all(case.pk) if one.state in RUNNING)
    return next((one for one in found if one.record_read_at is None), None)


@dataclass(frozen=True, slots=True)
class Arrived:
    """What residents have sent or given up without an officer, for somebody to take it up."""

    id: UUID
    title: str
    reference: str
    channel: str
    since: datetime
    is_signed: bool
    # When whoever sent it was confirmed by the identity provider; not at all where nobody signed in.
    verified_at: datetime | None


def arrived(officer: Officer) -> list[Arrived]:
    """Return what residents have finished alone, or given up, and nobody has taken up yet; the longest waiting first."""
    waiting = Application.objects.filter(case__office=officer.office_id, case__closed_at=None)
    signed = Q(state=Application.State.SIGNED, turn=Turn.RESIDENT)
    given_up = Q(state=Application.State.INTERVIEW, turn=Turn.OFFICER, case__officer=None, case__number=None)
    found = waiting.filter(signed | given_up).select_related("definition", "resumption")
    ordered = sorted(found.defer("definition__definition", "answers", "sources"), key=_since)
    return [
        Arrived(
            id=one.pk,
            title=one.definition.title,
            reference=one.reference,
            channel=one.get_channel_display(),
            since=_since(one),
            is_signed=one.state == Application.State.SIGNED,
            verified_at=one.resumption.verified_at,
        )
        for one in ordered
    ]


def _since(application: Application) -> datetime:
    return application.resumption.asked_at or application.resumption.touched_at


@dataclass(frozen=True, slots=True)
class Verified:
    """That a resident signed in by the identity provider; `is_same`: the answers still are about that person."""

    when: str
    assurance: str
    is_same: bool


def verified(application: Application) -> Verified | None:
    """Return who the identity provider says that it is; nothing where nobody signed in, or an officer asked everything."""
    if not any(kept["source"] in SAID_ALONE for kept in application.sources.values()):
        return None
    found = RESUMPTIONS.find(application.pk)
    if found is None or found.verified_at is None:
        return None
    when = f"{timezone.localtime(found.verified_at):%Y年%-m月%-d日 %-H:%M}"
    return Verified(when, found.assurance, cases.is_about_confirmed(found, application))


def who_says(application: Application) -> str:
    """Return what a resident's answers say of who they are, as a search takes it: the reading of the name, and the birth date."""
    answers = application.answers
    name = (
        next(filter(None, (take(answers, path) for path in ("resident.name", "applicant.name"))), None) or {}
    )
    born = take(answers, "resident.birth_date") or ""
    return quote(" ".join(filter(None, (name.get("kana") or name.get("text", ""), born))))
