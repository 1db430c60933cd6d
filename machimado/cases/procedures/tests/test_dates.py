from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machimado.cases.procedures.rules import dates
from machimado.cases.procedures.rules.cel.errors import EvaluationError, UncertainDateError

exact = st.dates(date(1900, 1, 1), date(2090, 12, 31)).map(date.isoformat)
unknown_day = exact.map(lambda text: f"{text[:7]}-XX")
unknown_month = exact.map(lambda text: f"{text[:4]}-XX-XX")
edtf = st.one_of(exact, unknown_day, unknown_month)


def possible(text: str) -> list[str]:
    first, last = dates.days_of(text)
    return [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]


def found(run: Callable[[], Any]) -> Any:
    try:
        return run()
    except UncertainDateError:
        return "uncertain"


@given(left=edtf, right=exact)
def test_a_comparison_holds_for_every_day_or_is_left_open(left: str, right: str) -> None:
    answers = {day < right for day in possible(left)}
    assert found(lambda: dates.before(left, right)) == (answers.pop() if len(answers) == 1 else "uncertain")
    assert found(lambda: dates.not_before(left, right)) in {True, False, "uncertain"}


@given(birth=edtf, on=exact, years=st.integers(0, 30))
def test_ages_hold_for_every_birthday_or_are_left_open(birth: str, on: str, years: int) -> None:
    ages = {dates.age(day, on) for day in possible(birth)}
    assert found(lambda: dates.age(birth, on)) == (min(ages) if len(ages) == 1 else "uncertain")
    old_enough = {age >= years for age in ages}
    assert found(lambda: dates.age_at_least(birth, years, on)) == (
        old_enough.pop() if len(old_enough) == 1 else "uncertain"
    )


@given(birth=edtf, years=st.integers(0, 30))
def test_ends_of_fiscal_years_hold_for_every_birthday_or_are_left_open(birth: str, years: int) -> None:
    ends = {dates.fiscal_year_end_of_age(day, years) for day in possible(birth)}
    assert found(lambda: dates.fiscal_year_end_of_age(birth, years)) == (
        ends.pop() if len(ends) == 1 else "uncertain"
    )


@given(left=exact, right=exact)
def test_comparisons_agree_with_each_other(left: str, right: str) -> None:
    assert dates.after(left, right) == dates.before(right, left) == (left > right)
    assert dates.not_after(left, right) == (left <= right)
    assert dates.not_before(left, right) == (left >= right)
    assert dates.days_between(left, right) == (date.fromisoformat(right) - date.fromisoformat(left)).days


@pytest.mark.parametrize(
    ("birth", "end"),
    [
        ("2008-04-01", "2026-03-31"),  # 早生まれ: 18 is reached on 31 March
        ("2008-04-02", "2027-03-31"),
        ("2008-03-31", "2026-03-31"),
        ("2008-02-29", "2026-03-31"),
        ("2008-05-XX", "2027-03-31"),
        ("2007-XX-XX", "uncertain"),
        ("2008-04-XX", "uncertain"),
        ("XXXX-XX-XX", "uncertain"),
    ],
)
def test_the_first_31_march_on_or_after_reaching_18(birth: str, end: str) -> None:
    assert found(lambda: dates.fiscal_year_end_of_age(birth, 18)) == end


@pytest.mark.parametrize(
    ("on", "years"), [("2026-02-28", 1), ("2026-03-01", 2), ("2028-02-28", 3), ("2028-02-29", 4)]
)
def test_birthdays_on_29_february(on: str, years: int) -> None:
    assert dates.age("2024-02-29", on) == years


def test_reaching_an_age_from_29_february() -> None:
    assert dates.fiscal_year_end_of_age("2024-02-29", 4) == "2028-03-31"


@pytest.mark.parametrize(
    ("day", "month"), [("2026-04-10", "2026-05"), ("2026-12-31", "2027-01"), ("2026-11-XX", "2026-12")]
)
def test_next_month(day: str, month: str) -> None:
    assert dates.next_month(day) == month


def test_what_unknown_parts_leave_open() -> None:
    for run in (
        lambda: dates.next_month("2026-XX-XX"),
        lambda: dates.days_between("2026-04-XX", "2026-05-01"),
        lambda: dates.days_between("2026-04-01", "2026-05-XX"),
        lambda: dates.fiscal_year("2026-XX-XX"),
        lambda: dates.before("XXXX-XX-XX", "2026-01-01"),
    ):
        assert found(run) == "uncertain"
    assert dates.fiscal_year("2026-04-XX") == 2026
    assert dates.fiscal_year("2026-03-31") == 2025


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-13-01",
        "2026-02-30",
        "2026-XX-01",
        "2026-5-01",
        "2026-05-+1",
        "0000-01-01",
        "x" * 5000,
    ],
)
def test_what_is_no_date_is_an_error(text: str) -> None:
    with pytest.raises(EvaluationError):
        dates.days_of(text)


@pytest.mark.parametrize(
    ("start", "days", "end", "is_within"),
    [
        ("2026-04-01", 14, "2026-04-15", True),
        ("2026-04-01", 14, "2026-04-16", False),
        ("2026-04-04", 14, "2026-04-20", True),  # the 14th day is a Saturday
        ("2026-04-04", 14, "2026-04-21", False),
        ("2026-04-22", 15, "2026-05-07", True),
        ("2026-12-15", 15, "2027-01-04", True),  # the 30th of December
        ("2026-04-XX", 14, "2026-04-10", True),
        ("2026-03-XX", 14, "2026-05-10", False),
        ("9999-12-30", 14, "9999-12-31", True),
    ],
)
def test_a_period_that_ends_while_offices_are_closed_ends_when_they_open(
    start: str, days: int, end: str, *, is_within: bool
) -> None:
    assert dates.within(start, days, end) is is_within


def test_within_a_period_only_where_every_possible_day_agrees() -> None:
    with pytest.raises(UncertainDateError):
        dates.within("2026-04-XX", 14, "2026-04-20")


def test_days_after_a_day() -> None:
    assert dates.days_after("2026-03-31", 1) == "2026-04-01"
    assert dates.days_after("2024-02-28", 1) == "2024-02-29"
    for start, days in (("2026-03-XX", 1), ("9999-12-31", 1), ("2026-03-31", -10_000_000)):
        with pytest.raises(UncertainDateError):
            dates.days_after(start, days)
