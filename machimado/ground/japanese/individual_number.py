"""Finds a My Number (個人番号) in a text, so that it can be refused: we never keep one.

Source: 番号法 (平成25年法律第27号) 第20条 (nobody may collect or keep it outside the listed affairs) and
総務省令第85号 (平成26年) 第5条 (12 digits, the last one a check digit).
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import product

from stdnum.jp import in_

REFUSAL = (
    "マイナンバー（個人番号）らしい12桁の数字が入っています。"
    "このシステムには記録できません。番号を消してください。"
)

_KANJI_DIGITS = str.maketrans("〇一二三四五六七八九", "0123456789")
_DASHES = re.compile(r"[‐‑‒–—―−ーｰ]")
# Digits written one after the other, or in groups with one kind of separator: 1234-5678-9012, 1 2 3 4 …
_SHAPES = ((12,), (4, 4, 4), (1,) * 12)
_RUN = re.compile(r"\d+(?:([ ./・,_-]) ?\d+(?:\1 ?\d+)*)?", re.ASCII)


def find_individual_number(text: str) -> str | None:
    """Return the first My Number in a text as it was typed, and None when there is none.

    A number counts when it has 12 digits and the right check digit: half or full width, kanji digits, in one
    piece or in groups with separators. Longer numbers (15-digit 宛名番号, 13-digit 法人番号) don't count, but
    a number printed in groups of four counts within a longer run. About one in eleven other 12-digit numbers
    is refused as well: the price of never keeping a real one.
    """
    return next(_find(text), None)


def contains_individual_number(text: str) -> bool:
    """Tell whether a text holds a My Number; see find_individual_number."""
    return find_individual_number(text) is not None


def _find(text: str) -> Iterator[str]:
    plain, places = _plain(text)
    for run in _RUN.finditer(plain):
        for start, end in _candidates(run):
            if in_.is_valid(re.sub(r"\D", "", plain[start:end])):
                yield text[places[start] : places[end - 1] + 1]


def _plain(text: str) -> tuple[str, list[int]]:
    """Return the text with digits and separators in one form, and where each character was in the original.

    Invisible characters (zero width and the like) go: they would hide a number from us but not from a reader.
    """
    kept = [
        (_one_form(character), place)
        for place, character in enumerate(text)
        if unicodedata.category(character) != "Cf"
    ]
    return "".join(character for character, _ in kept), [place for _, place in kept]


def _one_form(character: str) -> str:
    wide = unicodedata.normalize("NFKC", character).translate(_KANJI_DIGITS)
    single = wide if len(wide) == 1 else " "
    return _DASHES.sub("-", " " if single.isspace() else single)


def _candidates(run: re.Match[str]) -> Iterator[tuple[int, int]]:
    """Yield where twelve digits may be one number: the whole run, or groups as the card prints them."""
    groups = [match.span() for match in re.finditer(r"\d+", run[0])]
    offset = run.start()
    lengths = [end - start for start, end in groups]
    if sum(lengths) == 12:
        yield run.span()
    for first, shape in product(range(len(lengths)), _SHAPES):
        last = first + len(shape) - 1
        if tuple(lengths[first : last + 1]) == shape:
            yield offset + groups[first][0], offset + groups[last][1]
