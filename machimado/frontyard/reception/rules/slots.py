"""When somebody can be booked: the hours of a timetable, on the days on which a city hall is open."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays

YEAR_END = (12, 29), (1, 3)


@dataclass(frozen=True, slots=True)
class Hours:
    """On which weekdays (Monday is 0) somebody can be booked, from when to when, and for how many minutes each."""

    weekdays: frozenset[int]
    opens: time
    closes: time
    minutes: int

    def starts(self, day: date, closed: Collection[date] = ()) -> list[datetime]:
        """Return when each slot of a day begins (local time, without a zone); none on a day on which the office is closed."""
        if day.weekday() not in self.weekdays or day in closed or is_holiday(day):
            return []
        return list(self._all(day))

    def _all(self, day: date) -> Iterator[datetime]:
        length, ends = timedelta(minutes=self.minutes), datetime.combine(day, self.closes)
        start = datetime.combine(day, self.opens)
        while start + length <= ends:
            yield start
            start += length


def is_holiday(day: date) -> bool:
    """Return whether a city hall is closed that day by law, whatever the weekday.

    Source: 地方自治法 第4条の2第2項 (holidays, and 29 December to 3 January), 国民の祝日に関する法律.
    """
    month_and_day = (day.month, day.day)
    return month_and_day >= YEAR_END[0] or month_and_day <= YEAR_END[1] or day in _of_year(day.year)


@lru_cache(maxsize=8)
def _of_year(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("JP", years=year))
