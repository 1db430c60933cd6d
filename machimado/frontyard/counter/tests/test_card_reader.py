"""The card reader at a desk: who may ask for a reading, what comes back, and what becomes of it."""

import html
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, Case
from machimado.cases.applications.rules.card import Card
from machimado.cases.applications.tests import claim
from machimado.cases.register import index
from machimado.cases.register.models import Resident
from machimado.cases.register.rules.records import ResidentRecord
from machimado.frontyard.counter.models import CardReader, Desk
from machimado.frontyard.counter.rules.seal import MINUTES, purpose, sign
from machimado.frontyard.counter.tests.conftest import seated
from machimado.ground.journal.models import Entry
from tests.universe import Universe

KEY = "5a" * 32
NONCE = "0123456789abcdef" * 2
KENTA = {"name": "佐藤　健太", "address": "山形県鶴岡市馬場町9番25号", "birth_date": "19920814", "sex": "1"}


@pytest.fixture
def at_reader(at_desk: Client) -> Client:
    """Return the browser of the officer at a desk with a card reader."""
    assert at_desk.post("/counter/desk/card-reader/", {"key": KEY}).status_code == 200
    return at_desk


def asked(client: Client, address: str = "/counter/card/ask/") -> dict[str, str]:
    told: dict[str, str] = client.post(address, {"nonce": NONCE}).json()
    return told


def sealed(wanted: str, items: dict[str, str] | None = None, **other: str) -> dict[str, str]:
    """Return what the agent would give a page."""
    reading = json.dumps(KENTA | (items or {}), ensure_ascii=False)
    seal = sign(KEY, "read", NONCE, wanted, reading)
    return {"reading": reading, "nonce": NONCE, "purpose": wanted, "seal": seal, **other}


def recorded(action: str) -> int:
    return Entry.objects.filter(action=action).count()


