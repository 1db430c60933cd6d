"""What is said of the waiting time follows from what was waited, and from nothing else."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machimado.frontyard.reception.rules.waiting import FEW, Usual, Wait, usual

MONDAY_TEN = datetime(2026, 4, 6, 10, 20)  # noqa: DTZ001 - local time, as the rule takes it
seconds = st.integers(0, 4 * 3600)
enough = st.lists(seconds, min_size=FEW, max_size=60)


def waits(found: list[int], *, days: int = 7, hours: int = 0) -> list[Wait]:
    return [
        Wait(MONDAY_TEN - timedelta(days=days * place, hours=hours), one)
        for place, one in enumerate(found, start=1)
    ]


def said(found: list[int]) -> Usual:
    usually = usual(waits(found), MONDAY_TEN)
    assert usually is not None
    return usually


@given(enough)
def test_eight_of_ten_lie_within_the_bounds(found: list[int]) -> None:
    usually = said(found)
    within = [one for one in found if usually.low * 60 <= one <= usually.high * 60]
    assert len(within) * 10 >= len(found) * 8
    assert usually.low <= usually.median <= usually.high


@given(enough)
def test_half_waited_no_longer_than_the_median(found: list[int]) -> None:
    assert sum(one <= said(found).median * 60 for one in found) * 2 >= len(found)


@given(enough, st.randoms(use_true_random=False))
def test_the_order_in_which_they_came_does_not_matter(found: list[int], chance: object) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)  # type: ignore[attr-defined] # a random.Random
    assert said(shuffled) == said(found)


@given(enough, seconds)
def test_nothing_is_invented(found: list[int], one: int) -> None:
    assert usual(waits(found[: FEW - 1]), MONDAY_TEN) is None
    assert said([one] * FEW).low == one // 60
    usually = said(found)
    assert min(found) // 60 <= usually.low
    assert usually.high * 60 < max(found) + 60


@given(enough)
def test_another_hour_says_nothing_of_this_one(found: list[int]) -> None:
    assert usual(waits(found, hours=2), MONDAY_TEN) is None


@given(enough)
def test_where_too_few_came_on_this_weekday_every_day_counts(found: list[int]) -> None:
    other_days = [one for one in waits(found, days=1) if one.arrived_at.weekday() != 0]
    usually = usual(other_days, MONDAY_TEN)
    assert (usually is not None) == (len(other_days) >= FEW)
    assert usually is None or not usually.is_of_weekday
    assert said(found).is_of_weekday


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(list(range(1, 11)), Usual(5, 2, 9, 10, True)), ([3] * 19 + [240], Usual(3, 3, 3, 20, True))],
)
def test_one_who_waited_half_a_day_moves_nothing(minutes: list[int], expected: Usual) -> None:
    assert said([one * 60 for one in minutes]) == expected
