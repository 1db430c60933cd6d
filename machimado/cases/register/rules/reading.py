"""What an officer typed into the one search box, and what it may mean."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import jaconv

from machimado.cases.register.rules import keys
from machimado.ground.japanese import eras

type_of_column = Literal[
    "kana", "given_kana", "text", "given_text", "born", "place", "block", "building", "number", "household"
]

LONGEST_TEXT = 100
MOST_TOKENS = 6


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a word may mean: the beginning of a key in a column (of a number: the whole)."""

    column: type_of_column
    key: bytes


@dataclass(frozen=True, slots=True)
class Token:
    """One word as typed, and all that it may mean; a person fits when any meaning does."""

    text: str
    meanings: tuple[Meaning, ...]


type_of_understanding = tuple[Token, ...]


def read(text: str) -> list[type_of_understanding]:
    """Return the ways to understand a text, the likeliest first; in each, every token must fit a person.

    Words are separated by spaces. Names that are stored without a space, and 本町 1-12-3 for 本町一丁目12番地3,
    are met by the later ways, which join words.
    """
    words = split(text)
    if not words:
        return []
    ways = [tuple(token(word) for word in words)]
    ways += [tuple(token(word) for word in joined) for joined in _joined(words)]
    return [way for way in dict.fromkeys(ways) if all(each.meanings for each in way)]


def split(text: str) -> list[str]:
    """Split a text into its first words; a text that is too long is cut."""
    return re.sub(r"[\s,、，]+", " ", text[:LONGEST_TEXT]).split()[:MOST_TOKENS]


def token(word: str) -> Token:
    """Return all that one word may mean."""
    plain = unicodedata.normalize("NFKC", word)
    meanings = [*_birth(word), *_numbers(plain), *_names(word, plain), *_places(word, plain)]
    return Token(word, tuple(dict.fromkeys(each for each in meanings if each.key)))


def _joined(words: list[str]) -> list[list[str]]:
    """Return the words joined to one, and with each number joined to the place before it."""
    if len(words) < 2:
        return []
    places = [words[0]]
    for before, word in pairwise(words):
        if word[0].isdecimal() and not before[-1].isdecimal():
            places[-1] += word
        else:
            places.append(word)
    return [["".join(words)], places]


def _birth(word: str) -> list[Meaning]:
    try:
        return [Meaning("born", keys.birth_beginning(eras.read_date(word)))]
    except ValueError:  # not a date: it means something else
        return []


def _numbers(plain: str) -> list[Meaning]:
    """Resident and household numbers count only as a whole: their beginnings say nothing."""
    if not re.fullmatch(r"\d{5,15}", plain, re.ASCII):
        return []
    number = plain.encode("ascii")
    return [Meaning("number", number), Meaning("household", number)]


def _names(word: str, plain: str) -> list[Meaning]:
    if any(character.isdecimal() for character in plain):
        return []
    kana, written = _reading_of(word, plain), keys.text_key(word)
    return [
        Meaning("kana", kana),
        Meaning("given_kana", kana),
        Meaning("text", written),
        Meaning("given_text", written),
    ]


def _reading_of(word: str, plain: str) -> bytes:
    """Return the key of a reading: of kana, or of Latin letters typed while kana were meant (satou)."""
    if keys.is_kana(word):
        return keys.kana_key(word)
    if _ROMAJI.fullmatch(plain.lower()):
        return keys.kana_key(jaconv.alphabet2kana(plain.lower()))
    return b""


# Only what is spelt in full: of "sm" or "sat" no reading can be told.
_ROMAJI = re.compile(
    r"(?:(?:([kstpg])(?=\1))?(?:(?:[kgszjtdnhbpmr]y?|[fvwy]|sh|ch|ts)?[aiueo]|n(?![aiueoy])))+", re.ASCII
)


def _places(word: str, plain: str) -> list[Meaning]:
    beginnings = keys.place_beginnings(word)
    if plain[0].isdecimal():
        return [Meaning("block", each) for each in beginnings]
    building = [Meaning("building", keys.text_key(word))]
    return [*(Meaning("place", each) for each in beginnings), *building]


_TITLES = {
    "kana": "フリガナ",
    "given_kana": "名のフリガナ",
    "text": "氏名",
    "given_text": "名",
    "born": "生年月日",
    "place": "住所",
    "block": "番地",
    "building": "方書",
    "number": "宛名番号",
    "household": "世帯番号",
}


def explain(word: str, column: str) -> str:
    """Say in words how a token was understood, as shown above the hits."""
    if column == "born":
        return f"{_TITLES[column]} {eras.wareki(eras.read_date(word))}"
    return f"{_TITLES[column]}「{word}」"
