"""Devices that stand in an office by themselves: connected by a code, cut off, and somebody in front of one who calls."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from machimado.ground.devices import actions, queries
from machimado.ground.devices.models import Device
from machimado.ground.journal.models import Entry
from machimado.ground.people.permissions import Refused
from tests.universe import Universe

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 10, 9, 0, tzinfo=ZoneInfo("Asia/Tokyo"))


@pytest.fixture(autouse=True)
def _nobody_guessed_before() -> None:
    cache.clear()


@pytest.fixture
def at_counter(sign_in: Callable[..., Client], universe: Universe) -> Client:
    return sign_in(universe.officer)


def added(universe: Universe, name: str = "正面ロビー1", *, at: datetime | None = None) -> tuple[Device, str]:
    return actions.add(
        office=universe.branch, kind="lobby", name=name, by=universe.officer, at=at or timezone.now()
    )


def test_a_device_is_added_and_connects_by_its_code_once(at_counter: Client, universe: Universe) -> None:
    page = at_counter.post("/devices/add/", {"kind": "lobby", "name": "正面ロビー1"})
    code = page.context["fresh"]["code"]
    assert f"{code[:4]} {code[4:]}" in page.content.decode()
    terminal = Client()
    assert "接続番号" in terminal.get("/device/").content.decode()
    assert terminal.post("/device/", {"code": f"{code[:4]} {code[4:]}"})["Location"] == "/apply/"
    assert "つながっています" in at_counter.get("/devices/").content.decode()
    assert Client().post("/device/", {"code": code}).status_code == 422
    told = Entry.objects.filter(action__startswith="device.").values_list("action", flat=True)
    assert list(told) == ["device.added", "device.connected"]


def test_a_code_ends(universe: Universe) -> None:
    _, code = added(universe, at=NOW)
    with pytest.raises(actions.NotConnected):
        actions.connect(code=code, at=NOW + timedelta(minutes=actions.CODE_MINUTES))
    assert actions.connect(code=code, at=NOW + timedelta(minutes=9))[0].name == "正面ロビー1"


def test_full_width_digits_are_digits(universe: Universe) -> None:
    _, code = added(universe, at=NOW)
    wide = code.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert actions.connect(code=wide, at=NOW)


def test_whoever_guesses_has_to_wait(universe: Universe) -> None:
    _, code = added(universe)
    guessing = Client()
    for _ in range(10):
        assert guessing.post("/device/", {"code": "00000000"}).status_code == 422
    assert guessing.post("/device/", {"code": code}).status_code == 429


def test_what_was_cut_off_is_no_device_any_more(universe: Universe, at_counter: Client) -> None:
    device, code = added(universe)
    terminal = Client()
    terminal.post("/device/", {"code": code})
    request = terminal.get("/apply/").wsgi_request
    found = queries.device_of(request, kind="lobby")
    assert found == device
    assert queries.device_of(request, kind="display") is None
    at_counter.post(f"/devices/{device.pk}/cut-off/")
    assert queries.device_of(terminal.get("/apply/").wsgi_request, kind="lobby") is None
    assert "つながっていません" in at_counter.get("/devices/").content.decode()
    for _ in range(2):
        at_counter.post(f"/devices/{device.pk}/remove/")
    assert "まだありません" in at_counter.get("/devices/").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "lobby", "name": ""}, {"kind": "oven", "name": "a"}, {"kind": "lobby", "name": "a" * 41}],
)
def test_what_cannot_be_added_says_why(at_counter: Client, wrong: dict[str, str]) -> None:
    answer = at_counter.post("/devices/add/", wrong)
    assert answer.status_code == 422
    assert not Device.objects.exists()


def test_one_name_stands_for_one_device(universe: Universe) -> None:
    added(universe)
    with pytest.raises(actions.NotConnected, match="もうあります"):
        added(universe)


def test_only_their_own_office(universe: Universe) -> None:
    device, _ = added(universe)
    with pytest.raises(Refused):
        actions.give_code(device=device, by=universe.outsider, at=NOW)
    assert actions.give_code(device=device, by=universe.administrator, at=NOW)


def test_of_two_officers_one_goes_to_whoever_calls(
    universe: Universe, at_counter: Client, sign_in: Callable[..., Client]
) -> None:
    device, _ = added(universe)
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
