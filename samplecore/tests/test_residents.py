from typing import Any

import pytest

from samplecore.tests.conftest import PEOPLE, Running

pytestmark = pytest.mark.processes


def everybody(core: Running, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = ""
    while after is not None:
        page = core.http.get("/residents", params={"after": after, "limit": limit}).json()
        found += page["residents"]
        after = page["next"]
    return found


@pytest.mark.parametrize("limit", [1_000_000, 100, 7])
def test_the_whole_register_comes_page_by_page(reader: Running, limit: int) -> None:
    people = everybody(reader, limit)
    numbers = [person["resident_number"] for person in people]
    assert numbers == sorted(set(numbers))
    assert sum(person["status"] == "resident" for person in people) == PEOPLE


def test_a_page_that_is_just_full_ends_the_register(reader: Running) -> None:
    people = everybody(reader, 1_000_000)
    page = reader.http.get("/residents", params={"limit": len(people)}).json()
    assert len(page["residents"]) == len(people)
    assert everybody(reader, len(people)) == people


def test_one_person_comes_with_the_household(reader: Running) -> None:
    wife = next(person for person in everybody(reader, 1000) if person["relationship"] == "妻")
    record = reader.http.get(f"/residents/{wife['resident_number']}").json()
    household, known = record.pop("household"), record.pop("enrolments")
    assert record == wife
    assert known["seal"]["registered"] == ("yes" if wife["seal"] else "no")
    assert reader.http.get(f"/residents/{wife['resident_number']}").json()["enrolments"] == known
    assert wife in household
    assert {member["household_number"] for member in household} == {wife["household_number"]}
    assert sum(member["head"] for member in household) == 1


@pytest.mark.parametrize("number", ["1", "000000100000018", "999999999999999", "x" * 300, "０００"])
def test_an_unknown_number_is_told(reader: Running, number: str) -> None:
    answer = reader.http.get(f"/residents/{number}")
    assert answer.status_code == 404
    assert "宛名番号" in answer.json()["detail"]


def test_people_are_found_by_what_is_known(reader: Running) -> None:
    someone = everybody(reader, 1000)[50]
    kana, text = someone["name"]["kana"], someone["name"]["text"]
    for terms in (
        {"kana": kana[:3]},
        {"name": text[:2]},
        {"kana": kana, "birth_date": someone["birth_date"]},
    ):
        found = reader.http.get("/residents", params=terms).json()["residents"]
        assert someone in found
        assert all(person["name"]["kana"].startswith(terms.get("kana", "")) for person in found)
    assert reader.http.get("/residents", params={"kana": "ン'%_"}).json()["residents"] == []


def test_a_change_is_seen_in_the_record_and_in_the_feed(core: Running) -> None:
    head = next(
        person for person in everybody(core, 1000) if person["head"] and person["status"] == "resident"
    )
    number = head["resident_number"]
    before = core.http.get("/residents?limit=1").json()["sequence"]
    answer = core.http.post(f"/residents/{number}", json={"address": {"block": "99番地9"}})
    assert answer.status_code == 200
    feed = core.http.get("/residents/changes", params={"since": before}).json()
    assert feed["sequence"] == answer.json()["sequence"] > before
    (change,) = feed["changes"]
    assert change["resident_number"] == number
    assert change["resident"]["address"] == {**head["address"], "block": "99番地9"}
    assert {**change["resident"], "address": head["address"]} == head
    assert core.http.get("/residents/changes", params={"since": feed["sequence"]}).json()["changes"] == []


def test_a_household_moves_together(core: Running) -> None:
    wife = next(p for p in everybody(core, 1000) if p["relationship"] == "妻" and p["status"] == "resident")
    change = {"whole_household": True, "address": {"block": "1番地"}}
    numbers = core.http.post(f"/residents/{wife['resident_number']}", json=change).json()["resident_numbers"]
    assert len(numbers) > 1
    feed = core.http.get("/residents/changes").json()["changes"]
    assert [row["resident_number"] for row in feed] == numbers
    assert {row["resident"]["address"]["block"] for row in feed} == {"1番地"}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"resident_number": "000000100000017"},
        {"address": {"planet": "x"}},
        {"address": None},
        {"status": "asleep"},
        {"head": "yes"},
        {"name": "文字だけ"},
        {"birth_date": 5},
        {"name": {"text": ["x"]}},
    ],
)
def test_a_wrong_change_is_refused_and_writes_nothing(reader: Running, change: dict[str, Any]) -> None:
    number = everybody(reader, 1)[0]["resident_number"]
    answer = reader.http.post(f"/residents/{number}", json=change)
    assert answer.status_code == 422
    assert answer.json()["detail"].endswith("。")
    assert reader.http.get("/residents/changes").json()["changes"] == []


@pytest.mark.parametrize("query", ["after=x", "limit=-1", "limit=1.5", "after=" + "9" * 40])
def test_a_wrong_cursor_is_told(reader: Running, query: str) -> None:
    assert reader.http.get(f"/residents?{query}").status_code == 400


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"a": NaN}', b"[" * 100_000])
def test_a_body_that_is_no_object_is_told(reader: Running, body: bytes) -> None:
    number = everybody(reader, 1)[0]["resident_number"]
    assert reader.http.post(f"/residents/{number}", content=body).status_code == 400
