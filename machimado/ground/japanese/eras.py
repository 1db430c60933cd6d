"""Dates as a city hall writes them: wareki (元号による年) to and from EDTF, unknown parts (不詳) included.

A date is an EDTF string (ISO 8601-2) of ten characters: ``1950-05-01``, with unknown parts
``1950-05-XX``, ``1950-XX-XX`` or ``XXXX-XX-XX``.
"""

import calendar
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

UNKNOWN = "XXXX-XX-XX"


class UnreadableDateError(ValueError):
    """A date that can't be read; the message says in Japanese what to do.

    It is `template` with `values` in it, for those who say it in another language.
    """

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template.format(**values))
        self.template, self.values = template, values


@dataclass(frozen=True)
class Era:
    """One era (元号) and its first day in the Gregorian calendar."""

    name: str
    letter: str
    start: date

    def year(self, gregorian: int) -> str:
        """Return the year within this era as it is written: the first year is 元, never 1."""
        number = gregorian - self.start.year + 1
        return "元" if number == 1 else str(number)


# Source: the edicts of 1868, 1912 and 1926 (改元の詔書: the day of the edict already belongs to the new era)
# and the cabinet orders 昭和64年政令第1号, 平成31年政令第143号 (the new era starts on the day after).
ERAS = (
    Era("明治", "M", date(1868, 10, 23)),
    Era("大正", "T", date(1912, 7, 30)),
    Era("昭和", "S", date(1926, 12, 25)),
    Era("平成", "H", date(1989, 1, 8)),
    Era("令和", "R", date(2019, 5, 1)),
)

# Until 明治5年12月2日 Japan counted by the moon: those days have no plain Gregorian counterpart.
# Source: 太政官布告 明治5年第337号 (the Gregorian calendar from 明治6年1月1日).
GREGORIAN_START = date(1873, 1, 1)

_EDTF = re.compile(r"(?:(\d{4})-(?:(\d{2})-(\d{2}|XX)|XX-XX)|XXXX-XX-XX)", re.ASCII)
_LAST_YEAR = 2199  # a mistyped year is more likely than a date beyond


@dataclass(frozen=True)
class _Parts:
    """A date in parts; None is an unknown part, and every part after an unknown one is unknown."""

    year: int | None
    month: int | None
    day: int | None

    def first(self) -> date:
        return date(self.year or 1, self.month or 1, self.day or 1)

    def last(self) -> date:
        month = self.month or 12
        return date(self.year or 1, month, self.day or _days(self.year or 1, month))

    def edtf(self) -> str:
        year = "XXXX" if self.year is None else f"{self.year:04d}"
        month = "XX" if self.month is None else f"{self.month:02d}"
        day = "XX" if self.day is None else f"{self.day:02d}"
        return f"{year}-{month}-{day}"


def is_edtf(text: str) -> bool:
    """Tell whether a text is a date as answers hold it: real days only, unknown parts as X."""
    try:
        _parts(text)
    except UnreadableDateError:
        return False
    return True


def era_of(day: date) -> Era | None:
    """Return the era of a day; None before 1873, when days were counted by the moon."""
    if day < GREGORIAN_START:
        return None
    return next(era for era in reversed(ERAS) if era.start <= day)


# A sheet writes the same few dates again and again.
@lru_cache(maxsize=4096)
def wareki(day: str | date) -> str:
    """Write a date in the era calendar: 令和8年11月21日, 令和元年, 昭和25年5月日不詳, 年月日不詳.

    A date whose unknown parts leave two eras possible names both (昭和64年又は平成元年1月日不詳);
    before 1873 it is written in Western years (西暦1872年5月1日).
    Raises: UnreadableDateError when the text is no EDTF date.
    """
    parts = _parts(day if isinstance(day, str) else day.isoformat())
    if parts.year is None:
        return "年月日不詳"
    return _era_year(parts) + _month_and_day(parts)


def read_date(text: str) -> str:
    """Read a date as people type it and return it as EDTF.

    Accepts 昭和25年5月1日, 昭25.5.1, S25.5.1, s250501, 1950/5/1, 19500501, R元.5.1,
    昭和25年5月, 昭和25年, 不詳, full-width and kanji digits, and EDTF itself.
    Raises: UnreadableDateError, saying what to type instead.
    """
    typed = _normalise(text)
    if not typed:
        raise UnreadableDateError(
            "日付が空です。S25.5.1 のように入力してください。わからないときは「不詳」と入力してください。"
        )
    for pattern, reader in _READERS:
        if match := pattern.fullmatch(typed):
            return reader(match).edtf()
    raise UnreadableDateError(_advice(typed), typed=text.strip()[:20])


