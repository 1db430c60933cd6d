"""What a My Number card says, as answers: its four items, letter by letter; the number is not among them.

Source: the items of 券面事項入力補助 (docs/card-agent.md lists what nobody has tried with a real card).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from unicodedata import normalize

from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.questions import Question
from machimado.cases.procedures.rules.reading import read_value
from machimado.cases.procedures.rules.refusals import ValueRefusedError
from machimado.ground.japanese.addresses import split_address
from machimado.ground.japanese.eras import is_edtf

LONGEST = {"name": 300, "address": 600, "birth_date": 20, "sex": 4}
SEX = {"1": "男", "2": "女", "9": "不明・その他"}
# Whoever is in no register yet has a card that says where they lived before: it is changed when they have moved in.
ADDRESS_OF_A_NEWCOMER = "move.from"
NO_READING = "ふりがなを伺って入れてください。カードから読めるのは、漢字などの表記だけです。"


class NoCard(ValueError):
    """What came is not what a card says."""


@dataclass(frozen=True, slots=True)
class Card:
    """The four items as they stand on the card; any may be blank."""

    name: str
    address: str
    birth_date: str
    sex: str

    def as_dict(self) -> dict[str, str]:
        """Return what is kept."""
        return asdict(self)

    @property
    def born(self) -> str:
        """The birth date as EDTF, as far as it is known: blanks, zeros and missing digits are 不詳. Nothing where it is none."""
        digits = normalize("NFKC", self.birth_date).replace(" ", "0").ljust(8, "0")
        if not re.fullmatch(r"\d{8}", digits, re.ASCII) or digits.startswith("0000"):
            return ""
        year, month, day = digits[:4], digits[4:6], digits[6:]
        month, day = ("XX", "XX") if month == "00" else (month, "XX" if day == "00" else day)
        edtf = f"{year}-{month}-{day}"
        return edtf if is_edtf(edtf) else ""

    @property
    def sex_in_words(self) -> str:
        """The sex as it is said; the code itself where nobody knows it."""
        return SEX.get(self.sex, self.sex)


def read_card(text: str) -> Card:
    """Return the card of what the agent has sealed (JSON).

    Raises: NoCard.
    """
    try:
        return kept_card(json.loads(text))
    except ValueError as error:
        raise NoCard from error


def kept_card(kept: Any) -> Card:
    """Return the card of what `as_dict` gave.

    Raises: NoCard.
    """
    if not isinstance(kept, Mapping) or set(kept) != set(LONGEST):
        raise NoCard
    if not all(isinstance(kept[item], str) and len(kept[item]) <= most for item, most in LONGEST.items()):
        raise NoCard
    return Card(**kept)


@dataclass(frozen=True, slots=True)
class Filling:
    """What a card answers: values by path, and what is only half an answer, as it is kept in its field with the reason."""

    values: Mapping[str, Any]
    halves: Mapping[str, Mapping[str, Any]]


def fill(form: Form, card: Card, *, newcomer: bool, today: date) -> Filling:
    """Return what the card says to the questions of a form about the person themselves."""
    values: dict[str, Any] = {}
    halves: dict[str, dict[str, Any]] = {}
    for question in form.questions:
        raw = _raw(question, card, newcomer=newcomer)
        if raw in (None, ""):
            continue
        try:
            value = read_value(question, raw, today=today.isoformat())
        except ValueRefusedError as refusal:
            if question.kind in {"name", "address"}:
                reason = NO_READING if question.kind == "name" else str(refusal)
                halves[question.id] = {"typed": raw, "reason": reason}
        else:
            values |= {question.id: value} if value is not None else {}
    return Filling(values, halves)


def _raw(question: Question, card: Card, *, newcomer: bool) -> Any:
    if question.kind == "address":
        wanted = question.id == ADDRESS_OF_A_NEWCOMER if newcomer else question.prefill == "address"
        return split_address(card.address) if wanted and card.address else None
    if question.kind == "name" and question.prefill == "name" and card.name:
        return {"text": card.name, "kana": ""}
    return {"birth_date": card.born, "sex": card.sex}.get(question.prefill or "")


def plain(text: str) -> str:
    """Return a text so that only what it says counts, for comparing: neither blanks nor widths."""
    return "".join(normalize("NFKC", text).split())
