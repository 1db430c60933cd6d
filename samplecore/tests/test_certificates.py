import io
from typing import Any

import pypdf
import pytest

from samplecore.tests.conftest import Running

pytestmark = pytest.mark.processes


def everybody(core: Running) -> list[dict[str, Any]]:
    people: list[dict[str, Any]] = core.http.get("/residents?limit=10000").json()["residents"]
    return [person for person in people if person["status"] == "resident"]


def text_of(pdf: bytes) -> str:
    """Return the words of a PDF without the blanks that its setting puts between characters."""
    return "".join("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


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
