import re
from html.parser import HTMLParser

import pytest

from samplecore.tests.conftest import Running, Start, certificate_request

pytestmark = pytest.mark.processes


class Names(HTMLParser):
    """Collects what a screen reader needs and what would be loaded."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.labels: set[str] = set()
        self.inputs: set[str] = set()
        self.sources: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "label":
            self.labels.add(found.get("for", ""))
        if tag in ("input", "select") and found.get("type") != "checkbox":
            self.inputs.add(found["id"])
        self.sources |= {found[name] for name in ("src", "href") if name in found}


def test_the_overview_says_what_it_is_and_shows_the_ledger(core: Running) -> None:
    number = core.apply(certificate_request("<b>R&1</b>"), "k1").json()["core_number"]
    answer = core.http.get("/")
    assert answer.status_code == 200
    assert "架空のまち" in answer.text
    assert number in answer.text
    assert "<b>R&1" not in answer.text
    assert "&lt;b&gt;R&amp;1" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    names = Names(answer.text)
    assert names.inputs <= names.labels
    assert all(source.startswith("/") for source in names.sources)
    assert core.http.get("/style.css").headers["content-type"].startswith("text/css")


def test_an_entry_is_shown_under_japanese_names(core: Running) -> None:
    body = certificate_request(scope="resident", items=["head", "domicile"], address={"town": "馬場町"})
    number = core.apply(body, "k1").json()["core_number"]
    text = core.http.get(f"/entries/{number}").text
    assert "住民票の写し 交付請求" in text
    assert "本人のみ（resident）" in text
    assert "記載事項 2" in text
    assert "馬場町" not in text  # an address may be that of somebody protected
    assert core.http.get("/entries/x").status_code == 404


def test_a_rejected_entry_shows_its_reasons(core: Running) -> None:
    number = core.apply(certificate_request(copies=0), "k1").json()["core_number"]
    text = core.http.get(f"/entries/{number}").text
    assert "却下の理由" in text
    assert "通数は整数" in text


def test_somebody_is_found_and_moves(core: Running) -> None:
    person = core.http.get("/residents?limit=1").json()["residents"][0]
    number = person["resident_number"]
    for query in (number, person["name"]["kana"][:2], person["name"]["text"][:1]):
        assert number in core.http.get("/people", params={"q": query}).text
    page = core.http.get(f"/people/{number}").text
    town = re.findall(r'<option value="(\d{7})">', page)[5]
    form = {"town_code": town, "block": "77番地", "together": "1"}
    moved = core.http.post(f"/people/{number}", data=form)
    assert moved.status_code == 303
    assert "転居を登録しました" in core.http.get(moved.headers["location"]).text
    record = core.http.get(f"/residents/{number}").json()
    assert record["address"]["block"] == "77番地"
    assert record["address"]["town_code"] == town
    assert core.http.get("/residents/changes").json()["changes"]


def test_a_protected_address_is_not_shown(core: Running) -> None:
    person = core.http.get("/residents?limit=1").json()["residents"][0]
    number, address = person["resident_number"], person["address"]
    core.http.post(f"/residents/{number}", json={"restricted": True, "address": {"block": "秘密の番地"}})
    for path in (f"/people/{number}", f"/people?q={number}"):
        text = core.http.get(path).text
        assert "秘密の番地" not in text
        assert f"{address['town']}秘密" not in text
        assert "支援措置" in text


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_sites_form_is_refused(core: Running, headers: dict[str, str]) -> None:
    number = core.http.get("/residents?limit=1").json()["residents"][0]["resident_number"]
    form = {"town_code": "0001000", "block": "1"}
    assert core.http.post(f"/people/{number}", data=form, headers=headers).status_code == 403
    assert core.http.get("/residents/changes").json()["changes"] == []


def test_a_foreign_name_for_this_machine_is_refused(shared: Running) -> None:
    assert shared.http.get("/", headers={"Host": "evil.example"}).status_code == 403


def test_a_wrong_move_is_refused(core: Running) -> None:
    number = core.http.get("/residents?limit=1").json()["residents"][0]["resident_number"]
    for form in ({"town_code": "x", "block": "1"}, {"town_code": "0001000", "block": " "}, {}):
        assert core.http.post(f"/people/{number}", data=form).status_code == 422


def test_faults_are_shown(start: Start) -> None:
    text = start("--lose-ack", "0.2", "--late-commit-ms", "1500", "--mode", "unkeyed").http.get("/").text
    assert "20%、うち半分は 1500 ミリ秒後に登録" in text
    assert "送るたびに登録する" in text


def test_addresses_that_are_none_are_told(shared: Running) -> None:
    assert shared.http.get("/nowhere").json()["detail"].startswith("このアドレスはありません")
    assert shared.http.delete("/health").status_code == 405
