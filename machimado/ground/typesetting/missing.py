"""Marks the characters that the fonts lack, so that nothing is replaced silently.

A form of a character that is lacking (辻 with one dot) is printed as its base with a mark; a character that is lacking
altogether, or that no paper can show, is printed as 〓 with a mark. The form explains each mark by its code points.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from machimado.ground.typesetting.coverage import Coverage

# The mark of the n-th lacking character is U+F0000 + n: private use of plane 15, where no font and no register
# keeps characters. The templates draw it as ※n.
MARK = 0xF0000
MOST_MARKS = 0xFFF
# A form that only a later font has stands behind U+F1000 + the place of that font, and is printed in it.
FONT = 0xF1000
GETA = "〓"

SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_CHARACTER = re.compile(f".[{SELECTORS}]?", re.DOTALL)
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Cn"})
_ALLOWED = frozenset("\n\t\r")


@dataclass(frozen=True)
class Missing:
    """One character that could not be printed as it is: its mark's number, what stands there, what it is."""

    mark: int
    shown: str
    character: str

    @property
    def code_points(self) -> str:
        """Name the character for people who must find it in a table: U+8FBB U+E0100."""
        return " ".join(f"U+{ord(part):04X}" for part in self.character)


def mark_missing(value: Any, fonts: tuple[Coverage, ...]) -> tuple[Any, tuple[Missing, ...]]:
    """Return a JSON-like value with its lacking characters marked, and the list of them in order of appearance.

    `fonts` stand in order of preference. A character is printed by the first one that has its base, unless only a later
    one has the form that was asked for. Dictionary keys are ours and stay.
    """
    found: dict[str, Missing] = {}
    return _walk(value, lambda text: _marked(text, fonts, found)), tuple(found.values())


def find_missing(text: str, fonts: tuple[Coverage, ...]) -> tuple[Missing, ...]:
    """List the characters of a text that the fonts lack, for a page that warns before anything is printed."""
    return mark_missing(text, fonts)[1]


def _walk(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _walk(each, change) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_walk(each, change) for each in value]
    return value


def _marked(text: str, fonts: tuple[Coverage, ...], found: dict[str, Missing]) -> str:
    if fonts and fonts[0].characters.issuperset(text):  # the common case, some fifty times faster
        return text
    return _CHARACTER.sub(lambda match: _printed(match[0], fonts, found), text)


def _printed(character: str, fonts: tuple[Coverage, ...], found: dict[str, Missing]) -> str:
    if character in _ALLOWED:
        return character
    visible = unicodedata.category(character[0]) not in _INVISIBLE
    based = [place for place, font in enumerate(fonts) if visible and font.has_base(character)]
    if exact := [place for place in based if fonts[place].has(character)]:
        return character if exact[0] == based[0] else chr(FONT + exact[0]) + character
    shown = character[0] if based else GETA
    number = min(len(found) + 1, MOST_MARKS)
    missing = found.setdefault(character, Missing(number, shown, character))
    return missing.shown + chr(MARK + missing.mark)
