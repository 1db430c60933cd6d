"""The call display: numbers and windows, never names; each call once."""

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
from machimado.frontyard.reception.doors import hall_door
from machimado.frontyard.reception.models import Call, Ticket
from machimado.ground.devices import actions as devices
from machimado.ground.devices.models import Device
from machimado.ground.devices.queries import COOKIE
from machimado.ground.ui.languages import Language
from tests.devices import connected
from tests.universe import Universe

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


def called(universe: Universe) -> list[tuple[int, int | None]]:
    return [(one.number, one.window) for one in queries.called_now(universe.branch, timezone.now())]


def test_a_screen_that_is_no_display_shows_nothing_of_the_hall(universe: Universe) -> None:
    come(universe)
    assert Client().get(LOBBY)["Location"] == reverse("devices:show")
    display = connected(universe.officer, "display")
    assert "お呼び出ししている方はいません" in display.get(LOBBY).content.decode()
    devices.disconnect(device=Device.objects.get(), by=universe.officer, at=timezone.now())
    assert display.get(NOW).headers["HX-Refresh"] == "true"
    assert display.get(LOBBY)["Location"] == reverse("devices:show")


def test_it_shows_numbers_and_windows_and_nothing_of_the_person(universe: Universe) -> None:
    come(universe, Language.ENGLISH)
    actions.call_next(by=universe.officer, at=timezone.now(), window=3)
    page = connected(universe.colleague, "display").get(LOBBY).content.decode()
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
    screen = connected(universe.officer, "display")
    screen.get(NOW)  # works out the usual wait of this hour
    for _ in range(9):
        come(universe)
    # Which screen, who is called, who waits and from where they were sent.
    with django_assert_num_queries(4):
        screen.get(NOW)


def test_the_live_room_opens_for_displays_and_whoever_is_signed_in(
    universe: Universe, sign_in: Callable[..., Client]
) -> None:
    display, machine = connected(universe.officer, "display"), connected(universe.officer, "tickets")
    assert hall_door("", {COOKIE: display.cookies[COOKIE].value}) == f"hall:{universe.branch.pk}"
    assert hall_door("", {COOKIE: machine.cookies[COOKIE].value}) is None
    assert hall_door("", {COOKIE: "guess"}) is None
    officer = {name: cookie.value for name, cookie in sign_in(universe.officer).cookies.items()}
    assert hall_door("", officer) == f"hall:{universe.branch.pk}"
    assert hall_door("", {}) is None


@pytest.mark.parametrize("address", [LOBBY, NOW])
def test_no_officer_has_to_be_signed_in_at_it(universe: Universe, address: str) -> None:
    assert connected(universe.officer, "display").get(address).status_code == 200
