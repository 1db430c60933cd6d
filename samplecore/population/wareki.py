"""Dates as a Japanese register writes them."""

import datetime as dt

# Source: 元号を改める政令 and its predecessors; the first day of each era (Meiji: of the new calendar).
ERAS = (
    (dt.date(2019, 5, 1), "令和"),
    (dt.date(1989, 1, 8), "平成"),
    (dt.date(1926, 12, 25), "昭和"),
    (dt.date(1912, 7, 30), "大正"),
    (dt.date(1873, 1, 1), "明治"),
)
MEIJI_FIRST_YEAR = 1868


def era_year(day: dt.date) -> str:
    """Return the year as 令和8年; the first one of an era is 元年.

    Raises:
        ValueError: for a day before the Gregorian calendar was used in Japan (1873).
    """
    for start, name in ERAS:
        if day >= start:
            first = MEIJI_FIRST_YEAR if name == "明治" else start.year
            number = day.year - first + 1
            return f"{name}{'元' if number == 1 else number}年"
    raise ValueError(f"{day} は明治6年（1873年）より前のため、和暦にできません。")


def wareki(edtf: str) -> str:
    """Return an EDTF date in Japanese, unknown parts as 不詳: 1950-05-XX → 昭和25年5月 日不詳."""
    year, month, day = edtf.split("-")
    if year == "XXXX":
        return "年月日不詳"
    if month == "XX":
        # The end of the year decides the era where the month is unknown, as the year 1989 is mostly 平成元年.
        return f"{era_year(dt.date(int(year), 12, 31))} 月日不詳"
    if day == "XX":
        return f"{era_year(dt.date(int(year), int(month), 28))}{int(month)}月 日不詳"
    return f"{era_year(dt.date(int(year), int(month), int(day)))}{int(month)}月{int(day)}日"
