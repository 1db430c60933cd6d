"""The call display: numbers and windows, never names; each call once; connected by an officer."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Lane
from machimado.frontyard.reception import actions, queries
from machimado.frontyard.reception.doors import TERMINAL_COOKIE, terminal_door
from machimado.frontyard.reception.models import Call, Terminal, Ticket
from machimado.ground.journal.models import Entry
from machimado.ground.people.models import Officer
from machimado.ground.ui.languages import Language
from tests.universe import Universe

SignIn = Callable[[Officer], Client]
LOBBY, NOW = "/lobby/", "/lobby/now/"


def come(universe: Universe, language: Language = Language.JAPANESE) -> Ticket:
    return actions.arrive(
        office=universe.branch,
        lane=Lane.ALONE,
        by=universe.officer,
        at=timezone.now(),
        purpose="父の相談",
        language=language,
    )


def connect(officer: Officer, kind: Terminal.Kind = Terminal.Kind.DISPLAY) -> Client:
    screen = Client()
    code = screen.get(LOBBY).context["code"]
    actions.pair(office=officer.office, kind=kind, code=code, by=officer, at=timezone.now())
    return screen


def called(universe: Universe) -> list[tuple[int, int | None]]:
    return [(one.number, one.window) for one in queries.called_now(universe.branch, timezone.now())]


def test_a_new_screen_shows_a_number_until_an_officer_connects_it(
    universe: Universe, sign_in: SignIn
) -> None:
    screen, officer = Client(), sign_in(universe.officer)
    page = screen.get(LOBBY)
    code = page.context["code"]
    assert code[:3] in page.content.decode()
    assert screen.get(LOBBY).context["code"] == code
    done = officer.post(
        reverse("reception:terminals"), {"code": f"{code[:3]} {code[3:]}", "kind": "display"}, follow=True
    )
    assert "「呼出し表示」としてつなぎました" in done.content.decode()
    assert screen.get(NOW, {"phase": "pairing"}).headers["HX-Refresh"] == "true"
    assert "お呼び出ししている方はいません" in screen.get(LOBBY).content.decode()
    officer.post(reverse("reception:terminal-unpair", args=[Terminal.objects.get().pk]))
    assert screen.get(LOBBY).context["phase"] == "pairing"
    assert Entry.objects.filter(action__startswith="terminal.").count() == 2


def test_a_wrong_number_connects_nothing_and_guessing_ends(universe: Universe, sign_in: SignIn) -> None:
    officer = sign_in(universe.officer)
    answers = [
        officer.post(reverse("reception:terminals"), {"code": "000"}, follow=True).content.decode()
        for _ in range(11)
    ]
    assert "見つかりません" in answers[0]
    assert "5分ほど待って" in answers[-1]


def test_an_officer_of_another_office_cannot_disconnect_it(universe: Universe, sign_in: SignIn) -> None:
    connect(universe.officer)
    address = reverse("reception:terminal-unpair", args=[Terminal.objects.get().pk])
    assert sign_in(universe.outsider).post(address).status_code == 404


def test_it_shows_numbers_and_windows_and_nothing_of_the_person(universe: Universe) -> None:
    come(universe, Language.ENGLISH)
    actions.call_next(by=universe.officer, at=timezone.now(), window=3)
    page = connect(universe.colleague).get(LOBBY).content.decode()
    assert 'data-number="1" data-window="3" data-language="en"' in page
    assert "父の相談" not in page
    assert "小野" not in page


def test_the_last_call_stands_first_each_number_once(universe: Universe) -> None:
    first, _ = come(universe), come(universe)
    actions.call_next(by=universe.officer, at=timezone.now(), window=1)
    actions.call_next(by=universe.colleague, at=timezone.now(), window=2)
    assert called(universe) == [(2, 2), (1, 1)]
    actions.call_again(case=first.case, by=universe.officer, at=timezone.now(), window=4)
    assert called(universe) == [(1, 4), (2, 2)]
    assert Call.objects.count() == 3


def test_pressed_again_the_key_for_the_next_says_nothing_twice(universe: Universe) -> None:
    come(universe)
    for _ in range(3):
        actions.call_next(by=universe.officer, at=timezone.now(), window=1)
    assert Call.objects.count() == 1


def test_who_was_put_aside_sent_on_or_has_gone_is_not_shown(universe: Universe) -> None:
    for _ in range(4):
        come(universe)
    officers = [universe.officer, universe.colleague, universe.supervisor]
    aside, sent, gone = (actions.call_next(by=one, at=timezone.now(), window=1) for one in officers)
    assert aside is not None
    assert sent is not None
    assert gone is not None
    actions.put_aside(case=aside, by=universe.officer, at=timezone.now())
    to = {"office": universe.head, "section": None, "note": ""}
    actions.transfer(case=sent, by=universe.colleague, at=timezone.now(), **to)  # type: ignore[arg-type]
    cases.close(case=gone, by=universe.supervisor, at=timezone.now())
    assert called(universe) == []


def test_yesterdays_calls_are_not_shown(universe: Universe) -> None:
    come(universe)
    actions.call_next(by=universe.officer, at=timezone.now(), window=1)
    Call.objects.update(at=timezone.now() - timedelta(days=1))
    assert called(universe) == []


def test_the_display_asks_the_store_as_often_however_many_wait(
    universe: Universe, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    screen = connect(universe.officer)
    screen.get(NOW, {"phase": "display"})  # works out the usual wait of this hour
    for _ in range(9):
        come(universe)
    # Which screen, who is called, who waits and from where they were sent.
    with django_assert_num_queries(4):
        screen.get(NOW, {"phase": "display"})


def test_the_live_room_opens_for_connected_screens_alone(universe: Universe) -> None:
    screen = connect(universe.officer)
    cookie = screen.cookies[TERMINAL_COOKIE].value
    assert terminal_door("", {TERMINAL_COOKIE: cookie}) == f"hall:{universe.branch.pk}"
    assert terminal_door("", {TERMINAL_COOKIE: "guess"}) is None
    assert terminal_door("", {}) is None


@pytest.mark.parametrize("address", [LOBBY, NOW])
def test_no_officer_has_to_be_signed_in_at_it(universe: Universe, address: str) -> None:
    assert connect(universe.officer).get(address, {"phase": "display"}).status_code == 200
