"""Postal codes: the real table of the whole country."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from machimado.ground.japanese.postal import UnreadablePostalCodeError, find_addresses, read_postal_code


@pytest.mark.parametrize(
    "typed", ["9970401", "997-0401", "〒997-0401", "９９７－０４０１", "997ー0401", " 997 0401 ", "997−0401"]
)
def test_spellings_of_a_code(typed: str) -> None:
    assert read_postal_code(typed) == "9970401"


@pytest.mark.parametrize("typed", ["", "997-040", "99704011", "abc", "九九七〇四〇一"])
def test_what_is_no_code_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(UnreadablePostalCodeError, match="997-0401 のように"):
        read_postal_code(typed)


def test_a_code_with_one_town() -> None:
    assert find_addresses("997-0401") == [
        {
            "postal_code": "9970401",
            "prefecture": "山形県",
            "city": "鶴岡市",
            "town": "中野新田",
            "block": "",
            "building": "",
        }
    ]


def test_a_code_with_several_towns() -> None:
    towns = [address["town"] for address in find_addresses("4520961")]
    assert len(towns) > 50
    assert {"春日明河原", "春日一番割"} <= set(towns)


def test_a_code_across_cities() -> None:
    assert [address["city"] for address in find_addresses("4980000")] == ["弥富市", "桑名郡木曽岬町"]


def test_an_organisation_and_a_tower() -> None:
    (office,) = find_addresses("9978601")
    assert (office["block"], office["building"]) == ("9-25", "鶴岡市役所")
    (floor,) = find_addresses("1006001")
    assert floor["building"] == "1階"


def test_an_unknown_code_has_no_address() -> None:
    assert find_addresses("0000000") == []


def test_threads_look_up_side_by_side() -> None:
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(find_addresses, ["9970401"] * 20))
