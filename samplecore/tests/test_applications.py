import base64
import hashlib
import time
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import httpx
import pytest

from samplecore.messages import check, load_dictionary
from samplecore.tests.conftest import Running, Start, certificate_request

pytestmark = pytest.mark.processes


def test_an_application_is_accepted_and_found_again(core: Running) -> None:
    answer = core.apply(certificate_request(), "k1")
    assert answer.status_code == 201
    entry = answer.json()
    assert entry["state"] == "accepted"
    assert entry["reasons"] == []
    assert core.http.get(answer.headers["location"]).json()["reference"] == "R-1"
    (found,) = core.http.get("/applications", params={"reference": "R-1"}).json()["applications"]
    assert found["core_number"] == entry["core_number"]
    assert found["fields"]["name"] == "阿部　千尋"
    assert [row["reference"] for row in core.ledger()] == ["R-1"]


def test_what_is_not_there_is_said(reader: Running) -> None:
    nothing = reader.http.get("/applications", params={"reference": "R-9"})
    assert (nothing.status_code, nothing.json()) == (404, {"applications": []})
    for number in ("001-0000000001", "x", "1", "-", "001-" + "9" * 30):
        assert reader.http.get(f"/applications/{number}").status_code == 404
    assert reader.http.get("/applications").status_code == 400


def test_the_same_key_gives_the_same_answer(core: Running) -> None:
    first = core.apply(certificate_request(), "k1")
    again = core.apply(dict(reversed(certificate_request().items())), "k1")
    assert again.status_code == 201
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert len(core.ledger()) == 1


def test_the_same_key_with_another_body_is_refused(core: Running) -> None:
    core.apply(certificate_request(), "k1")
    answer = core.apply(certificate_request(copies=2), "k1")
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["detail"]
    assert len(core.ledger()) == 1


def test_a_key_is_needed(reader: Running) -> None:
    assert reader.apply(certificate_request()).status_code == 400
    assert reader.apply(certificate_request(), "k" * 256).status_code == 400
    assert reader.ledger() == []


def test_without_keys_each_post_is_an_entry(start: Start) -> None:
    core = start("--mode", "unkeyed").sign_in()
    numbers = {core.apply(certificate_request(), "k1").json()["core_number"] for _ in range(2)}
    assert len(numbers) == 2
    assert len(core.ledger()) == 2


def test_concurrent_duplicates_make_one_entry(start: Start) -> None:
    """Two processes on one store get the same application eight times each in the same moment, twenty times over."""
    cores = [start().sign_in(), start().sign_in()]

    def send(number: int) -> dict[str, Any]:
        reference = f"R-{number // 16}"
        answer = cores[number % 2].apply(certificate_request(reference), f"key {reference}")
        assert answer.status_code == 201
        entry: dict[str, Any] = answer.json()
        return {**entry, "reference": reference}

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(send, range(320)))
    assert len(cores[0].ledger()) == 20
    assert len({(answer["reference"], answer["core_number"]) for answer in answers}) == 20


def test_a_lost_acknowledgement_is_committed(start: Start) -> None:
    core = start("--lose-ack", "1").sign_in()
    with pytest.raises(httpx.RemoteProtocolError):
        core.apply(certificate_request(), "k1")
    assert [row["reference"] for row in core.ledger()] == ["R-1"]


def test_a_late_commit_comes_after_the_sender_gave_up(start: Start) -> None:
    core = start("--lose-ack", "1", "--late-commit-ms", "1500", "--mode", "unkeyed").sign_in()
    references = [f"R-{number}" for number in range(20)]
    for reference in references:
        with pytest.raises(httpx.RemoteProtocolError):
            core.apply(certificate_request(reference))
    at_once = {row["reference"] for row in core.ledger()}
    assert 0 < len(at_once) < 20
    until = time.monotonic() + 20
    while len(core.ledger()) < 20 and time.monotonic() < until:
        time.sleep(0.1)
    assert sorted(row["reference"] for row in core.ledger()) == sorted(references)


def test_a_late_commit_makes_no_second_entry_for_a_key(start: Start) -> None:
    core = start("--lose-ack", "0.9", "--late-commit-ms", "400", "--seed", "3").sign_in()
    for number in range(10):
        for _ in range(100):
            try:
                assert core.apply(certificate_request(f"R-{number}"), f"k{number}").status_code == 201
                break
            except httpx.RemoteProtocolError:
                continue
        else:
            pytest.fail("no attempt got through")
    time.sleep(0.6)
    assert sorted(row["reference"] for row in core.ledger()) == sorted(f"R-{number}" for number in range(10))


