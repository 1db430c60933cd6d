"""What the page for applications on paper shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from machimado.cases.applications.models import Application, Channel
from machimado.ground.people.models import Office


@dataclass(frozen=True, slots=True)
class Booking:
    """An application on paper that was booked."""

    id: UUID
    number: int | None
    title: str
    booked_at: datetime
    officer: str
    is_undone: bool


def bookings(office: Office, on: date, titles: dict[str, str]) -> Sequence[Booking]:
    """Return the day's bookings of an office, newest first, those that were undone included."""
    found = (
        Application.objects.filter(channel=Channel.PAPER, case__office=office, case__opened_date=on)
        .select_related("case__officer")
        .defer("answers", "sources")
        .order_by("-case__number")
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
