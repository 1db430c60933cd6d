"""The last day of a period: counted from a day that was answered, over the days on which offices are closed."""

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from machimado.cases.procedures.rules.life_event import Due
from machimado.ground.japanese.closed_days import next_open


def due_date(due: Due | None, answers: Mapping[str, Any]) -> date | None:
    """Return the last day on which something is to be done; None where the day that it counts from is not known whole."""
    if due is None:
        return None
    value: Any = answers
    for part in due.since.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    try:
        since = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return None if since is None else _last_day(due, since)


def _last_day(due: Due, since: date) -> date:
    """Return the last day of a period; where offices are closed then, the first on which they are not.

    What is to be done on the very day, or before it, has no period. Source: 地方自治法第4条の2第4項; 行政機関の休日に関する法律第2条.
    """
    day = _months_later(since, due.months + 12 * due.years) + timedelta(days=due.days)
    return day if due.fixed or day == since else next_open(day)


def _months_later(day: date, months: int) -> date:
    """Return the day so many months later; the last of the month where it has no such day. Source: 民法第143条第2項."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
