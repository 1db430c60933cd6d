"""The agent as the counter's page meets it: over HTTP, with a virtual card on the reader."""

import json
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from cardagent import pairing
from cardagent.agent import CODE_SECONDS, NONCE_SECONDS, TOKEN_SECONDS, WRONG_CODES, Agent, sign
from cardagent.channel import type_of_transmit
from cardagent.refusals import Refusal
from cardagent.tests.conftest import ELSEWHERE, ORIGIN, PORT, Counter
from tests.fakes.virtual_card import HANAKO, PIN, VirtualCard


class TestReading:
    def test_a_card_is_read_and_sealed_for_the_server(self, counter: Counter) -> None:
        token = counter.open("case:1")
        assert counter.post("/look", token=token).json() == {"tries": 3}
        told = counter.post("/read", token=token, content=PIN.encode()).json()
        assert json.loads(told["reading"]) == HANAKO
        nonce = json.loads(counter.seen[2].request.content)["nonce"]
        assert told["seal"] == sign(counter.key, "read", nonce, "case:1", told["reading"])

    def test_a_reading_is_for_once(self, counter: Counter) -> None:
        token = counter.open()
        counter.post("/read", token=token, content=PIN.encode())
        assert counter.post("/read", token=token, content=PIN.encode()).json()["reason"] == "ended"
        assert counter.card.pins_shown == [PIN]

    def test_after_a_wrong_pin_the_reading_goes_on(self, counter: Counter) -> None:
        token = counter.open()
        wrong = counter.post("/read", token=token, content=b"0000")
        assert (wrong.status_code, wrong.json()["tries"]) == (409, 2)
        assert "あと1回" in wrong.json()["message"]
        assert counter.post("/read", token=token, content=PIN.encode()).status_code == 200

    def test_the_last_try_is_never_used(self, counter: Counter) -> None:
        counter.card.tries = 1
        token = counter.open()
        assert counter.post("/look", token=token).json()["reason"] == "last_try"
        assert counter.post("/read", token=token, content=PIN.encode()).json()["reason"] == "last_try"
        assert counter.card.pins_shown == []
        assert counter.card.tries == 1

    def test_the_next_card_does_not_take_over_what_was_shown_by_the_last(self, counter: Counter) -> None:
        counter.post("/read", token=counter.open(), content=PIN.encode())
        assert counter.post("/look", token=counter.open()).json() == {"tries": 3}

    def test_whoever_only_knows_the_page_reads_nothing(self, counter: Counter) -> None:
        nonce = counter.post("/challenge").json()["nonce"]
        answer = counter.post("/open", json={"nonce": nonce, "purpose": "home", "proof": "0" * 64})
        assert answer.json()["reason"] == "not_ours"
        for token in ("", "0" * 64):
            assert counter.post("/look", token=token).json()["reason"] == "ended"
            assert counter.post("/read", token=token, content=PIN.encode()).json()["reason"] == "ended"
        assert counter.card.heard == []

    def test_a_proof_counts_once_and_for_its_purpose(self, counter: Counter) -> None:
        nonce = counter.post("/challenge").json()["nonce"]
        told = {"nonce": nonce, "purpose": "home", "proof": sign(counter.key, "open", nonce, "home")}
        assert counter.post("/open", json=told).status_code == 200
        assert counter.post("/open", json=told).json()["reason"] == "stale"
        nonce = counter.post("/challenge").json()["nonce"]
        told = {"nonce": nonce, "purpose": "other", "proof": sign(counter.key, "open", nonce, "home")}
        assert counter.post("/open", json=told).json()["reason"] == "not_ours"

    def test_what_is_left_lying_ends(self, counter: Counter) -> None:
        nonce = counter.post("/challenge").json()["nonce"]
        counter.now[0] += NONCE_SECONDS + 1
        told = {"nonce": nonce, "purpose": "home", "proof": sign(counter.key, "open", nonce, "home")}
        assert counter.post("/open", json=told).json()["reason"] == "stale"
        token = counter.open()
        counter.now[0] += TOKEN_SECONDS + 1
        assert counter.post("/look", token=token).json()["reason"] == "ended"

    def test_a_new_reading_ends_the_one_before(self, counter: Counter) -> None:
        first, second = counter.open(), counter.open()
        assert counter.post("/look", token=first).json()["reason"] == "ended"
        counter.post("/close", token=first)
        assert counter.post("/look", token=second).status_code == 200
        counter.post("/close", token=second)
        assert counter.post("/look", token=second).json()["reason"] == "ended"


