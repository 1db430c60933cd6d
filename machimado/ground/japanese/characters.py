"""Characters of names and places: as a person sees them, their code points, and folding for search.

A name is stored and shown as it came. Folded text is a key for indexes and is never written over an original:
one folded character stands for several, and the way back does not exist.
"""

import re
import unicodedata
from functools import cache
from typing import Any

jntajis: Any
try:
    import jntajis
except ImportError:  # nobody has built it for this Python (pyproject.toml says for which): see _COMMONEST
    jntajis = None

# Variation selectors choose between forms of one character: FE00-FE0F (standard), E0100-E01EF (IVS).
# Source: Unicode Technical Standard #37.
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_BASIC_PLANE = 0xFFFF
_SELECTOR = re.compile(f"[{_SELECTORS}]")
_SEEN_AS_ONE = re.compile(rf"\r\n|.[{_SELECTORS}\u0300-\u036f\u3099\u309a]*", re.DOTALL)

# Cc control, Cf format (zero width, right-to-left), Cs surrogate, Cn unassigned. Private use (Co) is not
# refused: municipal systems keep their 外字 there, and only a font can tell whether they can be printed.
_UNPRINTABLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Cn"})
_LINE_BREAKS = frozenset("\n\r")


def split_characters(text: str) -> list[str]:
    """Split a text into what a person sees as one character: a base with its selectors and marks."""
    return _SEEN_AS_ONE.findall(text)


def code_points(character: str) -> str:
    """Name a character by its code points, for people who must find it in a table: U+8FBB U+E0100."""
    return " ".join(f"U+{ord(part):04X}" for part in character)


def rare(text: str) -> list[str]:
    """List the characters, each once, that a screen may show as another one or not at all.

    These are forms with a selector, private use (外字), and whatever lies outside of the basic plane.
    """
    return list(dict.fromkeys(each for each in split_characters(text) if _is_rare(each)))


def _is_rare(character: str) -> bool:
    return any(
        ord(part) > _BASIC_PLANE or _SELECTOR.match(part) or "\ue000" <= part <= "\uf8ff"
        for part in character
    )


def without_selectors(text: str) -> str:
    """Drop variation selectors, so that every form of a character becomes its base; for comparison."""
    return _SELECTOR.sub("", text)


def unprintable(text: str, *, line_breaks: bool = False) -> list[str]:
    """List the characters that no paper can show, each once: control, invisible and unassigned ones.

    `line_breaks` allows line ends, for texts of several lines.
    """
    found = [character for character in text if _unprintable(character)]
    return [
        character for character in dict.fromkeys(found) if not (line_breaks and character in _LINE_BREAKS)
    ]


def printable(text: str, *, line_breaks: bool = False) -> bool:
    """Tell whether a text holds only characters that can be seen on paper."""
    return not unprintable(text, line_breaks=line_breaks)


def explain_unprintable(text: str) -> str:
    """Say in Japanese which characters can't be used and what to do; empty when there are none."""
    found = unprintable(text)
    if not found:
        return ""
    names = "、".join(code_points(character) for character in found[:5])
    return f"目に見えない文字（{names}）が入っています。消してから、もう一度入力してください。"


def visible(text: str) -> str:
    """Show a text with its invisible characters named in brackets, for people who look for what is wrong."""
    return "".join(f"［{code_points(each)}］" if _unprintable(each) else each for each in text)


def fold(text: str) -> str:
    """Fold a name or place to the key that search compares: 渡邉 → 渡辺, 髙 → 高, 﨑 → 崎, 辻󠄀 → 辻.

    Widths, case, spaces and variation selectors go as well. Folding twice changes nothing.
    """
    plain = unicodedata.normalize("NFKC", without_selectors(text)).casefold()
    joined = "".join(plain.translate(_FOLDS).split())
    return unicodedata.normalize("NFKC", joined)  # marks that stood apart may now join


def _unprintable(character: str) -> bool:
    return unicodedata.category(character) in _UNPRINTABLE_CATEGORIES and not _SELECTOR.match(character)


def knows_the_map() -> bool:
    """Return whether folding follows the whole MJ shrink map, and not the commonest pairs alone."""
    return jntajis is not None


# The commonest variants in names, for a Python without the map. Each folds as the map folds it: a test compares.
_COMMONEST = dict(
    zip(
        "邉邊﨑嵜髙𠮷濵濱齋齊澤櫻廣國眞瀨嶋嶌冨藏惠實榮豐彌曾條龜壽應學圓與來寬晉"
        "靜顯緖萬德渕𣘺槗栁桒舘埜峯槇薗龍淺關黑靑增鄕會莊鐵鷗",
        "辺辺崎崎高吉浜浜斎斉沢桜広国真瀬島島富蔵恵実栄豊弥曽条亀寿応学円与来寛晋"
        "静顕緒万徳淵橋橋柳桑館野峰槙園竜浅関黒青増郷会荘鉄鴎",
        strict=True,
    )
)

# Pairs seen in names that the map lacks; small katakana as place names use them (鳩ヶ谷, 鳩ケ谷).
_OWN = {
    "靍": "鶴", "鸖": "鶴", "遙": "遥", "檜": "桧", "凛": "凜", "藪": "薮", "籔": "薮", "碕": "崎",
    "巖": "巌", "亙": "亘", "ヶ": "ケ", "ヵ": "カ",
}  # fmt: skip


class _Folds(dict[int, str]):
    """A table for str.translate that learns each character once: an import folds millions of them."""

    def __missing__(self, code: int) -> str:
        self[code] = _fold_character(chr(code))
        return self[code]


def _fold_character(character: str) -> str:
    """Follow the shrink map to its end; in a ring (寿 ⇄ 壽) the lowest code point stands for all."""
    path = [character]
    while (following := _shrunk(path[-1])) not in path:
        path.append(following)
    return min(path[path.index(following) :])


@cache
def _shrunk(character: str) -> str:
    if character in _OWN:
        return _OWN[character]
    if not _is_kanji(character):
        return character
    other = next((each for each in _in_the_map(character) if each != character), character)
    return unicodedata.normalize("NFKC", other)


def _in_the_map(character: str) -> list[str]:
    """Return what the MJ shrink map has for a character.

    All its four schemes together (15): search wants to find too much rather than too little.
    Source: MJ縮退マップ (文字情報技術促進協議会, CC BY-SA 2.1 JP), as carried by jntajis.
    """
    if jntajis is None:
        return [_COMMONEST.get(character, character)]
    found: list[str] = jntajis.mj_shrink_candidates(character, jntajis.MJShrinkSchemeCombo(15))
    return found


def _is_kanji(character: str) -> bool:
    return unicodedata.name(character, "").startswith("CJK ") and unicodedata.category(character) == "Lo"


_FOLDS = _Folds()
