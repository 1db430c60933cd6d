"""On which days and at which times somebody can be booked."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machimado.frontyard.reception.rules.slots import Hours, is_holiday

EVERY_DAY = frozenset(range(7))
days = st.dates(date(2024, 1, 1), date(2030, 12, 31))
hours = st.builds(
    Hours,
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    opens=st.times(time(8), time(12)).map(lambda at: at.replace(second=0, microsecond=0)),
    closes=st.times(time(12, 1), time(19)).map(lambda at: at.replace(second=0, microsecond=0)),
    minutes=st.integers(5, 240),
)


@given(hours, days)
def test_slots_lie_within_the_hours_and_do_not_overlap(found: Hours, day: date) -> None:
    starts = found.starts(day)
    length = timedelta(minutes=found.minutes)
    assert all(datetime.combine(day, found.opens) <= start for start in starts)
    assert all(start + length <= datetime.combine(day, found.closes) for start in starts)
    assert all(later - earlier == length for earlier, later in pairwise(starts))


@given(hours, days)
def test_closed_days_have_none(found: Hours, day: date) -> None:
    assert found.starts(day, closed={day}) == []
    if is_holiday(day) or day.weekday() not in found.weekdays:
        assert found.starts(day) == []


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 5, 3), True),  # 憲法記念日
        (date(2026, 5, 6), True),  # 振替休日
        (date(2026, 9, 22), True),  # 国民の休日
        (date(2026, 12, 28), False),
        (date(2026, 12, 29), True),
        (date(2027, 1, 3), True),
        (date(2027, 1, 4), False),
        (date(2026, 11, 24), False),
    ],
)
def test_a_city_hall_is_closed_on_holidays_and_over_the_new_year(day: date, expected: bool) -> None:
    assert is_holiday(day) is expected


def test_the_last_slot_ends_with_the_hours() -> None:
    found = Hours(EVERY_DAY, time(9), time(10, 40), 30).starts(date(2026, 11, 24))
    assert [f"{start:%H:%M}" for start in found] == ["09:00", "09:30", "10:00"]
