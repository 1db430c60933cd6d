"""At home a browser may fill in what it knows of whoever answers; on a screen that others use it fills in nothing."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from machimado.cases.applications.models import Application
from machimado.frontyard.selfservice.tests.filling import page, send
from machimado.ground.devices import actions as devices
from tests.universe import Universe

OWN = {
    "resident.name": {"name"},
    "resident.birth_date": {"bday-year", "bday-month", "bday-day"},
    "resident.address": {
        "postal-code",
        "address-level1",
        "address-level2",
        "address-level3",
        "address-line1",
        "address-line2",
    },
    "contact.phone": {"tel"},
}


def purposes(phone: Client, application: Application, place: str) -> set[str]:
    found = re.findall(
        r'<input[^>]* autocomplete="([^"]+)"', page(phone, application, place).content.decode()
    )
    return set(found) - {"off"}


@pytest.mark.parametrize("place", OWN)
def test_what_is_asked_about_oneself_says_what_it_is(
    phone: Client, application: Application, place: str
) -> None:
    send(phone, application, "applicant.role", **{"applicant.role": "self"})
    assert purposes(phone, application, place) == OWN[place]


@pytest.mark.parametrize("place", OWN)
def test_what_is_asked_about_somebody_else_is_not_filled_in_with_oneself(
    phone: Client, application: Application, place: str
) -> None:
    send(phone, application, "applicant.role", **{"applicant.role": "household"})
    kept = OWN[place] if place.startswith("contact") else set()
    assert purposes(phone, application, place) == kept


@pytest.mark.parametrize("place", OWN)
def test_on_a_terminal_that_others_use_nothing_is_filled_in(
    phone: Client, application: Application, universe: Universe, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("machimado.frontyard.selfservice.views.page.lobby_of", lambda _: _Lobby())
    monkeypatch.setattr(devices, "touch", lambda **_: None)
    shown = page(phone, application, place).content.decode()
    assert 'class="resident apply is-lobby' in shown
    assert purposes(phone, application, place) == set()
    assert 'autocomplete="off" novalidate' in shown


class _Lobby:
    office = None
    printer = ""
    called_at = None
    seen_at = timezone.now()