class TestWhoMayCome:
    PATHS = ("/challenge", "/open", "/look", "/read", "/close")

    @pytest.mark.parametrize("path", [*PATHS, "/pair", "/", "/docs"])
    @pytest.mark.parametrize(
        "origin",
        ["", "null", ELSEWHERE, f"{ORIGIN}.evil.example", ORIGIN.upper(), "http://madoguchi.city.example"],
    )
    def test_other_pages_are_told_nothing(self, counter: Counter, path: str, origin: str) -> None:
        answer = counter.post(path, origin=origin)
        assert (answer.status_code, answer.content) == (403, b"")
        assert "access-control-allow-origin" not in answer.headers
        asked = counter.web.request(
            "OPTIONS", path, headers={"origin": origin, "access-control-request-method": "POST"}
        )
        assert asked.status_code == 403
        assert counter.card.heard == []

    @pytest.mark.parametrize("host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:1", ""])
    def test_another_name_for_this_computer_is_refused(self, counter: Counter, host: str) -> None:
        assert counter.post("/challenge", headers={"host": host}).status_code == 403

    def test_the_paired_page_may_ask_from_a_network_further_away(self, counter: Counter) -> None:
        asked = counter.web.request(
            "OPTIONS",
            "/read",
            headers={
                "origin": ORIGIN,
                "access-control-request-method": "POST",
                "access-control-request-headers": "authorization",
                "access-control-request-private-network": "true",
            },
        )
        assert asked.status_code == 204
        assert asked.headers["access-control-allow-origin"] == ORIGIN
        assert asked.headers["access-control-allow-private-network"] == "true"
        assert "authorization" in asked.headers["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in asked.headers

    def test_it_is_not_asked_by_an_address(self, counter: Counter) -> None:
        assert counter.web.request("GET", "/look", headers={"origin": ORIGIN}).status_code == 405

    @pytest.mark.parametrize(
        "content", [b"", b"[]", b"{}", b'{"nonce": 1, "purpose": [], "proof": null}', b"\xff"]
    )
    def test_nonsense_is_refused(self, counter: Counter, content: bytes) -> None:
        assert counter.post("/open", content=content).status_code == 400

    def test_too_much_is_refused(self, counter: Counter) -> None:
        assert counter.post("/open", content=b"x" * 100_000).status_code == 413


class TestPairing:
    def test_before_it_is_paired_nobody_reads(self, unpaired: Counter) -> None:
        assert unpaired.post("/challenge").status_code == 403
        unpaired.agent.invite()
        assert unpaired.post("/challenge").status_code == 403

    def test_it_belongs_to_one_counter_only(self, counter: Counter) -> None:
        assert (
            counter.post("/pair", origin=ELSEWHERE, json={"code": "00000000", "desk": "x"}).status_code == 403
        )
        told = counter.post("/pair", json={"code": "00000000", "desk": "窓口2"})
        assert told.json()["reason"] == "not_inviting"
        first, key = counter.open(), counter.key
        counter.origin = "http://10.0.0.5:8000"
        counter.pair("窓口2")
        assert counter.key != key
        assert counter.post("/look", origin=ORIGIN, token=first).status_code == 403
        assert counter.post("/look", token=first).json()["reason"] == "ended"
        assert counter.post("/look", token=counter.open()).status_code == 200
        assert "窓口2" in counter.said[-1]

    def test_it_is_still_paired_after_a_restart(self, counter: Counter, tmp_path: Path) -> None:
        place = tmp_path / "deep" / "pairing.json"
        again = Agent(place=place, cards=VirtualCard().directly())
        assert again.paired == counter.agent.paired
        if os.name == "posix":
            assert stat.S_IMODE(place.stat().st_mode) == 0o600

    def test_a_code_counts_for_once(self, unpaired: Counter) -> None:
        code = unpaired.agent.invite()
        assert (
            unpaired.post("/pair", json={"code": f" {code[:4]}-{code[4:]} ", "desk": "窓口1"}).status_code
            == 200
        )
        assert unpaired.post("/pair", json={"code": code, "desk": "窓口1"}).json()["reason"] == "not_inviting"

    def test_a_code_does_not_count_for_ever(self, unpaired: Counter) -> None:
        code = unpaired.agent.invite()
        unpaired.now[0] += CODE_SECONDS + 1
        assert unpaired.post("/pair", json={"code": code, "desk": "窓口1"}).json()["reason"] == "old_code"
        fresh = unpaired.said[-1].rpartition(": ")[2]
        assert unpaired.post("/pair", json={"code": fresh, "desk": "窓口1"}).status_code == 200

    def test_codes_cannot_be_guessed(self, unpaired: Counter) -> None:
        code = unpaired.agent.invite()
        other = f"{(int(code) + 1) % 10**8:08}"
        for _ in range(WRONG_CODES):
            assert unpaired.post("/pair", json={"code": other, "desk": "x"}).json()["reason"] == "wrong_code"
        assert unpaired.post("/pair", json={"code": code, "desk": "窓口1"}).status_code == 403
        assert unpaired.agent.paired is None

    @pytest.mark.parametrize("kept", ["", "{}", '{"origin": "x", "desk": "y", "key": "zz"}', "[]"])
    def test_a_broken_file_is_told_as_such(self, tmp_path: Path, kept: str) -> None:
        place = tmp_path / "pairing.json"
        place.write_text(kept, encoding="utf-8")
        with pytest.raises(pairing.PairingUnreadable, match="つなぎ直して"):
            pairing.load(place)


class TestSecrets:
    def test_the_pin_is_wiped_whatever_happens(self, counter: Counter) -> None:
        for pin in (bytearray(b"0000"), bytearray(PIN.encode()), bytearray(b"abc")):
            length = len(pin)
            with suppress(Refusal):
                counter.agent.read(counter.open(), pin)
            assert pin == bytes(length)

    def test_nothing_of_a_card_is_said_or_kept(
        self,
        counter: Counter,
        tmp_path: Path,
        capfd: pytest.CaptureFixture[str],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        token = counter.open()
        counter.post("/read", token=token, content=b"0000")
        counter.post("/read", token=token, content=PIN.encode())
        out, err = capfd.readouterr()
        kept = "".join(file.read_text(encoding="utf-8") for file in tmp_path.rglob("*") if file.is_file())
        for text in ("".join(counter.said), out, err, caplog.text, kept, repr(vars(counter.agent))):
            assert PIN not in text
            assert HANAKO["name"] not in text
            assert HANAKO["address"] not in text


def test_two_do_not_speak_with_a_card_at_once(tmp_path: Path) -> None:
    inside, go_on = threading.Event(), threading.Event()

    @contextmanager
    def slow() -> Iterator[type_of_transmit]:
        inside.set()
        assert go_on.wait(10)
        with VirtualCard().directly()() as transmit:
            yield transmit

    agent = Agent(place=tmp_path / "pairing.json", cards=slow, say=lambda _: None)
    key = agent.pair(origin=ORIGIN, code=agent.invite(), desk="窓口1")
    nonce = agent.challenge()
    token = agent.open(nonce=nonce, purpose="", proof=sign(key, "open", nonce, ""))
    found: list[int] = []
    first = threading.Thread(target=lambda: found.append(agent.look(token)))
    first.start()
    assert inside.wait(10)
    with pytest.raises(Refusal) as refusal:
        agent.look(token)
    assert refusal.value.reason == "busy"
    go_on.set()
    first.join(10)
    assert found == [3]
    assert agent.look(token) == 3
