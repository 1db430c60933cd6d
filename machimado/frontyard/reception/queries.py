"""What reception sees of its office: who waits, who is served, and what an earlier day left open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from machimado.cases.applications.models import Case, Channel, Lane, Step
from machimado.cases.applications.queries import habits
from machimado.cases.applications.queries.habits import Choices
from machimado.ground.people.models import Office

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

    @property
    def is_long(self) -> bool:
        """Return whether the wait is longer than an officer should let it be."""
        return not self.officer and self.minutes >= LONG_WAIT_MINUTES


@dataclass
class Hall:
    """An office's residents of the day."""

    waiting: list[Arrival] = field(default_factory=list)
    served: list[Arrival] = field(default_factory=list)
    withdrawn: list[Arrival] = field(default_factory=list)
    left_over: list[Arrival] = field(default_factory=list)
    done: int = 0


def purposes(office: Office, on: date) -> Choices:
    """Return the procedures that residents of this office come for, the most frequent first."""
    return habits.choices(office, on, Channel.COUNTER)


def hall(office: Office, *, titles: Mapping[str, str], at: datetime) -> Hall:
    """Return who is in the office, in the order of arrival; `titles` says procedures in words."""
    today = timezone.localdate(at)
    found = Hall()
    # Cases that were booked from paper have no call and nobody who waited: they are not shown here.
    for case in _with_times(Case.objects.filter(office=office, opened_date=today)):
        _sort_in(found, case, _arrival(case, titles, at))
    open_before = Case.objects.filter(office=office, opened_date__lt=today, closed_at=None)
    found.left_over = [_arrival(case, titles, at) for case in _with_times(open_before)]
    return found


def _with_times(cases: QuerySet[Case]) -> QuerySet[Case]:
    return (
        # What somebody begins at home has no number before it is brought here.
        cases.exclude(number=None)
        .select_related("officer")
        .annotate(
            arrived_at=Min("stamps__at", filter=Q(stamps__step=Step.ARRIVED)),
            called_at=Min("stamps__at", filter=Q(stamps__step=Step.CALLED)),
        )
        .order_by("opened_date", "number")
    )


def _sort_in(found: Hall, case: Case, arrival: Arrival) -> None:
    if case.closed_at is None:
        (found.served if case.officer_id else found.waiting).append(arrival)
    elif case.officer_id is None:
        found.withdrawn.append(arrival)
    elif case.called_at:  # type: ignore[attr-defined] # annotated in _with_times
        found.done += 1


def _arrival(case: Case, titles: Mapping[str, str], at: datetime) -> Arrival:
    arrived_at: datetime | None = case.arrived_at  # type: ignore[attr-defined] # annotated in _with_times
    called_at: datetime | None = case.called_at  # type: ignore[attr-defined] # annotated in _with_times
    return Arrival(
        id=case.pk,
        number=case.number,
        opened_date=case.opened_date,
        lane=Lane(case.lane),
        purpose=titles.get(case.purpose, case.purpose),
        arrived_at=arrived_at,
        minutes=_minutes(called_at or arrived_at, at),
        officer=case.officer.name if case.officer else "",
        officer_id=case.officer_id,
    )


def _minutes(since: datetime | None, at: datetime) -> int:
    return max(int((at - since).total_seconds() // 60), 0) if since else 0
