"""How long people usually wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils import timezone

from machimado.cases.applications.models import Lane, Stamp, Step
from machimado.frontyard.reception.rules.waiting import Usual, Wait, usual
from machimado.ground.people.models import Office

# What is said of the waiting time is counted of so many weeks.
COUNTED_WEEKS = 12


def usual_waits(office: Office | int, at: datetime) -> dict[str, Usual | None]:
    """Return how long people of each lane usually wait who arrive now; None where too few have waited to say it.

    Counted are the last weeks, without today: it stays the same for the hour, and is kept that long.
    """
    now = timezone.localtime(at)
    key = f"reception:usual:{getattr(office, 'pk', office)}:{now:%Y-%m-%d-%H}"
    found: dict[str, Usual | None] | None = cache.get(key)
    if found is None:
        found = _usual_waits(office, now)
        cache.set(key, found, timeout=3600)
    return found


def _usual_waits(office: Office | int, now: datetime) -> dict[str, Usual | None]:
    stamps = Stamp.objects.filter(
        step=Step.ARRIVED,
        case__office=office,
        case__opened_date__gte=now.date() - timedelta(weeks=COUNTED_WEEKS),
        case__opened_date__lt=now.date(),
        case__wait_seconds__isnull=False,
        # Who has booked waits for the time that they chose themselves.
        case__ticket__booked_at=None,
    )
    by_lane: dict[str, list[Wait]] = {lane: [] for lane in Lane.values}
    for lane, arrived_at, seconds in stamps.values_list("case__lane", "at", "case__wait_seconds"):
        by_lane[lane].append(Wait(timezone.localtime(arrived_at), seconds or 0))
    return {lane: usual(waits, now) for lane, waits in by_lane.items()}


@dataclass(frozen=True, slots=True)
class LaneWait:
    """A lane and how long people in it usually wait."""

    lane: str
    usual: Usual | None


def lane_waits(office: Office | int, at: datetime) -> list[LaneWait]:
    """Return each lane with how long people in it usually wait who arrive now."""
    found = usual_waits(office, at)
    return [LaneWait(str(lane.label), found[lane]) for lane in Lane]
