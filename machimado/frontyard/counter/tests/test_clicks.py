"""Five clicks at the same moment: one case, one application, one submission."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, Case, Submission
from machimado.cases.applications.tests import claim
from machimado.frontyard.counter.models import Desk
from machimado.ground.people.models import Officer
from tests.universe import Universe

CLICKS = 5
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clicks(
    sign_in: Callable[[Officer], Client], universe: Universe
) -> Callable[[str, dict[str, str]], set[Any]]:
    """Return what posts a form five times at once, from five tabs, and gives where they were led."""
    tabs = [sign_in(universe.officer) for _ in range(CLICKS)]

    def click(tab: Client, address: str, fields: dict[str, str]) -> Any:
        try:
            return tab.post(address, fields).headers.get("Location")
        finally:
            connection.close()

    def at_once(address: str, fields: dict[str, str]) -> set[Any]:
        with ThreadPoolExecutor(CLICKS) as pool:
            return set(pool.map(lambda tab: click(tab, address, fields), tabs))

    return at_once


def test_one_case_is_opened(clicks: Callable[..., set[Any]], universe: Universe) -> None:
    resident = claim.a_resident()
    led = clicks(f"/counter/open/{resident.pk}/", {})
    assert led == {f"/counter/cases/{Case.objects.get().pk}/"}
    # A second tab, later, goes on with it; once it has ended, the next is another.
    assert clicks(f"/counter/open/{resident.pk}/", {}) == led
    cases.close(case=Case.objects.get(), by=universe.officer, at=claim.NOW)
    assert clicks(f"/counter/open/{resident.pk}/", {}) != led
    assert Case.objects.count() == 2


def test_one_application_is_begun(clicks: Callable[..., set[Any]], universe: Universe) -> None:
    case = claim.begun(universe.officer).case
    cases.cancel(application=case.applications.get(), by=universe.officer, at=claim.NOW)
    led = clicks(f"/counter/cases/{case.pk}/begin/", {"procedure": claim.CLAIM})
    running = Application.objects.get(state=Application.State.INTERVIEW)
    assert led == {f"/counter/applications/{running.pk}/"}


def test_it_is_submitted_once(clicks: Callable[..., set[Any]], universe: Universe, desk: Desk) -> None:
    application = claim.signed(universe.officer)
    clicks(f"/counter/applications/{application.pk}/submit/", {})
    assert Submission.objects.get().application == application