def test_a_clean_stop_finishes_late_commits(start: Start) -> None:
    core = start("--lose-ack", "1", "--late-commit-ms", "700", "--mode", "unkeyed").sign_in()
    for number in range(6):
        with pytest.raises(httpx.RemoteProtocolError):
            core.apply(certificate_request(f"R-{number}"))
    assert core.stop() == 0
    assert len(start().sign_in().ledger()) == 6


def test_kill_9_loses_nothing_that_was_acknowledged(start: Start) -> None:
    core = start().sign_in()
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(core.apply, certificate_request(f"R-{n}"), f"k{n}") for n in range(300)]
        wait(futures[:100])
        core.kill()
    acknowledged = [future.result().json()["core_number"] for future in futures if not future.exception()]
    assert len(acknowledged) >= 100
    again = start().sign_in()
    numbers = [row["core_number"] for row in again.ledger()]
    assert set(acknowledged) <= set(numbers)
    # What the sender is unsure of is sent again with its key, and still stands once.
    for n in range(300):
        again.apply(certificate_request(f"R-{n}"), f"k{n}")
    assert sorted(row["reference"] for row in again.ledger()) == sorted(f"R-{n}" for n in range(300))


def test_rejections_are_the_same_each_time(start: Start) -> None:
    core = start("--reject", "0.3", "--seed", "5", "--mode", "unkeyed").sign_in()
    entries = {n: core.apply(certificate_request(f"R-{n}")).json() for n in range(40)}
    rejected = {n: entry["reasons"] for n, entry in entries.items() if entry["state"] == "rejected"}
    assert 4 <= len(rejected) <= 22
    for n, reasons in rejected.items():
        assert reasons == core.apply(certificate_request(f"R-{n}")).json()["reasons"]
        assert reasons[0]["field"] in certificate_request()["fields"]
        assert reasons[0]["reason"].endswith("。")


def test_pending_is_decided_after_look_ups(start: Start) -> None:
    core = start("--pending", "1", "--pending-seconds", "3600", "--pending-lookups", "3").sign_in()
    number = core.apply(certificate_request(), "k1").json()["core_number"]
    states = [core.http.get(f"/applications/{number}").json()["state"] for _ in range(4)]
    assert states == ["pending", "pending", "accepted", "accepted"]
    assert core.apply(certificate_request(), "k1").json()["state"] == "pending"  # the first answer, again


def test_pending_is_decided_by_time(start: Start) -> None:
    core = start("--pending", "1", "--pending-seconds", "0.3", "--pending-lookups", "1000").sign_in()
    core.apply(certificate_request(), "k1")
    time.sleep(0.5)
    assert [row["state"] for row in core.ledger()] == ["accepted"]


def test_looking_up_can_be_refused(start: Start) -> None:
    core = start("--no-lookup").sign_in()
    number = core.apply(certificate_request(), "k1").json()["core_number"]
    assert core.http.get("/applications", params={"reference": "R-1"}).status_code == 405
    assert core.http.get(f"/applications/{number}").status_code == 200


def test_an_outage_begins_and_ends(start: Start) -> None:
    core = start("--down-after", "3", "--down-seconds", "1").sign_in()  # the token was the first request
    assert [core.http.get("/residents?limit=1").status_code for _ in range(3)] == [200, 200, 503]
    assert core.http.get("/health").status_code == 503
    assert core.http.get("/residents?limit=1").headers["retry-after"]
    time.sleep(1.1)
    assert core.http.get("/residents?limit=1").status_code == 200


def test_a_delay_delays(start: Start) -> None:
    core = start("--delay-ms", "300")
    began = time.monotonic()
    core.token()
    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize(
    ("fields", "field", "word"),
    [
        ({"name": ""}, "name", "氏名がありません"),
        ({"name": None}, "name", "氏名がありません"),
        ({"name": "あ" * 101}, "name", "100文字以内"),
        ({"name": "a\u0000b"}, "name", "制御文字"),
        ({"name": ["x"]}, "name", "文字で"),
        ({"kana": "ｱﾍﾞ"}, "kana", "全角カタカナ"),
        ({"kana": "あべ"}, "kana", "全角カタカナ"),
        ({"birth_date": "1990-02-30"}, "birth_date", "日付"),
        ({"birth_date": "1990-XX-05"}, "birth_date", "日付"),
        ({"request_date": "2026-10-XX"}, "request_date", "日付"),
        ({"copies": 0}, "copies", "整数"),
        ({"copies": True}, "copies", "整数"),
        ({"copies": "1"}, "copies", "整数"),
        ({"scope": "everything"}, "scope", "コード"),
        ({"items": ["head", "x"]}, "items[1]", "コード"),
        ({"items": "head"}, "items", "一覧"),
        ({"address": {"postal_code": "978-001"}}, "address.postal_code", "半角の数字"),
        ({"address": "雪見市"}, "address", "まとまり"),
        ({"address": {"withheld": "x"}}, "address.withheld", "コード"),
        ({"planet": "x"}, "planet", "この電文にない"),
        ({"resident_number": "000000100000018"}, "resident_number", "住民がいません"),
        ({"resident_number": "000000999999997"}, "resident_number", "住民がいません"),
    ],
)
def test_what_is_wrong_is_said_for_each_field(fields: dict[str, Any], field: str, word: str) -> None:
    message = load_dictionary().find("001", "residence.certificate")
    assert message is not None
    (reason,) = check(message, certificate_request(**fields)["fields"], lambda _number: False)
    assert reason.field == field
    assert word in reason.reason


