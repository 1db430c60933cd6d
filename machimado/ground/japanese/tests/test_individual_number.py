"""My Number detection. Every number here is made up; valid ones are valid by arithmetic only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.jp import in_

from machimado.ground.japanese.individual_number import (
    REFUSAL,
    contains_individual_number,
    find_individual_number,
)

ELEVEN = st.text("0123456789", min_size=11, max_size=11)
WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


@given(ELEVEN)
def test_the_library_computes_the_check_digit_of_the_ordinance(digits: str) -> None:
    rest = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=True)) % 11
    assert in_.calc_check_digit(digits) == str(0 if rest <= 1 else 11 - rest)


@pytest.mark.parametrize(
    "written",
    [
        "621498320257",
        "6214 9832 0257",
        "6214-9832-0257",
        "６２１４　９８３２　０２５７",
        "６２１４－９８３２－０２５７",
        "6214ー9832ー0257",
        "6214・9832・0257",
        "6 2 1 4 9 8 3 2 0 2 5 7",
        "六二一四九八三二〇二五七",
        "6214\u200b9832\u200b0257",
        "621498-320257",
    ],
)
def test_every_way_to_write_it_is_found(written: str) -> None:
    assert find_individual_number(f"番号は{written}です") == written
    assert find_individual_number(f"2026-11-21 {written} 090-1234-5678") == written


def test_groups_of_four_are_found_in_a_longer_run() -> None:
    assert find_individual_number("1234 6214 9832 0257 99") == "6214 9832 0257"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "山田　太郎",
        "621498320258",
        "0621498320257",
        "621498320257123",
        "090-1234-5678",
        "2026-11-21",
        "６２１４９８３２０２５",
    ],
)
def test_other_numbers_are_let_through(text: str) -> None:
    assert not contains_individual_number(text)


@given(ELEVEN, st.sampled_from(["", " ", "-", "　", "－", "・"]), st.text("あいう、。", max_size=5))
def test_any_number_in_any_sentence(digits: str, separator: str, around: str) -> None:
    number = digits + in_.calc_check_digit(digits)
    written = separator.join((number[:4], number[4:8], number[8:]))
    assert find_individual_number(around + written + around) == written


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    found = find_individual_number(text)
    assert found is None or found in text


def test_the_refusal_says_what_to_do() -> None:
    assert "消してください" in REFUSAL
