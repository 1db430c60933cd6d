"""Until when something is to be done."""

from datetime import date

import pytest

from machimado.cases.procedures.tests.farewell import (
    EVENT,
    made,
)


@pytest.mark.parametrize(
    ("died", "days", "months", "fixed", "due"),
    [
        ("2026-04-01", 14, 0, False, "2026-04-15"),
        ("2026-04-18", 14, 0, False, "2026-05-07"),  # a Saturday, before three holidays and a substitute
        ("2026-03-29", 14, 0, False, "2026-04-13"),  # a Sunday
        ("2026-12-16", 14, 0, False, "2027-01-04"),  # the 30th of December
        ("2026-01-31", 0, 1, False, "2026-03-02"),  # the last of February is a Saturday
        ("2026-01-31", 0, 1, True, "2026-02-28"),  # what lapses does not wait
        ("2024-01-31", 0, 1, True, "2024-02-29"),
        ("2026-04-11", 0, 0, False, "2026-04-11"),  # on the day itself: there is no period
    ],
)
def test_a_period_ends_on_a_day_on_which_offices_are_open(
    died: str, days: int, months: int, *, fixed: bool, due: str
) -> None:
    written = f"due: {{days: {days}, months: {months}, from: death.date, fixed: {str(fixed).lower()}}}"
    text = EVENT.replace("due: {days: 14, from: death.date}", written, 1)
    one = made(text)
    route = one.evaluate({"death": {"date": died}, "insured": "yes"}, today=date(2027, 6, 1)).route
    assert str(next(step.due_date for step in route if step.id == "leave-insurance")) == due
