"""The reception's page as an officer uses it, with and without scripts."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from machimado.cases.applications import actions
from machimado.cases.applications.models import Case, Lane
from machimado.frontyard.reception import actions as reception
from machimado.frontyard.reception import queries
from machimado.frontyard.reception.models import Ticket
from machimado.ground.people.models import Officer
from tests.universe import Universe

SignIn = Callable[[Officer], Client]
HOME = "reception:home"
A_MY_NUMBER = "6214 9832 0257"


def arrive(universe: Universe, **more: object) -> Case:
    known = {"office": universe.branch, "lane": Lane.ALONE, "by": universe.officer, "at": timezone.now()}
    return actions.open_case(**{**known, **more})  # type: ignore[arg-type]


def mark(client: Client, **fields: str) -> HttpResponse:
    return client.post(reverse(HOME), {"key": str(uuid4()), "lane": "alone", **fields})  # type: ignore[return-value]


def said(answer: HttpResponse) -> str:
    return " ".join(map(str, get_messages(answer.wsgi_request)))  # type: ignore[attr-defined]


def hall(universe: Universe) -> queries.Hall:
    return queries.hall(universe.branch, titles={}, at=timezone.now())


def test_an_arrival_gets_its_number(universe: Universe, sign_in: SignIn) -> None:
    answer = mark(sign_in(universe.officer), lane="with_help", procedure="residence-certificate")
    case = Case.objects.get()
    assert "1番でお受けしました" in said(answer)
    assert (case.office, case.lane, case.purpose) == (universe.branch, "with_help", "residence-certificate")


def test_what_was_chosen_is_kept_beside_what_they_said(universe: Universe, sign_in: SignIn) -> None:
    client = sign_in(universe.officer)
    mark(client, procedure="death", purpose="　父の\t保険証も ")
    mark(client, procedure="no-such-procedure")
    mark(client, procedure="child-allowance-claim")
    kept = Ticket.objects.order_by("case__number").values_list("case__purpose", "procedure", "business_id")
    assert list(kept) == [
        ("父の 保険証も", "death", "001"),
        ("", "", ""),
        ("child-allowance-claim", "child-allowance-claim", "027"),
    ]
    page = client.get(reverse(HOME)).content.decode()
    assert "（父の 保険証も）" in page


def test_life_events_come_first_and_each_key_chooses_one(universe: Universe, sign_in: SignIn) -> None:
    context = sign_in(universe.officer).get(reverse(HOME)).context
    purposes = context["purposes"]
    assert {"moving-within", "birth", "death"} <= {one.id for one in purposes.events}
    keys = [one.key for one in (*purposes.events, *purposes.often)]
    assert len(set(keys)) == len(keys)
    assert not set(keys) & set("bhstuy/")
    moving = next(one for one in purposes.events if one.id == "moving-within")
    assert "ひっこし" in moving.words


def test_the_counter_begins_what_was_chosen_at_the_reception(universe: Universe, sign_in: SignIn) -> None:
    client = sign_in(universe.officer)
    mark(client, procedure="moving-in", purpose="友人と来た")
    case = Case.objects.get()
    client.post(reverse("counter:call-next"))
    actions.welcome(case=case, by=universe.officer, at=timezone.now())
    page = client.get(reverse("counter:case", args=[case.pk])).content.decode()
    assert 'value="moving-in" data-key="0"' in page
    assert "友人と来た" in page


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"lane": ""}, "H か S のキー"),
        ({"lane": "helicopter"}, "H か S のキー"),
        ({"purpose": "あ" * 81}, "80文字まで"),
        ({"purpose": A_MY_NUMBER}, "マイナンバー"),
        ({"purpose": "\x00"}, "使えない文字"),
    ],
)
def test_what_cannot_be_taken_is_said_and_kept(
    universe: Universe, sign_in: SignIn, fields: dict[str, str], expected: str
) -> None:
    answer = mark(sign_in(universe.officer), **fields)
    assert answer.status_code == 422
    assert expected in answer.content.decode()
    assert not Case.objects.exists()


def test_five_clicks_are_one_arrival(universe: Universe, sign_in: SignIn) -> None:
    client, key = sign_in(universe.officer), str(uuid4())
    for _ in range(5):
        mark(client, key=key)
    assert Case.objects.count() == 1


def test_a_key_of_another_office_is_refused_in_words(universe: Universe, sign_in: SignIn) -> None:
    case = arrive(universe)
    answer = mark(sign_in(universe.outsider), key=str(case.pk))
    assert "読み込み直して" in said(answer)


def test_the_slip_shows_number_and_code_and_no_purpose(universe: Universe, sign_in: SignIn) -> None:
    client = sign_in(universe.officer)
    answer = mark(client, slip="on", purpose="介護の相談")
    case = Case.objects.get()
    assert answer.headers["Location"] == reverse("reception:slip", args=[case.pk])
    slip = client.get(answer.headers["Location"]).content.decode()
    assert "<svg" in slip
    assert "介護" not in slip
    assert client.get(reverse(HOME)).context["form"]["slip"].value() is True


def test_calling_leads_to_the_counter(universe: Universe, sign_in: SignIn) -> None:
    case = arrive(universe)
    answer = sign_in(universe.officer).post(reverse("counter:call", args=[case.pk]))
    assert answer.headers["Location"] == reverse("counter:case", args=[case.pk])


def test_who_is_late_hears_who_was_faster(universe: Universe, sign_in: SignIn) -> None:
    case = arrive(universe)
    actions.call(case=case, by=universe.colleague, at=timezone.now())
    answer = sign_in(universe.officer).post(reverse("counter:call", args=[case.pk]))
    assert "本間　健太さんが先に" in said(answer)  # type: ignore[arg-type]


def test_calling_what_was_taken_back_says_so(universe: Universe, sign_in: SignIn) -> None:
    case = arrive(universe)
    client = sign_in(universe.officer)
    client.post(reverse("reception:withdraw", args=[case.pk]))
    answer = client.post(reverse("counter:call", args=[case.pk]))
    assert "元に戻せます" in said(answer)  # type: ignore[arg-type]
    client.post(reverse("reception:restore", args=[case.pk]))
    assert [arrival.number for arrival in hall(universe).waiting] == [1]


def test_everybody_stands_where_they_are(universe: Universe) -> None:
    waiting, served, withdrawn, done = (arrive(universe) for _ in range(4))
    before = arrive(universe, at=timezone.now() - timedelta(days=3))
    actions.book_paper(
        office=universe.branch, procedure="residence-certificate", by=universe.officer, at=timezone.now()
    )
    actions.call(case=served, by=universe.officer, at=timezone.now())
    actions.call(case=done, by=universe.colleague, at=timezone.now())
    actions.close(case=done, by=universe.colleague, at=timezone.now())
    actions.withdraw(case=withdrawn, by=universe.officer, at=timezone.now())
    found = hall(universe)
    assert [arrival.id for arrival in found.waiting] == [waiting.pk]
    assert [arrival.officer for arrival in found.served] == ["小野　美咲"]
    assert [arrival.id for arrival in found.withdrawn] == [withdrawn.pk]
    assert [arrival.id for arrival in found.left_over] == [before.pk]
    assert found.done == 1


@pytest.mark.parametrize("is_called", [True, False])
def test_what_an_earlier_day_left_can_be_ended(universe: Universe, sign_in: SignIn, is_called: bool) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    case = arrive(universe, at=yesterday)
    if is_called:
        actions.call(case=case, by=universe.colleague, at=yesterday)
    sign_in(universe.officer).post(reverse("reception:end", args=[case.pk]))
    assert hall(universe).left_over == []


def test_a_long_wait_is_marked(universe: Universe) -> None:
    for minutes in (15, 14):
        arrive(universe, at=timezone.now() - timedelta(minutes=minutes, seconds=1))
    today = [*hall(universe).waiting, *hall(universe).left_over]  # around midnight the second is yesterday's
    assert [arrival.is_long for arrival in sorted(today, key=lambda each: -each.minutes)] == [True, False]


def test_the_list_refreshes_itself_without_the_page(universe: Universe, sign_in: SignIn) -> None:
    arrive(universe)
    part = sign_in(universe.officer).get(reverse(HOME), headers={"HX-Request": "true"}).content.decode()
    assert "お待ちの方" in part
    assert "<html" not in part


def test_an_empty_hall_teaches(universe: Universe, sign_in: SignIn) -> None:
    assert "お待ちの方はいません" in sign_in(universe.officer).get(reverse(HOME)).content.decode()


def test_the_hall_asks_the_store_as_often_however_many_wait(
    universe: Universe, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(9):
        reception.arrive(
            office=universe.branch, lane=Lane.ALONE, by=universe.officer, at=timezone.now(), business_id="001"
        )
    # Who waits, who was sent on, what is left over; the officers and their skills.
    with django_assert_num_queries(5):
        queries.hall(universe.branch, titles={}, at=timezone.now(), me=universe.officer)


@pytest.mark.parametrize("view", ["counter:call", "reception:withdraw", "reception:restore", "reception:end"])
def test_other_offices_and_other_roles_stay_out(universe: Universe, sign_in: SignIn, view: str) -> None:
    address = reverse(view, args=[arrive(universe).pk])
    assert sign_in(universe.outsider).post(address).status_code == 404
    assert sign_in(universe.auditor).post(address).status_code == 403
    assert sign_in(universe.officer).get(address).status_code == 405


def test_the_hall_shows_its_own_office_only(universe: Universe, sign_in: SignIn) -> None:
    arrive(universe, purpose="印鑑の相談")
    assert "印鑑の相談" not in sign_in(universe.outsider).get(reverse(HOME)).content.decode()
