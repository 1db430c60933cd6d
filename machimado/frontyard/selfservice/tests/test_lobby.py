"""A screen in the lobby: it knows where it stands, and forgets whoever leaves."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, Channel, Resumption
from machimado.frontyard.selfservice.tests.conftest import begun
from machimado.frontyard.selfservice.tests.filling import page, send
from machimado.ground.devices import actions as devices
from machimado.ground.devices.models import Device
from tests.universe import Universe

pytestmark = pytest.mark.django_db


@pytest.fixture
def lobby(universe: Universe) -> Client:
    """Return the browser of a terminal in the branch's lobby."""
    cache.clear()
    _, code = devices.add(
        office=universe.branch, kind="lobby", name="ロビー1", by=universe.officer, at=timezone.now()
    )
    terminal = Client()
    terminal.post("/device/", {"code": code})
    return terminal


def test_what_is_begun_in_the_lobby_belongs_to_its_office(lobby: Client, universe: Universe) -> None:
    shown = lobby.get("/apply/residence-certificate/").content.decode()
    assert "近くの庁舎" not in shown
    application = begun(lobby, office=universe.head.code)
    assert (application.channel, application.case.office) == (Channel.KIOSK, universe.branch)


def test_only_what_the_lobby_offers_is_begun_there(lobby: Client, phone: Client) -> None:
    """A page that stands only on the web is none of the lobby's, and the other way round."""
    at_home, here = phone.get("/apply/").context["offers"], lobby.get("/apply/").context["offers"]
    only_home = {one.id for one in at_home} - {one.id for one in here}
    for procedure in sorted(only_home)[:3]:
        assert lobby.get(f"/apply/{procedure}/").status_code == 404
    assert here


def test_whoever_leaves_is_forgotten(lobby: Client) -> None:
    application = begun(lobby)
    lobby.post("/apply/language/", {"language": "en"})
    assert "data-idle" in page(lobby, application).content.decode()
    assert "machimado_apply" in lobby.cookies
    done = lobby.post("/apply/done/", {"application": str(application.pk)})
    assert done["Location"] == "/apply/"
    assert done.cookies["machimado_apply"]["path"] == f"/apply/a/{application.pk}/"
    assert not done.cookies["machimado_apply"].value
    assert lobby.get(f"/apply/a/{application.pk}/")["Location"] == "/apply/resume/"
    assert "今日は、どのようなご用ですか" in lobby.get("/apply/").content.decode()


def test_a_screen_that_nobody_touched_asks_for_the_code_again(lobby: Client, phone: Client) -> None:
    """The browser was closed in the middle, or the screen's script did not run."""
    application, at_home = begun(lobby), begun(phone)
    earlier = timezone.now() - timedelta(minutes=16)
    Resumption.objects.update(touched_at=earlier)
    assert lobby.get(f"/apply/a/{application.pk}/q/scope/")["Location"] == "/apply/resume/"
    assert page(phone, at_home, "scope").context["stop"].place == "scope"
    code = cases.code_of(Resumption.objects.get(pk=application.pk))
    assert lobby.post("/apply/resume/", {"code": code}, follow=True).context["stop"]


def test_whoever_goes_on_is_not_sent_away(lobby: Client) -> None:
    application = begun(lobby)
    for _ in range(3):
        Resumption.objects.update(touched_at=timezone.now() - timedelta(minutes=10))
        assert lobby.get(f"/apply/a/{application.pk}/q/scope/").status_code == 200


def test_nothing_of_the_one_is_on_the_next_ones_pages(lobby: Client) -> None:
    first = begun(lobby)
    send(lobby, first, "contact.phone", **{"contact.phone": "090-1111-2222"})
    lobby.post("/apply/done/", {"application": str(first.pk)})
    second = begun(lobby)
    for place in ("contact.phone", "resident.name", "scope"):
        assert "090-1111-2222" not in page(lobby, second, place).content.decode()
    assert Application.objects.count() == 2
    # A browser fills nothing in by itself here.
    assert 'autocomplete="on"' not in page(lobby, second).content.decode()


def test_an_officer_is_called_and_comes(
    lobby: Client, phone: Client, sign_in: Callable[..., Client], universe: Universe
) -> None:
    assert "職員を呼ぶ" not in phone.get("/apply/").content.decode()
    assert lobby.get("/apply/called/")["Location"] == "/apply/"
    assert "職員を呼びました" in lobby.post("/apply/call/", follow=True).content.decode()
    sign_in(universe.officer).post(f"/devices/{Device.objects.get().pk}/come/")
    assert f"{universe.officer.name}が向かっています" in lobby.get("/apply/called/").content.decode()
    lobby.post("/apply/call-off/")
    assert Device.objects.get().called_at is None
    phone.post("/apply/call/")
    assert Device.objects.get().called_at is None
