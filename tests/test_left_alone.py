"""A page that asks for news by itself keeps no abandoned screen open, and the resident's screen is not the officer's."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from machimado.ground.people.middleware import TOUCHED, UNATTENDED
from machimado.ground.people.models import Officer
from tests.structure import house
from tests.universe import Universe

LOCK = "/staff/lock/"


@pytest.fixture
def client(universe: Universe, sign_in: Callable[[Officer], Client]) -> Client:
    return sign_in(universe.officer)


def touched(client: Client, *, minutes_ago: float) -> None:
    session = client.session
    session[TOUCHED] = time.time() - minutes_ago * 60
    session.save()


def test_a_page_that_asks_for_news_by_itself_does_not_keep_the_screen_open(
    client: Client, settings: Any
) -> None:
    touched(client, minutes_ago=settings.LOCK_AFTER_MINUTES - 0.5)
    before = client.session[TOUCHED]
    client.get("/reception/", headers={"HX-Request": "true", UNATTENDED: "1"})
    assert client.session[TOUCHED] == before
    client.get("/reception/")
    assert client.session[TOUCHED] > before


def test_whatever_asks_again_and_again_says_so() -> None:
    asking = [
        (path.name, tag)
        for path in (house.ROOT / "machimado").rglob("templates/**/*.html")
        for tag in re.findall(r"<[^<>]*hx-trigger=[^<>]*every [^<>]*", path.read_text(encoding="utf-8"))
    ]
    assert asking
    assert not [name for name, tag in asking if UNATTENDED not in tag and "screen-now" not in tag]


def test_the_residents_screen_beside_neither_opens_nor_shuts_the_officers(client: Client) -> None:
    client.post(LOCK)
    assert client.get("/screen/").status_code == 200
    assert client.get("/reception/").headers["Location"].startswith(LOCK)


def test_the_residents_screen_beside_is_no_touch(client: Client, settings: Any) -> None:
    touched(client, minutes_ago=settings.LOCK_AFTER_MINUTES - 0.5)
    before = client.session[TOUCHED]
    client.get("/screen/now/")
    assert client.session[TOUCHED] == before
