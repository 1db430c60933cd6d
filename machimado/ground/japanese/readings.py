"""How the words of residents' pages are read (ふりがな): only what a person has read and written down, never a guess.

A wrong reading in a city hall is worse than none. Readings are kept for whole runs of kanji, with the kana behind them as
far as the reading depends on it; a run that is longer than what is known stays without. Names are in no list: their kana
comes from the register.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).parent / "readings.yaml"
_KANJI = "一-龠々〆ヶ"
_RUN = re.compile(f"(?:[0-9０-９]*[{_KANJI}]+)+")
_NUMBER = re.compile("[0-9０-９]+")
_PARTS = re.compile(f"[{_KANJI}]+|[0-9０-９#]+|[^{_KANJI}0-9０-９#]+")
_MARKED = re.compile(r"\{(?P<text>[^|{}]+)\|(?P<reading>[^|{}]+)\}|(?P<plain>[^{}]+)")
# Plain Japanese has its readings written behind: 住所（じゅうしょ）.
_WRITTEN = re.compile(f"(?P<text>[{_KANJI}]+)（(?P<reading>[ぁ-ゖー]+)）")
# A text and how it is read; nothing where it reads itself, or where nobody has said how.
type_of_part = tuple[str, str]


def with_readings(text: str) -> list[type_of_part]:
    """Return a text in its parts, each with its reading."""
    if _WRITTEN.search(text):
        return _joined(_as_written(text))
    return _joined(_known(text))


def has_kanji(text: str) -> bool:
    """Return whether there is anything in a text that has a reading."""
    return _RUN.search(text) is not None


def _as_written(text: str) -> Iterator[type_of_part]:
    done = 0
    for match in _WRITTEN.finditer(text):
        yield text[done : match.start()], ""
        yield match["text"], match["reading"]
        done = match.end()
    yield text[done:], ""


def _known(text: str) -> Iterator[type_of_part]:
    done = 0
    while run := _RUN.search(text, done):
        yield text[done : run.start()], ""
        key = _key(text, run)
        if key:
            yield from _read(key, text[run.start() : run.start() + len(key)])
            done = run.start() + len(key)
        else:
            yield run.group(), ""
            done = run.end()
    yield text[done:], ""


def _key(text: str, run: re.Match[str]) -> str:
    """Return the longest word of the list that stands here and ends with a run; empty where there is none."""
    rest = text[run.start() :]
    for word in words_by_start().get(rest[0], ()):
        if rest.startswith(word) and not _goes_on(rest, len(word)):
            return word
    counted = _NUMBER.sub("#", run.group())
    return run.group() if counted != run.group() and counted in readings() else ""


def _goes_on(rest: str, end: int) -> bool:
    """Return whether a word would end within a run of kanji."""
    return bool(re.match(f"[{_KANJI}]{{2}}", rest[end - 1 : end + 1]))


def _read(key: str, text: str) -> Iterator[type_of_part]:
    reading = readings().get(key) or readings()[_NUMBER.sub("#", key)]
    if "{" in reading:
        yield from ((one["plain"] or one["text"], one["reading"] or "") for one in _MARKED.finditer(reading))
        return
    yield from aligned(text, reading)


def aligned(text: str, reading: str) -> list[type_of_part]:
    """Return a word in its parts, those in kanji with their share of the reading; empty where the two do not fit."""
    parts = _PARTS.findall(text)
    shapes = ("(.+?)" if _is_kanji(one) else "" if _NUMBER.match(one) else re.escape(one) for one in parts)
    found = re.fullmatch("".join(shapes), reading)
    if found is None:
        return []
    shares = iter(found.groups())
    return [(one, next(shares) if _is_kanji(one) else "") for one in parts]


def _is_kanji(part: str) -> bool:
    return re.match(f"[{_KANJI}]", part) is not None


def _joined(parts: Iterator[type_of_part]) -> list[type_of_part]:
    found: list[type_of_part] = []
    for text, reading in parts:
        if text and not reading and found and not found[-1][1]:
            found[-1] = (found[-1][0] + text, "")
        elif text:
            found.append((text, reading))
    return found


@cache
def readings() -> dict[str, str]:
    """Return how each word of the list is read."""
    listed: dict[str, str] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return listed


@cache
def words_by_start() -> dict[str, tuple[str, ...]]:
    """Return the words of the list by their first letter, the longest first."""
    found: dict[str, list[str]] = {}
    for word in sorted(readings(), key=len, reverse=True):
        found.setdefault(word[0], []).append(word)
    return {start: tuple(each) for start, each in found.items()}