def test_a_wrong_field_makes_a_rejected_entry(core: Running) -> None:
    answer = core.apply(certificate_request(name="", copies=0), "k1")
    assert answer.status_code == 201
    assert answer.json()["state"] == "rejected"
    assert [reason["field"] for reason in answer.json()["reasons"]] == ["name", "copies"]
    assert core.ledger()[0]["state"] == "rejected"
    number = core.http.get("/residents?limit=1").json()["residents"][0]["resident_number"]
    assert core.apply(certificate_request(resident_number=number), "k2").json()["state"] == "accepted"


def test_an_address_may_be_withheld(core: Running) -> None:
    """Whoever sends may not see it (支援措置): what is registered here holds."""
    number = core.http.get("/residents?limit=1").json()["residents"][0]["resident_number"]
    request = certificate_request(resident_number=number, address={"withheld": "restricted"})
    assert core.apply(request, "k1").json()["state"] == "accepted"


def test_rare_characters_arrive_as_they_were_sent(core: Running) -> None:
    name = "葛󠄀城　𠮷﨑" * 20  # 140 code points, 120 characters: selectors take no place
    core.apply(certificate_request("R-1", name=name[: 7 * 14]), "k1")
    (row,) = core.ledger()
    assert row["fields"]["name"] == name[: 7 * 14]
    assert row["state"] == "accepted"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {**certificate_request(), "reference": ""},
        {**certificate_request(), "reference": "R" * 101},
        {**certificate_request(), "reference": "a\nb"},
        {**certificate_request(), "fields": []},
        {**certificate_request(), "planet": 1},
        {**certificate_request(), "message": "child_allowance.claim"},
        {**certificate_request(), "message": "unknown"},
        {**certificate_request(), "attachments": [{"name": "x"}]},
        {**certificate_request(), "attachments": {}},
    ],
)
def test_an_envelope_that_can_not_be_read_makes_no_entry(reader: Running, body: dict[str, Any]) -> None:
    answer = reader.apply(body, "k1")
    assert answer.status_code == 422
    assert answer.json()["detail"].endswith("。")
    assert reader.ledger() == []


def test_attachments_are_checked_and_kept(core: Running) -> None:
    content = b"%PDF-1.7 sample"
    file = {
        "name": "署名.png",
        "media_type": "image/png",
        "sha256": hashlib.sha256(content).hexdigest(),
        "content": base64.b64encode(content).decode(),
    }
    assert core.apply({**certificate_request(), "attachments": [file]}, "k1").status_code == 201
    broken = {**file, "sha256": "0" * 64}
    answer = core.apply({**certificate_request("R-2"), "attachments": [broken]}, "k2")
    assert answer.status_code == 422
    assert "sha256" in answer.json()["detail"]


def test_a_token_for_one_system_opens_no_other(core: Running) -> None:
    core.apply(certificate_request(), "k1")
    core.http.headers["Authorization"] = (
        f"Bearer {core.token('027:applications:read 027:applications:write')}"
    )
    assert core.apply(certificate_request("R-2"), "k2").status_code == 403
    assert core.http.get("/applications", params={"reference": "R-1"}).status_code == 404
    assert core.http.get("/applications/001-0000000001").status_code == 404
    assert core.ledger() == []
    core.http.headers["Authorization"] = f"Bearer {core.token('000:ledger:read')}"
    assert len(core.ledger()) == 1


def test_a_body_without_end_is_refused(reader: Running) -> None:
    answer = reader.apply(certificate_request(name="x" * 25 * 1024 * 1024), "k1")
    assert answer.status_code == 413
