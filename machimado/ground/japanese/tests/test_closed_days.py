"""The days on which public offices are closed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machimado.ground.japanese.closed_days import is_closed, next_open


@pytest.mark.parametrize(
    ("day", "opens"),
    [
        ("2026-04-10", "2026-04-10"),  # a Friday
        ("2026-04-11", "2026-04-13"),  # Saturday
        ("2026-05-02", "2026-05-07"),  # Saturday, then 憲法記念日 to its substitute (振替休日) on Wednesday
        ("2026-09-19", "2026-09-24"),  # a weekend, 敬老の日, a day between two holidays, 秋分の日
        ("2025-12-27", "2026-01-05"),  # a weekend, the 29th to the 3rd, a Sunday
        ("2027-12-29", "2028-01-04"),
        ("2024-02-29", "2024-02-29"),
    ],
)
def test_what_ends_while_offices_are_closed_ends_when_they_open(day: str, opens: str) -> None:
    assert next_open(date.fromisoformat(day)) == date.fromisoformat(opens)


@given(st.dates(date(1950, 1, 1), date(2090, 12, 31)))
def test_it_is_the_first_open_day_and_never_far(day: date) -> None:
    found = next_open(day)
    assert not is_closed(found)
    assert all(is_closed(date.fromordinal(each)) for each in range(day.toordinal(), found.toordinal()))
    assert (found - day).days <= 12


def test_the_end_of_the_calendar_is_no_trap() -> None:
    assert next_open(date.max) == date.max