def _parts(edtf: str) -> _Parts:
    match = _EDTF.fullmatch(edtf)
    if not match:
        raise UnreadableDateError(
            "「{typed}」は日付ではありません。1950-05-01 の形で、不詳の部分は X で書いてください。",
            typed=edtf[:20],
        )
    year, month, day = (int(part) if part and part != "XX" else None for part in match.groups())
    return _checked(_Parts(year, month, day))


def _era_year(parts: _Parts) -> str:
    first, last = era_of(parts.first()), era_of(parts.last())
    if first is None or last is None:
        return _year_before_gregorian(parts)
    year = parts.first().year
    names = [f"{era.name}{era.year(year)}年" for era in dict.fromkeys((first, last))]
    return "又は".join(names)


def _year_before_gregorian(parts: _Parts) -> str:
    year = parts.first().year
    if parts.month is None and year >= ERAS[0].start.year:
        return f"明治{ERAS[0].year(year)}年"
    return f"西暦{year}年"


def _month_and_day(parts: _Parts) -> str:
    if parts.month is None:
        return "月日不詳"
    day = "日不詳" if parts.day is None else f"{parts.day}日"
    return f"{parts.month}月{day}"


_KANJI_DIGITS = {character: str(value) for value, character in enumerate("〇一二三四五六七八九")}
_KANJI_NUMBER = re.compile(r"[〇一二三四五六七八九十]+(?=[年月日./-]|$)")
_SEPARATORS = re.compile(r"[‐‑‒–—―−ー]")


def _normalise(text: str) -> str:
    """Make full-width, kanji and lower-case forms equal, so that each pattern is written once."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    plain = _SEPARATORS.sub("-", plain).replace("不明", "不詳").upper()
    return _KANJI_NUMBER.sub(_arabic, plain)


def _arabic(match: re.Match[str]) -> str:
    """Turn 二十五 or 二五 into 25."""
    tens, ten, ones = match[0].partition("十")
    if not ten:
        return "".join(_KANJI_DIGITS[character] for character in match[0])
    digits = [("".join(_KANJI_DIGITS.get(character, "") for character in part)) for part in (tens, ones)]
    return str(int(digits[0] or "1") * 10 + int(digits[1] or "0"))


_ERA_NAMES = {key: era for era in ERAS for key in (era.name, era.name[0], era.letter)}
_ERA = "(?P<era>" + "|".join(sorted(_ERA_NAMES, key=len, reverse=True)) + ")"
_ERA_YEAR = r"(?P<year>元|\d{1,3})"
_WESTERN_YEAR = r"(?:西暦)?(?P<year>\d{4})"
_KANJI_REST = r"年(?:(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日|(?:日?不詳)?)|(?:月日?|年月日)?(?:不詳)?)"
_POINT_REST = r"(?:[./-](?P<month>\d{1,2}|XX)(?:[./-](?P<day>\d{1,2}|XX))?)?"
_DIGITS_REST = r"(?P<month>\d{2})(?P<day>\d{2})"


def _read_unknown(_match: re.Match[str]) -> _Parts:
    return _Parts(None, None, None)


def _read_western(match: re.Match[str]) -> _Parts:
    return _checked(_Parts(int(match["year"]), _number(match["month"]), _number(match["day"])))


def _read_era(match: re.Match[str]) -> _Parts:
    era = _ERA_NAMES[match["era"]]
    number = 1 if match["year"] == "元" else int(match["year"])
    if number == 0:
        raise UnreadableDateError(
            "{era}0年はありません。最初の年は「{era}元年」と入力してください。", era=era.name
        )
    year = min(era.start.year + number - 1, 9999)
    return _within(era, number, _Parts(year, _number(match["month"]), _number(match["day"])))


def _read_two_eras(match: re.Match[str]) -> _Parts:
    """Read what wareki() writes where unknown parts leave two eras possible."""
    earlier, later = (_read_date_of(match[group] + "年" + match["rest"]) for group in ("earlier", "later"))
    if earlier != later:
        raise UnreadableDateError(
            "二つの元号が同じ年になっていません。どちらか一方の元号で入力してください。"
        )
    return earlier


def _read_date_of(text: str) -> _Parts:
    return _parts(read_date(text))


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], _Parts]], ...] = (
    (re.compile(r"不詳|(?:生)?年月日不詳|XXXX-XX-XX"), _read_unknown),
    (re.compile(_ERA + _ERA_YEAR + _KANJI_REST, re.ASCII), _read_era),
    (re.compile(_ERA + _ERA_YEAR + _POINT_REST, re.ASCII), _read_era),
    (re.compile(_ERA + r"(?P<year>\d{2})" + _DIGITS_REST, re.ASCII), _read_era),
    (re.compile(_WESTERN_YEAR + _KANJI_REST, re.ASCII), _read_western),
    (re.compile(_WESTERN_YEAR + _POINT_REST, re.ASCII), _read_western),
    (re.compile(_WESTERN_YEAR + _DIGITS_REST, re.ASCII), _read_western),
    (re.compile(r"(?P<earlier>..\d{1,2})年又は(?P<later>..元)年(?P<rest>.*不詳)"), _read_two_eras),
)


def _number(text: str | None) -> int | None:
    return None if text is None or text == "XX" else int(text)


def _within(era: Era, number: int, parts: _Parts) -> _Parts:
    """Return the parts when the era was in force then, and refuse with the right era's name otherwise."""
    if era is ERAS[0] and _by_the_moon(parts):
        raise UnreadableDateError(
            "明治{year}年は旧暦のため、月日を西暦に直せません。年だけ（例 明治5年）を入力してください。",
            year=era.year(parts.first().year),
        )
    checked = _checked(parts)
    if _overlaps(era, checked):
        return checked
    raise _other_era(era, number, checked)


