import sqlite3
from pathlib import Path
from typing import Any

import pytest

from samplecore.database import FILE_NAME, open_store
from samplecore.tests.conftest import Running, certificate_request
from tests.pdf import texts

pytestmark = pytest.mark.processes


def everybody(core: Running) -> list[dict[str, Any]]:
    people: list[dict[str, Any]] = core.http.get("/residents?limit=10000").json()["residents"]
    return [person for person in people if person["status"] == "resident"]


def text_of(pdf: bytes) -> str:
    """Return the words of a PDF without the blanks that its setting puts between characters."""
    return plain("".join(piece.text for piece in texts(pdf)))


def plain(text: str) -> str:
    return "".join(text.split())


def test_a_household_gets_its_record(core: Running) -> None:
    wife = next(
        person for person in everybody(core) if person["relationship"] == "妻" and not person["restricted"]
    )
    household = core.http.get(f"/residents/{wife['resident_number']}").json()["household"]
    living = [member for member in household if member["status"] == "resident"]
    body = {
        "kind": "住民票の写し",
        "resident_numbers": [member["resident_number"] for member in living],
        "options": {"relationship": True, "domicile": False},
    }
    answer = core.http.post("/certificates", json=body)
    assert answer.headers["content-type"] == "application/pdf"
    text = text_of(answer.content)
    assert "見本" in text
    assert "効力はありません" in text
    for member in living:
        assert plain(member["name"]["text"])[:2] in text
    assert "世帯主" in text
    assert wife["domicile"] is None or plain(wife["domicile"]["address"]) not in text


def test_a_seal_certificate_needs_a_seal(core: Running) -> None:
    people = [person for person in everybody(core) if not person["restricted"]]
    sealed = next(person for person in people if person["seal"])
    bare = next(person for person in people if not person["seal"])
    body = {"kind": "印鑑登録証明書", "resident_numbers": [sealed["resident_number"]]}
    assert core.http.post("/certificates", json=body).content.startswith(b"%PDF")
    answer = core.http.post("/certificates", json={**body, "resident_numbers": [bare["resident_number"]]})
    assert answer.status_code == 422
    assert "印鑑登録" in answer.json()["detail"]


def test_a_protected_person_is_not_printed_unasked(core: Running) -> None:
    number = everybody(core)[0]["resident_number"]
    core.http.post(f"/residents/{number}", json={"restricted": True})
    body: dict[str, Any] = {"kind": "住民票の写し", "resident_numbers": [number]}
    answer = core.http.post("/certificates", json=body)
    assert answer.status_code == 422
    assert "支援措置" in answer.json()["detail"]
    assert core.http.post("/certificates", json={**body, "restriction_checked": True}).status_code == 200


def test_strangers_do_not_share_a_record(reader: Running) -> None:
    people = everybody(reader)
    other = next(person for person in people if person["household_number"] != people[0]["household_number"])
    numbers = [people[0]["resident_number"], other["resident_number"]]
    answer = reader.http.post("/certificates", json={"kind": "住民票の写し", "resident_numbers": numbers})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "免許証", "resident_numbers": ["1"]},
        {"kind": "住民票の写し", "resident_numbers": []},
        {"kind": "住民票の写し", "resident_numbers": "1"},
        {"kind": "住民票の写し", "resident_numbers": ["1"] * 31},
        {"kind": "住民票の写し", "resident_numbers": [["1"]]},
        {"kind": "住民票の写し", "resident_numbers": ["000000000000000"]},
        {"kind": "住民票の写し", "resident_numbers": ["1"], "options": {"x": True}},
        {"kind": "住民票の写し", "resident_numbers": ["1"], "options": {"domicile": 1}},
        {"kind": ["住民票の写し"], "resident_numbers": ["1"]},
    ],
)
def test_what_can_not_be_issued_is_told(reader: Running, body: dict[str, Any]) -> None:
    answer = reader.http.post("/certificates", json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"].endswith("。")


def test_the_scope_of_the_kind_is_needed(core: Running) -> None:
    number = everybody(core)[0]["resident_number"]
    core.http.headers["Authorization"] = f"Bearer {core.token('002:certificates:issue')}"
    body = {"kind": "住民票の写し", "resident_numbers": [number]}
    assert core.http.post("/certificates", json=body).status_code == 403


# ---------------------------------------------------------------- what an application asks for


def accepted(core: Running, **fields: Any) -> str:
    """Return the core's number of an accepted request for a 住民票の写し."""
    reference = f"R-{len(core.ledger())}"
    answer = core.apply(certificate_request(reference, **fields), key=reference).json()
    assert answer["state"] == "accepted"
    number: str = answer["core_number"]
    return number


def someone_with_a_family(core: Running) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    wife = next(one for one in everybody(core) if one["relationship"] == "妻" and not one["restricted"])
    household = core.http.get(f"/residents/{wife['resident_number']}").json()["household"]
    return wife, [member for member in household if member["status"] == "resident"]


def asked(core: Running, core_number: str) -> Any:
    return core.http.get(f"/applications/{core_number}/certificate")


def test_an_application_gets_its_certificate_once_however_often_it_is_asked_for(core: Running) -> None:
    wife, living = someone_with_a_family(core)
    number = accepted(core, resident_number=wife["resident_number"], scope="household", items=["head"])
    first, second = asked(core, number), asked(core, number)
    assert first.headers["content-type"] == "application/pdf"
    assert text_of(first.content) == text_of(second.content)
    text = text_of(first.content)
    assert all(plain(member["name"]["text"])[:2] in text for member in living)
    other = accepted(core, resident_number=wife["resident_number"], scope="resident")
    assert text_of(asked(core, other).content) != text


def test_only_the_members_who_were_named_stand_on_it(core: Running) -> None:
    wife, _ = someone_with_a_family(core)
    name = wife["name"]["text"]
    fields = {"resident_number": wife["resident_number"], "scope": "members"}
    assert asked(core, accepted(core, **fields, members=[name])).status_code == 200
    unknown = asked(core, accepted(core, **fields, members=["だれか　ほかの人"]))
    assert (unknown.status_code, "特定できません" in unknown.json()["detail"]) == (422, True)


def test_what_is_printed_elsewhere_is_told(core: Running) -> None:
    wife, _ = someone_with_a_family(core)
    fields = {"resident_number": wife["resident_number"], "scope": "resident"}
    answer = asked(core, accepted(core, **fields, items=["resident_code"], number_recipient="年金事務所"))
    assert (answer.status_code, "専用端末" in answer.json()["detail"]) == (422, True)
    assert asked(core, "001-0000009999").status_code == 404
    assert asked(core, accepted(core, scope="resident")).status_code == 422


def test_a_store_of_an_earlier_version_is_brought_up_to_date(folder: Path) -> None:
    store = sqlite3.connect(folder / FILE_NAME, isolation_level=None)
    store.executescript(
        "DROP TABLE certificates; CREATE TABLE certificates (serial INTEGER PRIMARY KEY AUTOINCREMENT,"
        " client TEXT NOT NULL, kind TEXT NOT NULL, resident_numbers TEXT NOT NULL, issued_at TEXT NOT NULL) STRICT"
    )
    store.close()
    for _ in range(2):
        opened = open_store(folder)
        columns = [row["name"] for row in opened.execute("PRAGMA table_info(certificates)")]
        opened.close()
        assert columns[-1] == "application"
