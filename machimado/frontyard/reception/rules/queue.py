"""In which order people are called: one queue for those who walk in and those who have booked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

# Whoever comes later than that after the booked time stands in the queue like somebody who walks in.
GRACE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's place in the queue: from when their turn counts, and the time that they have booked."""

    queued_at: datetime
    number: int
    booked_at: datetime | None = None

    def is_due(self, at: datetime) -> bool:
        """Return whether they may be called: nobody who has booked is called before the booked time."""
        return self.booked_at is None or self.booked_at <= at


T = TypeVar("T", bound="Place")


def place(*, arrived_at: datetime, number: int, booked_at: datetime | None) -> Place:
    """Return the place of somebody who arrives: a booking that was missed by more than the grace is none any more."""
    if booked_at is not None and arrived_at - booked_at > GRACE:
        return Place(arrived_at, number)
    return Place(arrived_at, number, booked_at)


def order(one: Place, at: datetime) -> tuple[int, datetime, int]:
    """Return by what places are sorted: due bookings by their time, then walk-ins by arrival, then bookings not due yet."""
    if one.booked_at is None:
        return 1, one.queued_at, one.number
    return (0 if one.is_due(at) else 2), one.booked_at, one.number


def in_order(places: Iterable[T], at: datetime) -> list[T]:
    """Return the places in the order in which they would be called now."""
    return sorted(places, key=lambda one: order(one, at))


def behind(own: Place, first: Place | None) -> datetime:
    """Return from when somebody's turn counts who comes back and lets whoever is called first go first."""
    if first is None or first.booked_at is not None:
        return own.queued_at
    return max(own.queued_at, first.queued_at + timedelta(microseconds=1))
