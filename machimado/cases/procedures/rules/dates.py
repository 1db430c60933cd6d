"""Dates with unknown parts (不詳) as rules need them: every answer holds for each day the date may stand for.

A date is an EDTF string: ``1950-05-01``, ``1950-05-XX``, ``1950-XX-XX``, ``XXXX-XX-XX``. It is read as the range
from its earliest to its latest day. A rule gets an answer only where all days of the range agree, and an
UncertainDateError otherwise: the officer decides then, and the engine never guesses.
"""

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from machimado.cases.procedures.rules.cel.errors import EvaluationError, UncertainDateError
from machimado.ground.japanese.closed_days import next_open

Range = tuple[date, date]

_EDTF = re.compile(r"[0-9]{4}-(?:[0-9]{2}-(?:[0-9]{2}|XX)|XX-XX)|XXXX-XX-XX")


@lru_cache(maxsize=4096)
def days_of(edtf: str) -> Range:
    """Return the earliest and the latest day that a date may stand for.

    Raises: EvaluationError when the text is no date.
    """
    match = _EDTF.fullmatch(edtf)
    try:
        if match:
            return _range(*edtf.split("-"))
    except ValueError:
        pass  # 31 February and the like
    raise EvaluationError(f"日付ではありません: {edtf[:20]}")


def _range(year: str, month: str, day: str) -> Range:
    if year == "XXXX":
        return date.min, date.max
    if month == "XX":
        return date(int(year), 1, 1), date(int(year), 12, 31)
    if day == "XX":
        last = monthrange(int(year), int(month))[1]
        return date(int(year), int(month), 1), date(int(year), int(month), last)
    exact = date(int(year), int(month), int(day))
    return exact, exact


def _agreed(first: object, last: object) -> None:
    if first != last:
        raise UncertainDateError("日付の一部が不詳のため、決められません。")


def before(left: str, right: str) -> bool:
    """Tell whether `left` is earlier than `right`."""
    (left_first, left_last), (right_first, right_last) = days_of(left), days_of(right)
    surely, possibly = left_last < right_first, left_first < right_last
    _agreed(surely, possibly)
    return surely


def after(left: str, right: str) -> bool:
    """Tell whether `left` is later than `right`."""
    return before(right, left)


def not_before(left: str, right: str) -> bool:
    """Tell whether `left` is `right` or later."""
    return not before(left, right)


def not_after(left: str, right: str) -> bool:
    """Tell whether `left` is `right` or earlier."""
    return not before(right, left)


def age(birth: str, on: str) -> int:
    """Return the age in full years on a day, as people count: one more on each birthday.

    A person born on 29 February has the birthday on 1 March of a common year.
    """
    first, last = days_of(birth)
    day, latest = days_of(on)
    _agreed(_years(last, day), _years(first, latest))
    return _years(first, day)


def age_at_least(birth: str, years: int, on: str) -> bool:
    """Tell whether somebody is `years` old or older on a day; decided wherever the unknown parts don't matter."""
    first, last = days_of(birth)
    day, latest = days_of(on)
    surely, possibly = _years(last, day) >= years, _years(first, latest) >= years
    _agreed(surely, possibly)
    return surely


def _years(birth: date, on: date) -> int:
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def fiscal_year(day: str) -> int:
    """Return the fiscal year (年度) of a day: from 1 April to 31 March.

    Source: 地方自治法 (昭和22年法律第67号) 第208条第1項.
    """
    first, last = days_of(day)
    _agreed(_fiscal_year(first), _fiscal_year(last))
    return _fiscal_year(first)


def _fiscal_year(day: date) -> int:
    return day.year - (day.month < 4)


@lru_cache(maxsize=4096)
def fiscal_year_end_of_age(birth: str, years: int) -> str:
    """Return the first 31 March on or after the day on which somebody reaches an age (…歳に達する日以後の最初の3月31日).

    An age is reached at the end of the day before the birthday, so a child born on 1 April belongs to the
    school year before. Source: 年齢計算ニ関スル法律 (明治35年法律第50号), 民法第143条.
    """
    first, last = (_reached(day, years) for day in days_of(birth))
    _agreed(_fiscal_year(first), _fiscal_year(last))
    return f"{_fiscal_year(first) + 1:04d}-03-31"


def _reached(birth: date, years: int) -> date:
    year = birth.year + years
    if not 1 < year <= 9998:
        raise UncertainDateError("年が不詳のため、決められません。")
    leap_day = birth.month == 2 and birth.day == 29
    birthday = date(year, 3, 1) if leap_day and monthrange(year, 2)[1] == 28 else birth.replace(year=year)
    return birthday - timedelta(days=1)


def days_between(start: str, end: str) -> int:
    """Return the number of days from `start` to `end`, the first day not counted (初日不算入, 民法第140条)."""
    (first, last), (end_first, end_last) = days_of(start), days_of(end)
    _agreed(first, last)
    _agreed(end_first, end_last)
    return (end_first - first).days


def within(start: str, days: int, end: str) -> bool:
    """Tell whether `end` is at most so many days after `start`, or the first open day where the last of them is none.

    Source: 民法第140条 (初日不算入); 地方自治法第4条の2第4項 (閉庁日に当たるときは、その翌日).
    """
    (first, last), (day, latest) = days_of(start), days_of(end)
    surely, possibly = latest <= _last_day(first, days), day <= _last_day(last, days)
    _agreed(surely, possibly)
    return surely


def _last_day(start: date, days: int) -> date:
    reached = start.toordinal() + days
    return next_open(date.fromordinal(reached)) if reached <= date.max.toordinal() else date.max


def days_after(start: str, days: int) -> str:
    """Return the day so many days after another, as YYYY-MM-DD."""
    first, last = days_of(start)
    _agreed(first, last)
    reached = first.toordinal() + days
    if not date.min.toordinal() <= reached <= date.max.toordinal():
        raise UncertainDateError("その日は暦にありません。")
    return date.fromordinal(reached).isoformat()


def next_month(day: str) -> str:
    """Return the month after the month of a day, as YYYY-MM."""
    first, last = days_of(day)
    _agreed((first.year, first.month), (last.year, last.month))
    month = first.year * 12 + first.month
    return f"{month // 12:04d}-{month % 12 + 1:02d}"
