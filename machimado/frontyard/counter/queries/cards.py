"""A card beside the register."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import (
    Application,
)
from machimado.cases.applications.rules.card import SEX, Card, plain
from machimado.cases.register import queries as register
from machimado.cases.register.models import Resident
from machimado.cases.register.queries import Hit, SearchResult
from machimado.ground.japanese.eras import wareki

NOT_SHOWN = "（表示しません）"


@dataclass(frozen=True, slots=True)
class CardLine:
    """One item of a card, beside what the register says of the same (nothing where it is not to be shown, or not known)."""

    label: str
    on_card: str
    registered: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody of the register who may be whoever the card belongs to, and in what the two differ."""

    hit: Hit
    differences: tuple[str, ...]


def card_lines(card: Card, resident: Resident | None = None, *, is_hidden: bool = False) -> list[CardLine]:
    """Return the items of a card; with a resident, beside what the register says. A hidden card's address is not shown."""
    known = ("", "", "", "") if resident is None else _registered(resident)
    lines = [
        CardLine(label, words, theirs, bool(theirs) and plain(words) != plain(theirs))
        for (label, words), theirs in zip(_words(card), known, strict=True)
    ]
    # An address that is not told (支援措置) is not told from the card either: others may look at the screen.
    return [*lines[:-1], CardLine("住所", NOT_SHOWN, "", differs=False)] if is_hidden else lines


def _words(card: Card) -> list[tuple[str, str]]:
    born = wareki(card.born) if card.born else card.birth_date
    return [("氏名", card.name), ("生年月日", born), ("性別", card.sex_in_words), ("住所", card.address)]


def _registered(resident: Resident) -> tuple[str, str, str, str]:
    """Return what the register says; not the address of somebody whose address is not told."""
    born = register.birth_date_text(resident)
    address = "" if resident.shielded else resident.address
    return resident.name_text, born, SEX.get(resident.sex, ""), address


def matches(card: Card, found: SearchResult) -> list[Match]:
    """Return who was found, those first who differ least."""
    listed = [Match(hit, tuple(_differences(card, hit))) for hit in found.hits]
    return sorted(listed, key=lambda match: len(match.differences))


def _differences(card: Card, hit: Hit) -> Iterator[str]:
    theirs = (hit.name, hit.birth_date_text, hit.sex, hit.address)
    for (label, words), known in zip(_words(card), theirs, strict=True):
        if known and plain(words) != plain(known):
            yield label


def filled(application: Application, card: Card, *, at: datetime) -> list[str]:
    """Return what the card would answer in the application, by the questions' names."""
    found = cases.new_in(application, card, at=at)
    form = cases.form_of(application)
    paths = [*found.values, *found.halves]
    return [question.label["ja"] for path in paths if (question := form.question(path)) is not None]
