from hypothesis import given
from hypothesis import strategies as st

from machimado.cases.applications.rules.reference import LETTERS, is_reference, new_reference


def test_a_new_number_is_well_formed_and_read_in_any_writing() -> None:
    number = new_reference()
    assert is_reference(number)
    assert is_reference(f" {number.lower().replace('-', '')} ")


@given(st.integers(0, 7), st.sampled_from(LETTERS))
def test_one_wrong_letter_is_found(place: int, letter: str) -> None:
    number = new_reference().replace("-", "")
    wrong = number[:place] + letter + number[place + 1 :]
    assert is_reference(wrong) == (wrong == number)


@given(st.integers(0, 5))
def test_two_letters_in_the_wrong_order_are_found(place: int) -> None:
    number = new_reference().replace("-", "")
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert is_reference(swapped) == (swapped == number)


def test_other_texts_are_no_number() -> None:
    assert not any(map(is_reference, ["", "AAAA-AAAAA", "OOOO-0000", "１２３４-ＡＢＣＤ", "x" * 10_000]))
