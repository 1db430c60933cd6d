"""When somebody can be booked, and who is."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.utils import timezone

from machimado.frontyard.reception.models import Appointment, ClosedDay, Timetable
from machimado.frontyard.reception.rules.slots import Hours
from machimado.ground.people.models import Office


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that can be booked, and how many seats are free."""

    starts_at: datetime
    free: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day with its times that can be booked."""

    date: date
    slots: list[Slot]

    @property
    def free(self) -> int:
        """Return how many seats are free on the day."""
        return sum(slot.free for slot in self.slots)


def timetables(office: Office | None = None, *, is_open: bool | None = None) -> list[Timetable]:
    """Return the timetables of an office, or of all of them."""
    found = Timetable.objects.select_related("office", "section")
    found = found.filter(office=office) if office else found
    return list(found if is_open is None else found.filter(is_open=is_open))


def timetable(key: int) -> Timetable | None:
    """Return a timetable by its id."""
    return Timetable.objects.select_related("office", "section").filter(pk=key).first()


def days(table: Timetable, at: datetime) -> list[Day]:
    """Return the days on which somebody can still be booked, each with its times."""
    today = timezone.localdate(at)
    every = [today + timedelta(days=ahead) for ahead in range(table.days_ahead + 1)]
    closed, taken = _closed(table, every[-1]), _taken(table, at)
    found = (Day(day, _slots(table, day, at, closed, taken)) for day in every)
    return [day for day in found if day.slots]


def bookable(table: Timetable, wanted: datetime, at: datetime) -> list[datetime]:
    """Return the times of that day that can be booked, free or not."""
    day, today = timezone.localdate(wanted), timezone.localdate(at)
    if not table.is_open or not today <= day <= today + timedelta(days=table.days_ahead):
        return []
    return [slot.starts_at for slot in _slots(table, day, at, _closed(table, day), Counter())]


def _slots(
    table: Timetable, day: date, at: datetime, closed: set[date], taken: "Counter[datetime]"
) -> list[Slot]:
    hours = Hours(frozenset(table.weekdays), table.opens, table.closes, table.minutes)
    starts = (timezone.make_aware(start) for start in hours.starts(day, closed))
    return [Slot(start, max(table.capacity - taken[start], 0)) for start in starts if start > at]


def _closed(table: Timetable, until: date) -> set[date]:
    closed = ClosedDay.objects.filter(office=table.office_id, closed_date__lte=until)
    return set(closed.values_list("closed_date", flat=True))


def _taken(table: Timetable, at: datetime) -> "Counter[datetime]":
    going = Appointment.objects.filter(timetable=table, cancelled_at=None, starts_at__gt=at)
    return Counter(going.values_list("starts_at", flat=True))


def closed_days(office: Office, on: date) -> list[date]:
    """Return the days to come on which the office takes no bookings."""
    found = ClosedDay.objects.filter(office=office, closed_date__gte=on)
    return list(found.values_list("closed_date", flat=True))


def appointments(office: Office, day: date) -> list[Appointment]:
    """Return the office's bookings of a day, those that were cancelled among them."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    of_day = Appointment.objects.filter(starts_at__gte=start, starts_at__lt=start + timedelta(days=1))
    return list(of_day.filter(timetable__office=office).select_related("timetable", "case"))


def expected(office: Office, at: datetime) -> list[Appointment]:
    """Return who has booked for today and has not come yet."""
    today = appointments(office, timezone.localdate(at))
    return [one for one in today if one.case_id is None and one.cancelled_at is None]


def appointment_by(code_hash: str) -> Appointment | None:
    """Return the booking that a code opens."""
    along = Appointment.objects.select_related("timetable__office", "timetable__section")
    return along.filter(code_hash=code_hash).first()


def appointment_at(office: Office | int, key: UUID) -> Appointment | None:
    """Return a booking of the office."""
    along = Appointment.objects.select_related("timetable__office", "timetable__section")
    return along.filter(pk=key, timetable__office=office).first()
