"""Devices that stand in an office by themselves: connected by a number, taken out, and somebody in front of one who calls."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from machimado.ground.devices import actions, queries
from machimado.ground.devices.doors import device_door
from machimado.ground.devices.models import Device
from machimado.ground.journal.models import Entry
from machimado.ground.people.permissions import Refused
from tests.devices import connected
from tests.universe import Universe

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 10, 9, 0, tzinfo=ZoneInfo("Asia/Tokyo"))


@pytest.fixture(autouse=True)
def _nobody_guessed_before() -> None:
    cache.clear()


@pytest.fixture
def at_counter(sign_in: Callable[..., Client], universe: Universe) -> Client:
    return sign_in(universe.officer)


def shown(device: Client) -> str:
    """Return the number that a screen shows."""
    number: str = device.get("/device/").context["code"]
    return number


def said(at_counter: Client, **fields: str) -> Any:
    """Return what an officer is answered who connects a screen by these fields."""
    whole = {"kind": "lobby", "name": "正面ロビー1", **fields}
    return at_counter.post("/devices/connect/", whole)


def test_a_screen_shows_a_number_and_becomes_what_the_officer_says(at_counter: Client) -> None:
    screen = Client()
    number = shown(screen)
    assert shown(screen) == number
    assert "まだありません" in at_counter.get("/devices/").content.decode()
    said(at_counter, code=f"{number[:3]} {number[3:]}")
    assert screen.get("/device/look/")["HX-Refresh"] == "true"
    assert screen.get("/device/")["Location"] == "/apply/"
    listed = at_counter.get("/devices/").content.decode()
    assert "正面ロビー1" in listed
    assert "つながっています" in listed
    told = Entry.objects.filter(action__startswith="device.").values_list("action", flat=True)
    assert list(told) == ["device.connected"]


def test_a_number_connects_once_and_ends(at_counter: Client, universe: Universe) -> None:
    number = shown(Client())
    said(at_counter, code=number)
    assert "見つかりません" in said(at_counter, code=number, name="もう1台").content.decode()
    Device.objects.all().delete()
    number = shown(Client())
    Device.objects.update(code_until=timezone.now())
    assert said(at_counter, code=number).status_code == 422


def test_full_width_digits_are_digits(at_counter: Client) -> None:
    wide = shown(Client()).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert said(at_counter, code=wide).status_code == 302


def test_whoever_guesses_has_to_wait(at_counter: Client) -> None:
    for _ in range(10):
        assert "見つかりません" in said(at_counter, code="000").content.decode()
    assert "5分ほど待って" in said(at_counter, code=shown(Client())).content.decode()


def test_a_screen_opened_anew_over_and_over_has_to_wait() -> None:
    for _ in range(30):
        assert Client().get("/device/").status_code == 200
    answer = Client().get("/device/")
    assert answer.status_code == 429
    assert "10分ほど待って" in answer.content.decode()


def test_what_nobody_connected_is_forgotten(universe: Universe) -> None:
    old = timezone.now() - actions.FORGET_AFTER * 2
    actions.appear(at=old)
    kept = connected(universe.officer, "lobby")
    Device.objects.exclude(office=None).update(seen_at=old)
    Client().get("/device/")
    assert Device.objects.count() == 2
    assert kept.get("/device/")["Location"] == "/apply/"


def test_what_was_taken_out_is_no_device_any_more(universe: Universe, at_counter: Client) -> None:
    screen = connected(universe.officer, "lobby")
    device = Device.objects.get()
    actions.call_staff(device=device, at=timezone.now())
    assert queries.device_of(screen.get("/apply/").wsgi_request, kind="lobby") == device
    assert queries.device_of(screen.get("/apply/").wsgi_request, kind="display") is None
    for _ in range(2):
        at_counter.post(f"/devices/{device.pk}/disconnect/")
    assert queries.device_of(screen.get("/apply/").wsgi_request, kind="lobby") is None
    assert "まだありません" in at_counter.get("/devices/").content.decode()
    assert not at_counter.get("/devices/calling/").content.strip()
    assert shown(screen)
    assert Entry.objects.filter(action="device.disconnected").count() == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": ""}, "名前を40文字まで"),
        ({"kind": "oven"}, "種類を選んで"),
        ({"name": "あ" * 41}, "名前を40文字まで"),
        ({"code": ""}, "見つかりません"),
    ],
)
def test_what_cannot_be_connected_says_why_and_keeps_what_was_typed(
    at_counter: Client, wrong: dict[str, str], told: str
) -> None:
    number = shown(Client())
    answer = said(at_counter, **{"code": number, **wrong})
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert f'value="{wrong.get("code", number)}"' in answer.content.decode()
    assert not Device.objects.exclude(office=None).exists()


def test_one_name_stands_for_one_device(at_counter: Client, universe: Universe) -> None:
    connected(universe.officer, "lobby", "正面ロビー1")
    assert "もうあります" in said(at_counter, code=shown(Client())).content.decode()


def test_only_their_own_office(universe: Universe, sign_in: Callable[..., Client]) -> None:
    connected(universe.officer, "lobby")
    device = Device.objects.get()
    assert sign_in(universe.outsider).post(f"/devices/{device.pk}/disconnect/").status_code == 403
    with pytest.raises(Refused):
        actions.disconnect(device=device, by=universe.outsider, at=NOW)
    actions.disconnect(device=device, by=universe.administrator, at=NOW)
    assert Device.objects.get().office is None


def test_the_live_room_is_the_devices_own(universe: Universe) -> None:
    screen = Client()
    shown(screen)
    cookies = {queries.COOKIE: screen.cookies[queries.COOKIE].value}
    assert device_door("", cookies) == f"device:{Device.objects.get().pk}"
    assert device_door("", {queries.COOKIE: "guess"}) is None
    assert device_door("", {}) is None


def test_of_two_officers_one_goes_to_whoever_calls(
    universe: Universe, at_counter: Client, sign_in: Callable[..., Client]
) -> None:
    connected(universe.officer, "lobby", "正面ロビー1")
    device = Device.objects.get()
    for _ in range(2):
        actions.call_staff(device=device, at=timezone.now())
    assert Entry.objects.filter(action="device.staff_called").count() == 1
    assert "正面ロビー1" in at_counter.get("/devices/calling/").content.decode()
    at_counter.post(f"/devices/{device.pk}/come/")
    other = sign_in(universe.supervisor)
    answer = other.post(f"/devices/{device.pk}/come/", follow=True).content.decode()
    assert "ほかの職員が向かっている" in answer
    assert f"{universe.officer.name}が向かっています" in other.get("/devices/calling/").content.decode()
    at_counter.post(f"/devices/{device.pk}/helped/")
    assert not at_counter.get("/devices/calling/").content.strip()


def test_every_page_of_an_officer_asks_who_calls(at_counter: Client) -> None:
    assert 'hx-get="/devices/calling/"' in at_counter.get("/counter/").content.decode()
