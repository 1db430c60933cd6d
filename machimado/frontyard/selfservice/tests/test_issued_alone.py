"""A certificate in the lobby without an officer: for whom the provider knows surely, who is the one in the register, and nobody else."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from machimado.cases.applications.models import Application
from machimado.cases.certificates.models import Certificate
from machimado.cases.delivery.worker import DeliveryWorker
from machimado.cases.register import actions as register
from machimado.cases.register.models import Resident
from machimado.frontyard.selfservice.tests.conftest import begun
from machimado.frontyard.selfservice.tests.filling import send
from machimado.frontyard.selfservice.tests.signing import sign_in
from machimado.frontyard.selfservice.tests.test_alone import ANSWERS, sign
from machimado.ground.devices.models import Device
from machimado.ground.journal.models import Entry
from tests.devices import connected
from tests.fakes.identity_provider import ASSURANCE, IdentityProvider
from tests.print_server import QUEUE, PrintServer
from tests.processes import Core
from tests.universe import Universe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
SEXES = {"1": "male", "2": "female"}
WHO = ("applicant.role", "resident.name", "resident.birth_date", "resident.address")


@pytest.fixture
def resident(core: Core, settings: Any, provider: IdentityProvider) -> Resident:
    """Return somebody of the register whom the provider knows as the register does."""
    settings.CORE_URL = core.address
    settings.RESIDENT_SUFFICIENT = [ASSURANCE]
    register.import_all()
    found = Resident.objects.filter(status="resident", shielded=False).earliest("resident_number")
    provider.people["hanako"] = {
        "name": found.name_text,
        "name#ja-Kana-JP": found.name_kana,
        "birthdate": found.birth_date,
        "gender": SEXES[found.sex],
        "address": {"formatted": found.address},
    }
    return found


@pytest.fixture
def lobby(universe: Universe) -> Client:
    return connected(universe.officer, "lobby", "ロビー1")


def apply(lobby: Client, **changed: str) -> Application:
    """Sign in, answer what the provider did not say, and sign."""
    sign_in(lobby)
    application = begun(lobby)
    send(lobby, application, "applicant.role", **{"applicant.role": "self", **changed})
    for place, fields in ANSWERS.items():
        if place not in WHO:
            send(lobby, application, place, **fields)
    sign(lobby, application)
    application.refresh_from_db()
    return application


def state_of(lobby: Client, application: Application) -> str:
    return lobby.get(f"/apply/a/{application.pk}/state/").content.decode()


def test_from_signing_in_to_the_paper_no_officer_but_for_the_fee(
    lobby: Client,
    resident: Resident,
    universe: Universe,
    print_server: PrintServer,
    sign_in: Callable[..., Client],
) -> None:
    counter = sign_in(universe.officer)
    counter.post(f"/devices/{Device.objects.get().pk}/printer/", {"printer": QUEUE})
    assert "職員を待たずに" in lobby.get("/apply/residence-certificate/").content.decode()
    application = apply(lobby)
    assert application.state == Application.State.SUBMITTED
    assert application.case.resident == resident
    assert application.case.officer is None
    assert application.case.closed_at is not None
    assert "手続を進めています" in state_of(lobby, application)
    assert "届いた申請" not in counter.get("/counter/").content.decode()
    DeliveryWorker().run_once()
    assert "手数料は 300円 です" in state_of(lobby, application)

    waits = counter.get("/counter/").content.decode()
    assert "ロビーの端末の証明書　1件" in waits
    assert application.reference in waits
    counter.post(f"/certificates/{application.pk}/pay/", {"how": "cash", "next": "/counter/"})
    assert "端末で印刷できます" in counter.get("/counter/").content.decode()
    lobby.post(f"/apply/a/{application.pk}/print/")
    assert len(print_server.printed()) == 1
    assert "端末で印刷しました" in counter.get("/counter/").content.decode()
    done = Entry.objects.filter(action__in=["case.confirmed", "application.submitted"])
    assert set(done.values_list("actor", flat=True)) == {"resident"}


def test_an_officer_may_look_at_what_went_out_without_one(
    lobby: Client, resident: Resident, universe: Universe, sign_in: Callable[..., Client]
) -> None:
    application = apply(lobby)
    officer = sign_in(universe.officer)
    assert officer.get(f"/counter/applications/{application.pk}/").status_code == 200
    assert not Certificate.objects.exists()


@pytest.mark.parametrize(
    "claims",
    [
        {"address": {"formatted": "白嶺県雪見市どこか1番1号"}},
        {"birthdate": "1950-01-01"},
        {"gender": ""},
        {"name": "見本 花子"},
        {"address": {}},
    ],
)
def test_whoever_is_not_surely_the_one_in_the_register_waits_for_an_officer(
    lobby: Client, resident: Resident, provider: IdentityProvider, claims: dict[str, Any]
) -> None:
    provider.people["hanako"] |= claims
    sign_in(lobby)
    application = begun(lobby)
    for place, fields in ANSWERS.items():
        send(lobby, application, place, **fields)
    send(lobby, application, "resident.address", **{"resident.address.block": "1-2"})
    sign(lobby, application)
    application.refresh_from_db()
    assert (application.state, application.case.resident) == (Application.State.SIGNED, None)
    assert "市役所に届きました" in state_of(lobby, application)


def test_whoever_is_protected_or_has_moved_waits_for_an_officer(lobby: Client, resident: Resident) -> None:
    Resident.objects.filter(pk=resident.pk).update(status="moved_out")
    assert apply(lobby).state == Application.State.SIGNED
    Resident.objects.filter(pk=resident.pk).update(status="resident", shielded=True, address="")
    assert apply(lobby).state == Application.State.SIGNED


def test_not_with_less_assurance_than_the_city_wants(
    lobby: Client, resident: Resident, settings: Any
) -> None:
    settings.RESIDENT_SUFFICIENT = ["urn:example:ial3"]
    assert apply(lobby).state == Application.State.SIGNED
    settings.RESIDENT_SUFFICIENT = []
    assert "職員を待たずに" not in lobby.get("/apply/residence-certificate/").content.decode()
    assert apply(lobby).state == Application.State.SIGNED


def test_not_for_somebody_else_not_at_home_and_not_of_other_procedures(
    lobby: Client, phone: Client, resident: Resident
) -> None:
    assert apply(phone).state == Application.State.SIGNED
    assert "職員を待たずに" not in phone.get("/apply/residence-certificate/").content.decode()
    assert "職員を待たずに" not in lobby.get("/apply/tax-certificate/").content.decode()


def test_what_was_changed_after_the_sign_in_is_nobodys_whom_the_provider_knows(
    lobby: Client, resident: Resident
) -> None:
    sign_in(lobby)
    application = begun(lobby)
    for place, fields in ANSWERS.items():
        send(lobby, application, place, **fields)
    send(lobby, application, "resident.address", **{"resident.address.block": "1-2"})
    name = {"resident.name.text": "見本 花子", "resident.name.kana": "ミホン ハナコ"}
    send(lobby, application, "resident.name", **name)
    sign(lobby, application)
    application.refresh_from_db()
    assert application.state == Application.State.SIGNED
