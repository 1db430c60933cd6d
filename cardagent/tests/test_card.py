"""The conversation with a card, and what may never be said to one."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardagent.card import ask_tries, read_card
from cardagent.channel import ITEMS_FILE, PIN_FILE, Channel, Forbidden
from cardagent.items import Items
from cardagent.refusals import Refusal
from tests.fakes.virtual_card import HANAKO, NUMBER, PIN, VirtualCard, items_file


def read(card: VirtualCard, pin: str = PIN) -> Items:
    with card.directly()() as transmit:
        return read_card(Channel(transmit), bytearray(pin.encode()))


def refused(card: VirtualCard, pin: str = PIN) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        read(card, pin)
    return refusal.value


def test_the_four_items_are_read_and_the_number_never() -> None:
    card = VirtualCard()
    assert read(card) == Items(**HANAKO)
    assert card.files_selected == {PIN_FILE, ITEMS_FILE}
    assert card.pins_shown == [PIN]


def test_a_long_file_is_read_in_parts() -> None:
    address = "山形県鶴岡市" + "とても長い方書" * 80
    assert read(VirtualCard(items_file(address=address))).address == address


def test_a_wrong_pin_tells_how_many_tries_are_left() -> None:
    card = VirtualCard()
    first = refused(card, "0000")
    assert (first.reason, first.tries) == ("wrong_pin", 2)
    second = refused(card, "1111")
    assert (second.reason, second.tries) == ("wrong_pin", 1)
    assert "市民課" in str(second)
    # The last one stays the resident's.
    third = refused(card, PIN)
    assert (third.reason, third.tries) == ("last_try", 1)
    assert card.pins_shown == ["0000", "1111"]
    assert card.tries == 1


@pytest.mark.parametrize(("tries", "reason"), [(0, "blocked"), (1, "last_try")])
def test_before_the_pin_is_asked_for_the_tries_are(tries: int, reason: str) -> None:
    card = VirtualCard(tries=tries)
    with pytest.raises(Refusal) as refusal, card.directly()() as transmit:
        ask_tries(Channel(transmit))
    assert refusal.value.reason == reason
    assert refused(card).reason == reason
    assert card.pins_shown == []


@pytest.mark.parametrize("pin", ["", "123", "12345", "12a4", "１２３４", "    ", "-123"])
def test_what_is_no_pin_never_reaches_the_card(pin: str) -> None:
    card = VirtualCard()
    assert refused(card, pin).reason == "no_pin"
    assert card.heard == []


def test_another_card_is_told_as_such() -> None:
    assert refused(VirtualCard(is_my_number_card=False)).reason == "other_card"


@pytest.mark.parametrize("after", range(6))
def test_a_card_that_is_pulled_is_told_as_such_wherever_it_happens(after: int) -> None:
    assert refused(VirtualCard(pulled_after=after)).reason == "pulled"


@pytest.mark.parametrize(
    "file", [b"", b"\xff\x20", b"\xff\x20\x82\x7f\xff", items_file()[:40], b"\xff\x20\x82\x10\x00"]
)
def test_a_file_that_is_none_is_refused(file: bytes) -> None:
    assert refused(VirtualCard(file)).reason in {"unreadable", "odd"}


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=300),
            st.sampled_from(
                [
                    b"\x90\x00",
                    b"\x63\xc3",
                    b"\x63\xc1",
                    b"\x63\xc0",
                    b"\x6c\x10",
                    b"\xff\x20\x82\x0f\xff\x90\x00",
                    b"A" * 256 + b"\x90\x00",
                ]
            ),
        ),
        max_size=40,
    )
)
def test_whatever_a_card_answers_it_is_never_asked_for_the_number(answers: list[bytes]) -> None:
    heard: list[tuple[bytes, bytes]] = []
    left = iter(answers)

    def transmit(command: bytes) -> bytes:
        answer = next(left, b"\x6f\x00")
        heard.append((command, answer))
        return answer

    with suppress(Refusal):
        read_card(Channel(transmit), bytearray(b"4649"))
    with_tries = 0
    for command, answer in heard:
        if command == b"\x00\x20\x00\x80":
            with_tries = answer[1] & 0x0F if answer[:2] > b"\x63\xc0" and answer[0] == 0x63 else 0
        elif command[:2] == b"\x00\x20":
            assert with_tries >= 2
            with_tries = 0
        assert command[:5] != b"\x00\xa4\x02\x0c\x02" or command[5:] in {b"\x00\x11", b"\x00\x02"}
        assert command[:2] != b"\x00\xb0" or command[2] < 0x80


class TestGate:
    """What is above the channel may be as wrong as it likes."""

    def test_the_numbers_file_cannot_be_selected(self) -> None:
        card = VirtualCard()
        channel = Channel(card.answer)
        channel.select_application()
        for file in (0x0001, 0x0003, 0x0012, 0x0101):
            with pytest.raises(Forbidden):
                channel.select(file)
        assert card.files_selected == set()

    def test_nor_read_by_its_short_name(self) -> None:
        card = VirtualCard()
        channel = Channel(card.answer)
        channel.select_application()
        channel.select(PIN_FILE)
        channel.tries()
        channel.show_pin(bytearray(PIN.encode()))
        channel.select(ITEMS_FILE)
        with pytest.raises(Forbidden):
            channel.read(0x8100, 17)
        assert NUMBER not in card.answer(b"\x00\xb0\x00\x00\x00")

    def test_no_pin_is_shown_unless_two_tries_are_known_to_be_left(self) -> None:
        card = VirtualCard(tries=1)
        channel = Channel(card.answer)
        channel.select_application()
        channel.select(PIN_FILE)
        for _ in range(2):
            with pytest.raises(Forbidden):
                channel.show_pin(bytearray(PIN.encode()))
            assert channel.tries() == 1
        assert card.pins_shown == []

    def test_nor_a_second_one_without_asking_anew(self) -> None:
        card = VirtualCard()
        channel = Channel(card.answer)
        channel.select_application()
        channel.select(PIN_FILE)
        channel.tries()
        with pytest.raises(Refusal):
            channel.show_pin(bytearray(b"0000"))
        with pytest.raises(Forbidden):
            channel.show_pin(bytearray(b"1111"))
        assert card.pins_shown == ["0000"]
