"""What a card says, as answers."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machimado.cases.applications.rules.card import Card, NoCard, fill, read_card
from machimado.cases.procedures import queries as procedures
from machimado.ground.japanese.eras import is_edtf

TODAY = date(2026, 4, 10)
HANAKO = Card("髙󠄁島　花子", "山形県鶴岡市馬場町9番25号", "19500501", "2")


@pytest.mark.parametrize(
    ("told", "born"),
    [
        ("19500501", "1950-05-01"),
        ("１９５００５０１", "1950-05-01"),
        ("19500500", "1950-05-XX"),
        ("195005", "1950-05-XX"),
        ("1950", "1950-XX-XX"),
        ("1950    ", "1950-XX-XX"),
        ("19500015", "1950-XX-XX"),
        ("", ""),
        ("        ", ""),
        ("00000000", ""),
        ("19501340", ""),
        ("S250501", ""),
        ("195005010", ""),
    ],
)
def test_a_birth_date_is_as_much_as_is_known(told: str, born: str) -> None:
    assert Card("", "", told, "").born == born


@given(st.text(max_size=20))
def test_any_birth_date_is_a_date_or_none(told: str) -> None:
    born = Card("", "", told, "").born
    assert not born or is_edtf(born)


@given(st.one_of(st.text(), st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps)))
def test_what_is_no_card_is_refused(text: str) -> None:
    with pytest.raises(NoCard):
        read_card(text)


def test_letter_by_letter() -> None:
    assert read_card(json.dumps(HANAKO.as_dict())) == HANAKO


def test_for_a_newcomer_the_address_is_where_they_lived_before() -> None:
    form = procedures.current("move-in", on=TODAY)
    found = fill(form, HANAKO, newcomer=True, today=TODAY)
    assert found.values["resident.birth_date"] == "1950-05-01"
    assert found.values["move.from"]["town"] == "馬場町"
    assert "resident.address" not in found.values
    assert found.halves["resident.name"]["typed"] == {"text": "髙󠄁島　花子", "kana": ""}


@pytest.mark.parametrize("sex", ["", "0", "3", "男"])
def test_a_code_that_nobody_knows_is_asked_for(sex: str) -> None:
    card = Card(HANAKO.name, HANAKO.address, HANAKO.birth_date, sex)
    forms: list[Any] = list(procedures.offered(TODAY, channel="counter"))
    assert all("resident.sex" not in fill(form, card, newcomer=False, today=TODAY).values for form in forms)


@pytest.mark.parametrize("card", [Card("", "", "", ""), HANAKO, Card("あ" * 300, "い" * 600, "?", "?")])
def test_every_procedure_takes_any_card(card: Card) -> None:
    for form in procedures.offered(TODAY, channel="counter"):
        for newcomer in (False, True):
            found = fill(form, card, newcomer=newcomer, today=TODAY)
            assert not set(found.values) & set(found.halves)
            assert card.name or not found.halves
