"""Reading a card through the computer's real PC/SC service: pcscd, vsmartcard's virtual reader, and our virtual card."""

import os
from pathlib import Path

import pytest

from cardagent import pcsc
from cardagent.card import ask_tries, read_card
from cardagent.channel import ITEMS_FILE, PIN_FILE, Channel
from cardagent.items import Items
from cardagent.refusals import Refusal
from tests.fakes import pcsc as fake
from tests.fakes.virtual_card import HANAKO, PIN, VirtualCard, items_file

pytestmark = pytest.mark.processes


@pytest.fixture
def service(pcsc_service: fake.Service) -> fake.Service:
    return pcsc_service


def read(pin: str = PIN, reader: str = "") -> Items:
    with pcsc.open_card(reader)() as transmit:
        return read_card(Channel(transmit), bytearray(pin.encode()))


def refused(pin: str = PIN, reader: str = "") -> Refusal:
    with pytest.raises(Refusal) as refusal:
        read(pin, reader)
    return refusal.value


def test_the_four_items_come_through_and_the_number_is_never_asked_for(service: fake.Service) -> None:
    with service.lying(VirtualCard()) as card:
        assert read() == Items(**HANAKO)
    assert card.files_selected == {PIN_FILE, ITEMS_FILE}
    assert card.pins_shown == [PIN]


def test_a_long_address_and_rare_letters_come_through(service: fake.Service) -> None:
    address = "山形県鶴岡市" + "𠮷野町大字髙󠄁島" * 40
    with service.lying(VirtualCard(items_file(name="邉󠄄　\ue000子", address=address))):
        assert (read().name, read().address) == ("邉󠄄　\ue000子", address)


def test_the_pin_is_never_shown_where_one_try_is_left(service: fake.Service) -> None:
    with service.lying(VirtualCard(tries=3)) as card:
        assert [refused("0000").tries, refused("1111").tries] == [2, 1]
        assert refused().reason == "last_try"
        with pytest.raises(Refusal), pcsc.open_card()() as transmit:
            ask_tries(Channel(transmit))
    assert card.pins_shown == ["0000", "1111"]
    assert card.tries == 1


def test_nobody_goes_on_with_the_pin_that_was_shown(service: fake.Service) -> None:
    with service.lying(VirtualCard()):
        read()
        with pcsc.open_card()() as transmit:
            assert ask_tries(Channel(transmit)) == 3


def test_a_card_of_another_kind_is_told_as_such(service: fake.Service) -> None:
    with service.lying(VirtualCard(is_my_number_card=False)):
        assert refused().reason == "other_card"


@pytest.mark.parametrize("after", [1, 3, 5])
def test_a_card_that_is_pulled_is_told_as_such(service: fake.Service, after: int) -> None:
    with service.lying(VirtualCard(pulled_after=None)) as card:
        card.pulled_after = after
        assert refused().reason == "pulled"


def test_without_a_card_one_is_asked_for(service: fake.Service) -> None:
    assert refused().reason == "no_card"


def test_another_program_that_holds_the_card_is_told_of(service: fake.Service) -> None:
    with service.lying(VirtualCard()), pcsc.open_card()():
        assert refused().reason == "in_use"


def test_a_reader_that_is_not_there_is_told_of(service: fake.Service) -> None:
    answer = refused(reader="PaSoRi")
    assert answer.reason == "no_reader"
    assert "PaSoRi" in str(answer)


def test_a_service_that_does_not_run_is_told_of(tmp_path: Path) -> None:
    fake.check_there()
    # pcsc-lite reads the name of its socket once a process.
    code = (
        "from cardagent import pcsc\nfrom cardagent.refusals import Refusal\n"
        "try:\n    pcsc.open_card()().__enter__()\nexcept Refusal as refusal:\n    print(refusal.reason)"
    )
    import subprocess
    import sys

    nowhere = {**os.environ, "PCSCLITE_CSOCK_NAME": str(tmp_path / "nobody")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=nowhere, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "no_service", done.stderr
