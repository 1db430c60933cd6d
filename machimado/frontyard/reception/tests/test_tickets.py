"""A ticket on a phone and at the screen that gives tickets: without an account, and only with its code."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Case, Lane
from machimado.frontyard.reception import actions, queries
from machimado.frontyard.reception.doors import ticket_door
from machimado.frontyard.reception.models import Ticket
from machimado.ground.journal.models import Entry
from machimado.ground.people.models import Officer
from machimado.ground.rows.secrets import hashed
from machimado.ground.ui.languages import Language
from tests.devices import connected
from tests.universe import Universe

SignIn = Callable[[Officer], Client]
PHONE = Client


def come(universe: Universe, language: Language = Language.JAPANESE) -> Ticket:
    return actions.arrive(
        office=universe.branch, lane=Lane.ALONE, by=universe.officer, at=timezone.now(), language=language
    )


def address(ticket: Ticket, view: str = "ticket") -> str:
    return reverse(f"reception:{view}", args=[actions.code_of(ticket.case)])


def state(ticket: Ticket) -> str:
    found = queries.ticket_by(hashed(actions.code_of(ticket.case)), timezone.now())
    assert found is not None
    return queries.mine(found, timezone.now()).state


def test_the_phone_follows_the_ticket_from_the_queue_to_the_end(universe: Universe) -> None:
    first, mine = come(universe), come(universe)
    phone = PHONE()
    assert "あと 1人でお呼びします" in phone.get(address(mine)).content.decode()
    actions.call(case=first.case, by=universe.officer, at=timezone.now(), window=1)
    assert "つぎにお呼びします" in phone.get(address(mine)).content.decode()
    actions.call(case=mine.case, by=universe.colleague, at=timezone.now(), window=2)
    assert "2番の窓口へお越しください" in phone.get(address(mine)).content.decode()
    cases.welcome(case=mine.case, by=universe.colleague, at=timezone.now())
    assert state(mine) == "served"
    cases.close(case=mine.case, by=universe.colleague, at=timezone.now())
    assert "終わりました" in phone.get(address(mine)).content.decode()


def test_it_tells_nothing_but_the_number(universe: Universe) -> None:
    ticket = actions.arrive(
        office=universe.branch,
        lane=Lane.ALONE,
        by=universe.officer,
        at=timezone.now(),
        purpose="離婚の相談",
    )
    page = PHONE().get(address(ticket)).content.decode()
    assert "離婚" not in page
    assert str(ticket.pk) not in page
    assert not Ticket.objects.filter(code_hash=actions.code_of(ticket.case)).exists()


def test_a_code_that_is_none_and_one_of_yesterday_open_nothing(universe: Universe) -> None:
    ticket = come(universe)
    guessed = reverse("reception:ticket", args=["A" * 22])
    assert PHONE().get(guessed).status_code == 410
    Case.objects.update(opened_date=timezone.localdate() - timedelta(days=1))
    for view in ("ticket", "give-back", "wait-on", "ticket-language"):
        phone = PHONE()
        answer = phone.get(address(ticket)) if view == "ticket" else phone.post(address(ticket, view))
        assert answer.status_code == 410
        assert "もう使えません" in answer.content.decode()
    assert ticket_door(actions.code_of(ticket.case), {}) is None


def test_who_cannot_come_gives_it_back_and_may_still_wait_at_the_old_place(universe: Universe) -> None:
    ticket, _ = come(universe), come(universe)
    phone = PHONE()
    for _ in range(2):
        phone.post(address(ticket, "give-back"))
    assert state(ticket) == "given_back"
    assert [one.number for one in queries.waiting_at(universe.branch, timezone.now())] == [2]
    for _ in range(2):
        phone.post(address(ticket, "wait-on"))
    assert [one.number for one in queries.waiting_at(universe.branch, timezone.now())] == [1, 2]
    said = Entry.objects.filter(case=str(ticket.pk), actor="resident").values_list("action", flat=True)
    assert list(said) == ["case.withdrawn", "case.arrival_restored"]


def test_who_was_called_cannot_give_it_back_and_sees_why(universe: Universe) -> None:
    ticket = come(universe)
    actions.call(case=ticket.case, by=universe.officer, at=timezone.now(), window=1)
    answer = PHONE().post(address(ticket, "give-back"), follow=True)
    assert "お呼びしています" in answer.content.decode()


@pytest.mark.parametrize("apart", [actions.hold, actions.put_aside])
def test_who_was_not_there_says_that_they_are(universe: Universe, apart: Callable[..., None]) -> None:
    ticket = come(universe)
    actions.call(case=ticket.case, by=universe.officer, at=timezone.now(), window=1)
    apart(case=ticket.case, by=universe.officer, at=timezone.now())
    page = PHONE().get(address(ticket)).content.decode()
    assert "順番は、とってあります" in page
    PHONE().post(address(ticket, "wait-on"))
    assert state(ticket) == "waiting"


@pytest.mark.parametrize(
    ("language", "expected"), [("en", "You are next."), ("ja-simple", "つぎは あなたの 番（ばん）です。")]
)
def test_it_speaks_the_language_that_was_chosen(universe: Universe, language: str, expected: str) -> None:
    ticket = come(universe)
    answer = PHONE().post(address(ticket, "ticket-language"), {"language": language}, follow=True)
    assert expected in answer.content.decode()
    assert Ticket.objects.get().language == language


def test_who_is_sent_to_another_office_keeps_the_ticket(universe: Universe) -> None:
    come(universe)
    ticket = come(universe)
    to = {"office": universe.head, "section": None, "note": "", "by": universe.officer}
    actions.transfer(case=ticket.case, at=timezone.now(), **to)  # type: ignore[arg-type]
    page = PHONE().get(address(ticket)).content.decode()
    assert "雪見市役所 本庁" in page
    assert ticket_door(actions.code_of(ticket.case), {}) == f"hall:{universe.head.pk}"


def test_the_slip_leads_to_the_ticket(universe: Universe, sign_in: SignIn) -> None:
    ticket = come(universe, Language.ENGLISH)
    page = sign_in(universe.officer).get(reverse("reception:slip", args=[ticket.pk])).content.decode()
    assert "<svg" in page
    assert "Please take a seat" in page


def test_somebody_takes_a_ticket_by_themselves(universe: Universe) -> None:
    machine = connected(universe.officer, "tickets")
    take = reverse("reception:take")
    assert machine.get("/device/").headers["Location"] == take
    assert "雪見市の中で引っ越したとき" in machine.get(take).content.decode()
    assert "職員の手伝いが必要ですか" in machine.get(take, {"procedure": "moving-within"}).content.decode()
    sent = {"procedure": "moving-within", "lane": "alone", "key": str(uuid4())}
    pages = [machine.post(take, sent).content.decode() for _ in range(3)]
    assert all("つぎにお呼びします" in page for page in pages)
    ticket = Ticket.objects.get()
    assert (ticket.procedure, ticket.business_id, ticket.case.lane) == ("moving-within", "001", "alone")
    assert Entry.objects.get(action="case.opened").actor == "resident"


def test_the_machine_speaks_until_somebody_has_a_ticket(universe: Universe) -> None:
    machine = connected(universe.officer, "tickets")
    machine.post(reverse("reception:take-language"), {"language": "en"})
    assert "Something else / I am not sure" in machine.get(reverse("reception:take")).content.decode()
    assert (
        "Would you like help"
        in machine.get(reverse("reception:take"), {"procedure": "other"}).content.decode()
    )
    machine.post(reverse("reception:take"), {"procedure": "other", "key": str(uuid4())})
    assert Ticket.objects.get().language == "en"
    assert "今日は、どのようなご用ですか" in machine.get(reverse("reception:take")).content.decode()


def test_nobody_takes_a_ticket_from_elsewhere(universe: Universe) -> None:
    display = connected(universe.officer, "display")
    for screen in (PHONE(), display):
        assert screen.post(reverse("reception:take"), {"key": str(uuid4())}).status_code == 302
    assert not Case.objects.exists()


def test_the_phone_asks_the_store_as_often_however_many_wait(
    universe: Universe, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(8):
        come(universe)
    mine = come(universe)
    PHONE().get(address(mine))  # works out the usual wait of this hour
    with django_assert_num_queries(3):
        PHONE().get(address(mine), headers={"HX-Request": "true"})
