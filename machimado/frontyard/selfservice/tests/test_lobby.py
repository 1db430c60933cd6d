"""A screen in the lobby: it knows where it stands, and forgets whoever leaves."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, Channel, Resumption
from machimado.cases.delivery.worker import DeliveryWorker
from machimado.cases.register import actions as register
from machimado.cases.register.models import Resident
from machimado.frontyard.selfservice.tests.conftest import begun
from machimado.frontyard.selfservice.tests.filling import page, send
from machimado.frontyard.selfservice.tests.test_alone import answer_all, sign
from machimado.ground.devices.models import Device
from tests.devices import connected
from tests.print_server import QUEUE, PrintServer
from tests.processes import Core
from tests.universe import Universe

pytestmark = pytest.mark.django_db


@pytest.fixture
def lobby(universe: Universe) -> Client:
    """Return the browser of a terminal in the branch's lobby."""
    return connected(universe.officer, "lobby", "ロビー1")


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


# ---------------------------------------------------------------- a certificate


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_certificate_is_printed_in_the_lobby_once_it_is_paid_for(
    lobby: Client,
    phone: Client,
    core: Core,
    universe: Universe,
    print_server: PrintServer,
    sign_in: Callable[..., Client],
) -> None:
    counter, device = sign_in(universe.officer), Device.objects.get()
    assert counter.post(f"/devices/{device.pk}/printer/", {"printer": "a b"}).status_code == 422
    counter.post(f"/devices/{device.pk}/printer/", {"printer": QUEUE})
    application = begun(lobby)
    answer_all(lobby, application)
    sign(lobby, application)
    place = f"/apply/a/{application.pk}"
    assert "この画面でお待ちいただくか" in lobby.get(f"{place}/state/").content.decode()
    deliver(application, universe)
    assert "手数料は 300円 です" in lobby.get(f"{place}/state/").content.decode()
    refused = lobby.post(f"{place}/print/")
    assert (refused.status_code, "300円" in refused.content.decode()) == (409, True)
    counter.post(f"/certificates/{application.pk}/pay/", {"how": "cash"})
    # At home nothing is printed, whoever has the code.
    phone.post("/apply/resume/", {"code": cases.code_of(Resumption.objects.get(pk=application.pk))})
    assert phone.post(f"{place}/print/")["Location"] == f"{place}/state/"
    for _ in range(2):
        lobby.post(f"{place}/print/")
    assert len(print_server.printed()) == 1
    assert "印刷しました" in lobby.get(f"{place}/state/").content.decode()


def deliver(application: Application, universe: Universe) -> None:
    """Do what an officer does who knows the person, and let the core system take it."""
    register.import_all()
    now = timezone.now()
    taken = cases.accept(application=application, by=universe.officer, at=now)
    resident = Resident.objects.filter(status="resident", restricted=False, shielded=False)
    cases.identify(
        case=taken.case, resident=resident.earliest("resident_number"), by=universe.officer, at=now
    )
    cases.submit(application=taken, by=universe.officer, at=now)
    DeliveryWorker().run_once()
