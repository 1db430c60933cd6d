"""The lock of a screen left alone: the session goes on, for the same officer, on the same page, with the password."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from machimado.ground.people.middleware import TOUCHED
from machimado.ground.people.models import Officer
from machimado.ground.people.sessions import LOCKED, SessionStore
from machimado.ground.people.sign_in import TOO_OFTEN
from machimado.ground.people.views.lock import WRONG
from tests.universe import PASSWORD, Universe

LOCK = "/staff/lock/"
PAGE = "/accounts/2fa/?tab=keys&more=1"


@pytest.fixture
def client(universe: Universe, sign_in: Callable[[Officer], Client]) -> Client:
    return sign_in(universe.officer)


def touched(client: Client, *, minutes_ago: float) -> None:
    import time

    session = client.session
    session[TOUCHED] = time.time() - minutes_ago * 60
    session.save()


def test_a_screen_in_use_is_not_locked(client: Client, settings: Any) -> None:
    touched(client, minutes_ago=settings.LOCK_AFTER_MINUTES - 0.5)
    assert client.get(PAGE).status_code == 200


def test_a_screen_left_alone_asks_for_the_password_and_goes_on_where_it_was(
    client: Client, settings: Any
) -> None:
    touched(client, minutes_ago=settings.LOCK_AFTER_MINUTES + 0.5)
    sent = client.get(PAGE)
    address = urlsplit(sent.headers["Location"])
    assert address.path == LOCK
    assert parse_qs(address.query)["next"] == [PAGE]
    opened = client.post(LOCK, {"password": PASSWORD, "next": PAGE})
    assert opened.headers["Location"] == PAGE
    assert client.get(PAGE).status_code == 200


def test_locked_by_hand_no_page_opens(client: Client) -> None:
    client.post(LOCK)
    assert client.session[LOCKED] is True
    assert client.get(LOCK).status_code == 200
    for page in (PAGE, "/", "/healthz"):
        assert client.get(page).headers["Location"].startswith(LOCK), page


def test_a_request_that_began_before_the_lock_and_ends_after_it_does_not_undo_it(client: Client) -> None:
    slow = SessionStore(client.session.session_key)
    assert LOCKED not in slow
    client.post(LOCK)
    slow[TOUCHED] = 1.0
    slow.save()
    assert client.session[LOCKED] is True
    client.post(LOCK, {"password": PASSWORD, "next": "/"})
    assert LOCKED not in client.session


@pytest.mark.parametrize("target", [PAGE, "/"])
def test_fetching_the_address_of_the_lock_locks_nothing(client: Client, target: str) -> None:
    for fetch in (client.get, client.head):
        assert fetch(LOCK, {"next": target}).headers["Location"] == target
    assert LOCKED not in client.session
    assert client.get(PAGE).status_code == 200


def test_the_lock_of_a_screen_left_alone_is_shown_also_where_no_page_was_opened_since(
    client: Client, settings: Any
) -> None:
    touched(client, minutes_ago=settings.LOCK_AFTER_MINUTES + 0.5)
    assert client.get(LOCK).status_code == 200
    assert client.session[LOCKED] is True


def test_who_leaves_the_desk_comes_back_to_the_same_page(client: Client) -> None:
    sent = client.post(LOCK, {"next": PAGE})
    address = urlsplit(sent.headers["Location"])
    assert (address.path, parse_qs(address.query)["next"]) == (LOCK, [PAGE])
    assert client.session[LOCKED] is True


def test_a_change_sent_to_a_locked_screen_is_not_made_and_not_repeated(client: Client) -> None:
    client.post(LOCK)
    sent = client.post("/accounts/password/change/", {"oldpassword": PASSWORD})
    assert parse_qs(urlsplit(sent.headers["Location"]).query)["next"] == ["/"]


def test_a_fragment_moves_the_whole_page_to_the_lock(client: Client) -> None:
    client.post(LOCK)
    asked = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{PAGE}"}
    sent = client.get("/accounts/2fa/", headers=asked)
    address = urlsplit(sent.headers["HX-Redirect"])
    assert (sent.status_code, address.path) == (204, LOCK)
    assert parse_qs(address.query)["next"] == [PAGE]


def test_whoever_moves_or_types_is_not_locked_out(client: Client, settings: Any) -> None:
    touched(client, minutes_ago=settings.LOCK_AFTER_MINUTES - 0.5)
    before = client.session[TOUCHED]
    assert client.get("/staff/touch/").status_code == 204
    assert client.session[TOUCHED] > before


def test_a_touch_opens_no_lock(client: Client, settings: Any) -> None:
    touched(client, minutes_ago=settings.LOCK_AFTER_MINUTES + 0.5)
    assert client.get("/staff/touch/", headers={"HX-Request": "true"}).headers["HX-Redirect"].startswith(LOCK)
    assert client.session[LOCKED] is True


def test_an_absurdly_long_address_is_not_gone_back_to(client: Client) -> None:
    client.post(LOCK)
    sent = client.get(PAGE, {"key": "x" * 50_000})
    assert parse_qs(urlsplit(sent.headers["Location"]).query)["next"] == ["/"]
    assert client.post(LOCK, {"password": PASSWORD, "next": "/" + "x" * 50_000}).headers["Location"] == "/"


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD.upper(), PASSWORD + " "])
def test_another_password_does_not_open(client: Client, password: str) -> None:
    client.post(LOCK)
    answer = client.post(LOCK, {"password": password})
    assert answer.status_code == 422
    assert WRONG in answer.content.decode()
    assert client.session[LOCKED] is True


def test_nobody_can_try_for_ever(client: Client) -> None:
    client.post(LOCK)
    answers = [client.post(LOCK, {"password": f"guess-{number}"}).content.decode() for number in range(12)]
    assert TOO_OFTEN in answers[-1]
    assert TOO_OFTEN in client.post(LOCK, {"password": PASSWORD}).content.decode()
    assert client.session[LOCKED] is True


def test_the_password_of_a_colleague_does_not_open(universe: Universe, client: Client) -> None:
    universe.colleague.set_password("another-password-2026")
    universe.colleague.save()
    client.post(LOCK)
    assert client.post(LOCK, {"password": "another-password-2026"}).status_code == 422


def test_who_is_locked_out_can_sign_out_for_a_colleague(client: Client) -> None:
    client.post(LOCK)
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session
    assert LOCKED not in client.session


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "http:///evil.example",
        "javascript:alert(1)",
        "https:evil.example",
        "\x08//evil.example",
        "",
    ],
)
def test_the_lock_leads_to_no_other_site(client: Client, target: str) -> None:
    client.post(LOCK, {"next": target})
    assert client.post(LOCK, {"password": PASSWORD, "next": target}).headers["Location"] == "/"


def test_a_visitor_has_nothing_to_unlock(db: None) -> None:
    assert Client().get(LOCK).headers["Location"].startswith("/accounts/login/")
