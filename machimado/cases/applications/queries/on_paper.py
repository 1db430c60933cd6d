"""What the page for applications on paper shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count

from machimado.cases.applications.models import Application, Channel, Tally
from machimado.cases.procedures import queries as procedures
from machimado.ground.people.models import Office

# Enough to know an office's habits, and short enough to follow the seasons.
HABIT_DAYS = 90
# Letters that other keys of the page need (u: undo) are left out.
KEYS = "123456789abcdefghijklmnopqrstvwxyz"


@dataclass(frozen=True, slots=True)
class Choice:
    """A procedure that can be booked; `key` chooses it."""

    id: str
    title: str
    key: str


@dataclass(frozen=True, slots=True)
class Booking:
    """An application on paper that was booked."""

    id: UUID
    number: int
    title: str
    booked_at: datetime
    officer: str
    is_undone: bool


def choices(office: Office, on: date) -> list[Choice]:
    """Return the procedures that come on paper, the office's most frequent first; each of the first 34 has a key."""
    forms = procedures.offered(on, channel=Channel.PAPER)
    titles = {form.id: form.procedure.title["ja"] for form in forms}
    often = _frequency(office, on)
    ordered = sorted(titles, key=lambda procedure: -often.get(procedure, 0))
    return [
        Choice(procedure, titles[procedure], KEYS[place] if place < len(KEYS) else "")
        for place, procedure in enumerate(ordered)
    ]


def _frequency(office: Office, on: date) -> dict[str, int]:
    recent = Tally.objects.filter(office=office, date__gt=on - timedelta(days=HABIT_DAYS), date__lte=on)
    return dict(recent.values_list("procedure").annotate(Count("pk")))


def bookings(office: Office, on: date, titles: dict[str, str]) -> Sequence[Booking]:
    """Return the day's bookings of an office, newest first, those that were undone included."""
    found = (
        Application.objects.filter(channel=Channel.PAPER, case__office=office, case__opened_date=on)
        .select_related("case__officer")
        .defer("answers", "sources")
        .order_by("-begun_at")
    )
    return [_booking(application, titles) for application in found]


def _booking(application: Application, titles: dict[str, str]) -> Booking:
    case = application.case
    return Booking(
        id=application.pk,
        number=case.number,
        title=titles.get(application.procedure, application.procedure),
        booked_at=application.begun_at,
        officer=case.officer.name if case.officer else "",
        is_undone=application.state == Application.State.CANCELLED,
    )