def in_words(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


class TestPairing:
    def test_a_desk_has_one_reader_and_a_reader_one_desk(self, at_reader: Client, desk: Desk) -> None:
        at_reader.post("/counter/desk/card-reader/", {"key": "b" * 64})
        assert [reader.key for reader in CardReader.objects.all()] == ["b" * 64]
        assert recorded("card.reader_paired") == 2
        at_reader.post("/counter/desk/card-reader/remove/")
        at_reader.post("/counter/desk/card-reader/remove/")
        assert not CardReader.objects.exists()
        assert recorded("card.reader_unpaired") == 1

    @pytest.mark.parametrize("key", ["", "xyz", "A" * 64, KEY + "0"])
    def test_what_is_no_key_is_refused(self, at_desk: Client, key: str) -> None:
        answer = at_desk.post("/counter/desk/card-reader/", {"key": key})
        assert answer.status_code == 409
        assert "つない" in answer.json()["message"]

    def test_without_a_desk_one_is_chosen_first(self, sign_in: Any, universe: Universe) -> None:
        answer = sign_in(universe.officer).post("/counter/desk/card-reader/", {"key": KEY})
        assert "どの窓口" in answer.json()["message"]

    def test_pages_offer_it_only_where_there_is_one(self, at_desk: Client, universe: Universe) -> None:
        application = claim.begun(universe.officer)
        places = ("/counter/", f"/counter/applications/{application.pk}/")
        assert all("read-card" not in in_words(at_desk.get(place)) for place in places)
        at_desk.post("/counter/desk/card-reader/", {"key": KEY})
        for place in places:
            answer = at_desk.get(place)
            assert "read-card" in in_words(answer)
            assert "connect-src 'self' http://127.0.0.1:35970" in answer["Content-Security-Policy"]
        assert KEY not in in_words(at_desk.get("/counter/desk/"))


class TestAsking:
    def test_the_server_signs_who_asks_for_what(self, at_reader: Client) -> None:
        told = asked(at_reader)
        assert told["proof"] == sign(KEY, "open", NONCE, told["purpose"])
        assert told["purpose"].startswith("find ")
        assert recorded("card.asked") == 1

    @pytest.mark.parametrize("nonce", ["", "x" * 32, NONCE.upper(), NONCE + "0"])
    def test_what_is_no_nonce_is_not_signed(self, at_reader: Client, nonce: str) -> None:
        assert at_reader.post("/counter/card/ask/", {"nonce": nonce}).status_code == 409

    def test_a_desk_without_a_reader_asks_for_nothing(self, at_desk: Client) -> None:
        answer = at_desk.post("/counter/card/ask/", {"nonce": NONCE})
        assert (answer.status_code, "つないで" in answer.json()["message"]) == (409, True)

    def test_only_the_desk_itself_may_ask(self, at_reader: Client, sign_in: Any, universe: Universe) -> None:
        other = Desk.objects.get(office=universe.branch, number=2)
        elsewhere = seated(sign_in(universe.colleague), other)
        assert elsewhere.post("/counter/card/ask/", {"nonce": NONCE}).status_code == 409
        found = elsewhere.post("/counter/card/find/", sealed(asked(at_reader)["purpose"]))
        assert KENTA["name"] not in in_words(found)

    def test_for_an_application_only_who_may_serve_it(
        self, at_reader: Client, sign_in: Any, universe: Universe
    ) -> None:
        application = claim.begun(universe.officer)
        place = f"/counter/applications/{application.pk}/card/ask/"
        assert asked(at_reader, place)["purpose"].startswith(str(application.pk))
        assert sign_in(universe.outsider).post(place, {"nonce": NONCE}).status_code == 403
        assert sign_in(universe.auditor).post("/counter/card/ask/", {"nonce": NONCE}).status_code == 403


class TestFinding:
    def test_the_person_is_found_and_what_differs_is_told(self, at_reader: Client) -> None:
        resident = _enrolled()
        answer = in_words(at_reader.post("/counter/card/find/", sealed(asked(at_reader)["purpose"])))
        assert f"/counter/open/{resident.pk}/" in answer
        assert "カードと違います" not in answer
        moved = sealed(asked(at_reader)["purpose"], {"sex": "2"})
        assert "カードと違います：性別" in in_words(at_reader.post("/counter/card/find/", moved))

    def test_somebody_whose_name_has_changed_is_found_by_the_birth_date(self, at_reader: Client) -> None:
        resident = _enrolled()
        married = sealed(asked(at_reader)["purpose"], {"name": "斎藤　健太"})
        answer = in_words(at_reader.post("/counter/card/find/", married))
        assert f"/counter/open/{resident.pk}/" in answer
        assert "カードと違います：氏名" in answer

    def test_the_address_of_somebody_protected_is_not_told_from_the_card_either(
        self, at_reader: Client
    ) -> None:
        _enrolled(restricted=True)
        answer = at_reader.post("/counter/card/find/", sealed(asked(at_reader)["purpose"]))
        assert "住所のほかは" in in_words(answer)
        assert [line.on_card for line in answer.context["lines"]][-1] == "（表示しません）"
        shown = in_words(answer).replace(html.escape(json.dumps(KENTA, ensure_ascii=False)), "")
        assert "馬場町" not in shown

    @pytest.mark.parametrize(
        "changed",
        [
            {"reading": json.dumps(KENTA | {"name": "別　人"})},
            {"seal": "0" * 64},
            {"seal": ""},
            {"nonce": "f" * 32},
            {"purpose": "find 99999999999"},
            {"purpose": ""},
        ],
    )
    def test_what_our_reader_has_not_read_is_refused(
        self, at_reader: Client, changed: dict[str, str]
    ) -> None:
        brought = sealed(asked(at_reader)["purpose"]) | changed
        answer = in_words(at_reader.post("/counter/card/find/", brought))
        assert 'role="alert"' in answer
        assert "別　人" not in answer
        assert recorded("card.read") == 0

    def test_an_old_reading_is_refused(self, at_reader: Client) -> None:
        old = purpose("find", timezone.now() - timedelta(minutes=MINUTES, seconds=1))
        assert "時間がたって" in in_words(at_reader.post("/counter/card/find/", sealed(old)))

    def test_what_is_no_card_is_refused(self, at_reader: Client) -> None:
        wanted = asked(at_reader)["purpose"]
        for reading in (
            "[]",
            "{",
            json.dumps(KENTA | {"number": "1"}),
            json.dumps(KENTA | {"name": "あ" * 301}),
        ):
            brought = {**sealed(wanted), "reading": reading}
            brought["seal"] = sign(KEY, "read", NONCE, wanted, reading)
            assert "版が合いません" in in_words(at_reader.post("/counter/card/find/", brought))


class TestNewcomer:
    def begun(self, client: Client) -> Application:
        brought = sealed(asked(client)["purpose"], {"name": "𠮷田　花子"}, key=str(uuid4()))
        assert client.post("/counter/newcomer/", brought).status_code == 302
        case = Case.objects.get(newcomer=True)
        client.post(f"/counter/cases/{case.pk}/begin/", {"procedure": "move-in"})
        return Application.objects.get()

    def test_what_the_card_says_is_in_the_interview(self, at_reader: Client) -> None:
        application = self.begun(at_reader)
        assert application.answers["resident"] == {"birth_date": "1992-08-14"}
        assert application.sources["resident.birth_date"]["source"] == "card"
        assert application.answers["move"]["from"]["city"] == "鶴岡市"
        # Half an answer: the reading is asked for, and the name is there.
        assert application.refused["resident.name"]["typed"] == {"text": "𠮷田　花子", "kana": ""}
        page = in_words(at_reader.get(f"/counter/applications/{application.pk}/"))
        assert "𠮷田　花子" in page
        assert "ふりがなを伺って" in page
        assert '<span class="tag is-good">カード</span>' in page

    def test_it_goes_when_they_do(self, at_reader: Client) -> None:
        application = self.begun(at_reader)
        assert application.case.card is not None
        at_reader.post(f"/counter/cases/{application.case_id}/close/", {"unsent": "withdraw"})
        assert Case.objects.get().card is None

    def test_with_a_reading_that_is_too_old_they_are_served_as_before(self, at_reader: Client) -> None:
        old = purpose("find", timezone.now() - timedelta(hours=1))
        answer = at_reader.post("/counter/newcomer/", sealed(old, key=str(uuid4())))
        assert "時間がたって" in " ".join(map(str, get_messages(answer.wsgi_request)))
        assert Case.objects.get(newcomer=True).card is None

    def test_a_residents_case_keeps_no_card(self, at_reader: Client, universe: Universe) -> None:
        case = claim.begun(universe.officer).case
        with pytest.raises(cases.NotReady):
            cases.keep_card(case=case, card=_card(), by=universe.officer, at=timezone.now())


class TestInterview:
    def test_the_card_stands_beside_the_register_before_anything_is_taken(
        self, at_reader: Client, universe: Universe
    ) -> None:
        application = claim.begun(universe.officer)
        place = f"/counter/applications/{application.pk}/card/"
        brought = sealed(asked(at_reader, f"{place}ask/")["purpose"], {"sex": "2"})
        answer = in_words(at_reader.post(f"{place}compare/", brought))
        assert answer.count("違います") == 1
        assert "氏名" in answer
        application.refresh_from_db()
        assert application.revision == 0

    def test_it_answers_what_nobody_has_and_can_be_undone(
        self, at_reader: Client, universe: Universe
    ) -> None:
        application = claim.begun(universe.officer)
        cases.save_answers(
            application=application,
            raw={"resident.birth_date": "1992-08-15"},
            by=universe.officer,
            at=claim.NOW,
        )
        place = f"/counter/applications/{application.pk}/card/"
        brought = sealed(asked(at_reader, f"{place}ask/")["purpose"])
        assert at_reader.post(place, brought).status_code == 302
        application.refresh_from_db()
        assert application.answers["resident"]["birth_date"] == "1992-08-15"
        assert application.sources["resident.birth_date"]["source"] == "officer"
        assert application.answers["resident"]["address"]["town"] == "馬場町"
        assert application.sources["resident.address"]["source"] == "card"
        assert recorded("application.card_taken") == 1
        at_reader.post(f"/counter/applications/{application.pk}/undo/")
        application.refresh_from_db()
        assert "address" not in application.answers["resident"]

    def test_taken_twice_it_changes_nothing_more(self, at_reader: Client, universe: Universe) -> None:
        application = claim.begun(universe.officer)
        place = f"/counter/applications/{application.pk}/card/"
        brought = sealed(asked(at_reader, f"{place}ask/")["purpose"])
        for _ in range(3):
            at_reader.post(place, brought)
        application.refresh_from_db()
        assert application.revision == 1
        assert "入れる項目がありません" in in_words(at_reader.post(f"{place}compare/", brought))

    def test_of_somebody_protected_no_address_is_taken(self, at_reader: Client, universe: Universe) -> None:
        resident = _enrolled(restricted=True)
        application = claim.begun(universe.officer, resident)
        place = f"/counter/applications/{application.pk}/card/"
        at_reader.post(f"/counter/cases/{application.case_id}/", {"reason": "本人が来庁"})
        brought = sealed(asked(at_reader, f"{place}ask/")["purpose"])
        compared = at_reader.post(f"{place}compare/", brought)
        assert [line.on_card for line in compared.context["lines"]][-1] == "（表示しません）"
        at_reader.post(place, brought)
        application.refresh_from_db()
        assert application.answers["resident"]["birth_date"] == "1992-08-14"
        assert "address" not in application.answers["resident"]

    def test_a_card_that_was_read_for_another_is_refused(self, at_reader: Client, universe: Universe) -> None:
        application = claim.begun(universe.officer)
        place = f"/counter/applications/{application.pk}/card/"
        for other in (asked(at_reader)["purpose"], purpose(str(uuid4()), timezone.now())):
            at_reader.post(place, sealed(other))
            assert 'role="alert"' in in_words(at_reader.post(f"{place}compare/", sealed(other)))
        application.refresh_from_db()
        assert application.revision == 0

    def test_after_the_interview_nothing_is_taken(self, at_reader: Client, universe: Universe) -> None:
        application = claim.answered(universe.officer)
        place = f"/counter/applications/{application.pk}/card/"
        brought = sealed(asked(at_reader, f"{place}ask/")["purpose"])
        cases.to_review(application=application, by=universe.officer, at=claim.NOW)
        before = Application.objects.get().answers
        assert 'role="alert"' in in_words(at_reader.post(f"{place}compare/", brought))
        at_reader.post(place, brought)
        assert Application.objects.get().answers == before


def test_nothing_of_a_card_is_in_the_journal(at_reader: Client) -> None:
    at_reader.post("/counter/card/find/", sealed(asked(at_reader)["purpose"]))
    told = json.dumps([[entry.subject, str(entry.case)] for entry in Entry.objects.all()])
    assert KENTA["name"] not in told
    assert recorded("card.read") == 1


def _card() -> Card:
    return Card(**KENTA)


def _enrolled(**other: Any) -> Resident:
    """Enter whoever the card belongs to into the index, as an import does."""
    record = {
        "resident_number": "1",
        "household_number": "1",
        "status": "resident",
        "name": {"text": KENTA["name"], "kana": "サトウ　ケンタ"},
        "birth_date": "1992-08-14",
        "sex": "1",
        "address": {"prefecture": "山形県", "city": "鶴岡市", "town": "馬場町", "block": "９番２５号"},
    }
    index.write([ResidentRecord(**record | other)], run=None, at=claim.NOW)
    return Resident.objects.get()
