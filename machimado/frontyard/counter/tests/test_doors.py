"""Who may enter the live rooms of desks and screens."""

import time
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from machimado.frontyard.counter.doors import SCREEN_COOKIE, desk_door, screen_door
from machimado.frontyard.counter.models import Desk
from machimado.ground.people.middleware import TOUCHED
from machimado.ground.people.models import Officer
from machimado.ground.people.sessions import LOCKED
from tests.universe import Universe


def cookies(client: Client) -> dict[str, str]:
    return {name: morsel.value for name, morsel in client.cookies.items()}


@pytest.fixture
def browser(universe: Universe, sign_in: Callable[[Officer], Client]) -> Client:
    return sign_in(universe.officer)


def test_an_officer_of_the_office_enters_the_desks_room(browser: Client, desk: Desk) -> None:
    assert desk_door(str(desk.pk), cookies(browser)) == f"desk:{desk.pk}"


@pytest.mark.parametrize("kept", [{LOCKED: True}, {TOUCHED: time.time() - 86_400}])
def test_a_session_that_is_locked_or_was_left_alone_stays_outside(
    browser: Client, desk: Desk, kept: dict[str, object]
) -> None:
    session = browser.session
    session.update(kept)
    session.save()
    assert desk_door(str(desk.pk), cookies(browser)) is None


def test_a_session_of_an_old_password_stays_outside(browser: Client, desk: Desk, universe: Universe) -> None:
    universe.officer.set_password("a-new-password-2026")
    universe.officer.save()
    assert desk_door(str(desk.pk), cookies(browser)) is None


def test_who_left_the_city_hall_or_works_elsewhere_stays_outside(
    browser: Client, desk: Desk, universe: Universe, sign_in: Callable[[Officer], Client]
) -> None:
    assert desk_door(str(desk.pk), cookies(sign_in(universe.outsider))) is None
    Officer.objects.filter(pk=universe.officer.pk).update(is_active=False)
    assert desk_door(str(desk.pk), cookies(browser)) is None


@pytest.mark.parametrize("wanted", ["", "x", "\0", "00000000-0000-4000-8000-000000000000", "1" * 10_000])
def test_a_desk_that_is_not_there_has_no_room(browser: Client, desk: Desk, wanted: str) -> None:
    assert desk_door(wanted, cookies(browser)) is None


def test_each_cookie_opens_its_own_kind_of_room_only(browser: Client, tablet: Client, desk: Desk) -> None:
    assert desk_door(str(desk.pk), cookies(tablet)) is None
    assert screen_door("", cookies(browser)) is None
    assert screen_door("", {SCREEN_COOKIE: browser.cookies[settings.SESSION_COOKIE_NAME].value}) is None
    assert (
        desk_door(str(desk.pk), {settings.SESSION_COOKIE_NAME: tablet.cookies[SCREEN_COOKIE].value}) is None
    )
