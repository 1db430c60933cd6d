"""The hall of an office, as an officer sees it: who waits and who may be called, who is served, what was left over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from machimado.cases.applications.models import Case, Lane
from machimado.frontyard.reception.models import Ticket
from machimado.frontyard.reception.queries.queueing import (
    Passed,
    Waiting,
    of_today,
    passed,
    place_of,
    standing_of,
    with_times,
)
from machimado.frontyard.reception.queries.serving import serving_at
from machimado.frontyard.reception.rules import duties
from machimado.frontyard.reception.rules.duties import Asked
from machimado.frontyard.reception.rules.queue import order
from machimado.ground.people.models import Office, Officer

# Longer than that, an officer should look up: the wait that residents accept without a word from anybody.
LONG_WAIT_MINUTES = 15


@dataclass(frozen=True, slots=True)
class Arrival:
    """A case as reception sees it. `minutes` runs from arrival, or from the call when somebody serves it."""

    id: UUID
    number: int | None
    opened_date: date
    lane: Lane
    purpose: str
    arrived_at: datetime | None
    minutes: int
    officer: str
    officer_id: UUID | None
    section: str = ""
    # Who looks at the hall may call them.
    is_mine: bool = True
    passed: Passed | None = None
    booked_at: datetime | None = None
    # Nobody calls them before the time that they have booked.
    is_due: bool = True

    @property
    def is_long(self) -> bool:
        """Return whether the wait is longer than an officer should let it be."""
        return not self.officer and self.minutes >= LONG_WAIT_MINUTES


@dataclass
class Hall:
    """An office's residents of the day; those who wait in the order in which they are called."""

    waiting: list[Arrival] = field(default_factory=list)
    away: list[Arrival] = field(default_factory=list)
    missing: list[Arrival] = field(default_factory=list)
    served: list[Arrival] = field(default_factory=list)
    withdrawn: list[Arrival] = field(default_factory=list)
    left_over: list[Arrival] = field(default_factory=list)
    done: int = 0

    @property
    def next(self) -> Arrival | None:
        """Whom the officer who looks at the hall calls next."""
        return next((one for one in self.waiting if one.is_mine and one.is_due), None)


def hall(office: Office, *, titles: Mapping[str, str], at: datetime, me: Officer | None = None) -> Hall:
    """Return who is in the office; `titles` says purposes in words, `me` is who would call the next one."""
    found, look = Hall(), _Look(office, titles, at, me)
    # Cases that were booked from paper have no call and nobody who waited: they are not shown here.
    for case in with_times(of_today(office, at)):
        _sort_in(found, case, look)
    found.waiting = [look.arrival(case) for case in look.in_turn()]
    open_before = Case.objects.filter(office=office, opened_date__lt=timezone.localdate(at), closed_at=None)
    found.left_over = [look.arrival(case) for case in with_times(open_before)]
    return found


def _sort_in(found: Hall, case: Case, look: "_Look") -> None:
    if case.closed_at is None and case.officer_id is None:
        _sort_waiting(found, case, look)
    elif case.closed_at is None:
        found.served.append(look.arrival(case))
    elif case.officer_id is None:
        found.withdrawn.append(look.arrival(case))
    elif case.called_at:  # type: ignore[attr-defined] # annotated in with_times
        found.done += 1


def _sort_waiting(found: Hall, case: Case, look: "_Look") -> None:
    standing = standing_of(case)
    if standing == Ticket.Standing.WAITING:
        look.waiting.append(place_of(case))
    else:
        apart = found.away if standing == Ticket.Standing.AWAY else found.missing
        apart.append(look.arrival(case))


class _Look:
    """One look at an office at a moment, by an officer."""

    def __init__(self, office: Office, titles: Mapping[str, str], at: datetime, me: Officer | None) -> None:
        self._titles, self._at = titles, at
        staff = serving_at(office) if me else {}
        self._me = staff.get(me.pk) if me else None
        self._here = duties.served_together(staff.values())
        self.waiting: list[Waiting] = []

    def in_turn(self) -> list[Case]:
        return [one.case for one in sorted(self.waiting, key=lambda one: order(one, self._at))]

    def arrival(self, case: Case) -> Arrival:
        arrived_at: datetime | None = case.arrived_at  # type: ignore[attr-defined] # annotated in with_times
        called_at: datetime | None = case.called_at  # type: ignore[attr-defined] # annotated in with_times
        ticket: Ticket | None = getattr(case, "ticket", None)
        asked = Asked(ticket.business_id, ticket.section_id) if ticket else Asked()
        since = called_at if case.officer_id else None
        transfers = list(case.transfers.all())
        return Arrival(
            id=case.pk,
            number=case.number,
            opened_date=case.opened_date,
            lane=Lane(case.lane),
            purpose=self._what_for(case, ticket),
            arrived_at=arrived_at,
            minutes=_minutes(since or arrived_at, self._at),
            officer=case.officer.name if case.officer else "",
            officer_id=case.officer_id,
            section=ticket.section.name if ticket and ticket.section else "",
            is_mine=self._me is None or self._me.can(asked, self._here),
            passed=passed(transfers[-1]) if transfers else None,
            booked_at=ticket.booked_at if ticket else None,
            is_due=not ticket or not ticket.booked_at or ticket.booked_at <= self._at,
        )

    def _what_for(self, case: Case, ticket: Ticket | None) -> str:
        chosen = self._titles.get(ticket.procedure, "") if ticket else ""
        said = self._titles.get(case.purpose, case.purpose)
        return f"{chosen}（{said}）" if chosen and said != chosen else said


def _minutes(since: datetime | None, at: datetime) -> int:
    return max(int((at - since).total_seconds() // 60), 0) if since else 0
