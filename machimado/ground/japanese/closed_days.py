"""The days on which public offices are closed (閉庁日), and what that makes of a period that ends on one.

Source: 地方自治法 (昭和22年法律第67号) 第4条の2第2項 (土曜日・日曜日、国民の祝日、年末年始);
行政機関の休日に関する法律 (昭和63年法律第91号) 第1条 says the same of the state's offices. A city's own holidays
(第4条の2第3項) are not among them.
"""

from datetime import date, timedelta
from functools import lru_cache

_SATURDAY = 5
# 29 December to 3 January.
_YEAR_END, _NEW_YEAR = 29, 3


def is_closed(day: date) -> bool:
    """Tell whether public offices are closed on a day."""
    return day.weekday() >= _SATURDAY or _is_at_new_year(day) or day in _holidays(day.year)


def _is_at_new_year(day: date) -> bool:
    return (day.month == 12 and day.day >= _YEAR_END) or (day.month == 1 and day.day <= _NEW_YEAR)


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[date]:
    """Return the national holidays of a year, those between and after others included. Source: 国民の祝日に関する法律第2条・第3条."""
    from holidays.countries.japan import (
        Japan,  # a tenth of a second, which a command that asks for no day need not wait
    )

    return frozenset(Japan(years=year))


def next_open(day: date) -> date:
    """Return the day itself where offices are open, otherwise the first one on which they are.

    A period for notifying or applying that ends while they are closed ends on that day instead.
    Source: 地方自治法第4条の2第4項; 行政機関の休日に関する法律第2条; 地方税法 (昭和25年法律第226号) 第20条の5第2項.
    """
    while day < date.max and is_closed(day):
        day += timedelta(days=1)
    return day
