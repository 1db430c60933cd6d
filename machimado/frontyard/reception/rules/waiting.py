"""How long people wait, as it was: never a promise, and nothing where too few have waited."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

# Fewer than that, and one unusual case moves the figure.
FEW = 10
# Of ten who waited eight lie between the two bounds: one in ten is cut off at either end.
CUT = 0.1
SECONDS_PER_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Wait:
    """One person's wait: when they arrived (local time), and how long it was until they were called."""

    arrived_at: datetime
    seconds: int


@dataclass(frozen=True, slots=True)
class Usual:
    """How long people usually wait, in minutes: half of them no longer than `median`, eight of ten from `low` to `high`."""

    median: int
    low: int
    high: int
    count: int
    # Counted on the same day of the week; otherwise on any day, since too few came on this one.
    is_of_weekday: bool


def usual(waits: Iterable[Wait], at: datetime) -> Usual | None:
    """Return how long people usually wait who arrive at this hour, or None where too few have to say it.

    `at` is local time, as the arrivals are.
    """
    this_hour = [one for one in waits if one.arrived_at.hour == at.hour]
    this_weekday = [one for one in this_hour if one.arrived_at.weekday() == at.weekday()]
    for found, is_of_weekday in ((this_weekday, True), (this_hour, False)):
        if len(found) >= FEW:
            return _said(sorted(one.seconds for one in found), is_of_weekday=is_of_weekday)
    return None


def _said(seconds: Sequence[int], *, is_of_weekday: bool) -> Usual:
    cut = int(len(seconds) * CUT)
    return Usual(
        median=_minutes_up(seconds[(len(seconds) - 1) // 2]),
        low=seconds[cut] // SECONDS_PER_MINUTE,
        high=_minutes_up(seconds[len(seconds) - 1 - cut]),
        count=len(seconds),
        is_of_weekday=is_of_weekday,
    )


def _minutes_up(seconds: int) -> int:
    """Return whole minutes; a wait is never told shorter than it was."""
    return math.ceil(seconds / SECONDS_PER_MINUTE)