def _by_the_moon(parts: _Parts) -> bool:
    return parts.month is not None and (parts.year or 0) < GREGORIAN_START.year


def _overlaps(era: Era, parts: _Parts) -> bool:
    following = next((later.start for later in ERAS if later.start > era.start), date.max)
    return era.start <= parts.last() and parts.first() < following


def _other_era(era: Era, number: int, parts: _Parts) -> UnreadableDateError:
    typed = f"{era.name}{'元' if number == 1 else number}年"
    return UnreadableDateError(
        "{typed}はありません。{limit}「{right}」ではありませんか。元号と年を確かめてください。",
        typed=f"{typed}{_month_and_day(parts)}",
        limit=_limit(era, parts),
        right=wareki(parts.edtf()),
    )


def _limit(era: Era, parts: _Parts) -> str:
    if parts.last() < era.start:
        return f"{era.name}は{wareki(era.start)}からです。"
    following = next(later.start for later in ERAS if later.start > era.start)
    last = following - timedelta(days=1)
    return f"{era.name}は{wareki(last)}までです。"


def _checked(parts: _Parts) -> _Parts:
    """Return the parts when they are a real date, and say which part is wrong otherwise."""
    if parts.year is not None and not 1 <= parts.year <= _LAST_YEAR:
        raise UnreadableDateError("西暦{year}年になります。年を確かめてください。", year=parts.year)
    if parts.month is not None and not 1 <= parts.month <= 12:
        raise UnreadableDateError(
            "{month}月はありません。月は1から12までで入力してください。", month=parts.month
        )
    _check_day(parts)
    return parts


def _check_day(parts: _Parts) -> None:
    if parts.day is None:
        return
    if parts.year is None or parts.month is None:
        raise UnreadableDateError(
            "月がわからない日付に日だけを入れることはできません。日も「不詳」としてください。"
        )
    last = _days(parts.year, parts.month)
    if not 1 <= parts.day <= last:
        raise UnreadableDateError(
            "{year}年{month}月は{last}日までです。日を確かめてください。",
            year=parts.year,
            month=parts.month,
            last=last,
        )


def _days(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _advice(typed: str) -> str:
    if re.fullmatch(r"\d{1,2}([./-]\d{1,2}){1,2}|\d{6}|\d{1,2}年.*", typed):
        return "「{typed}」は元号がわかりません。S25.5.1 または 1950/5/1 のように入力してください。"
    return "「{typed}」を日付として読めません。S25.5.1、昭和25年5月1日、1950/5/1 のように入力してください。"
