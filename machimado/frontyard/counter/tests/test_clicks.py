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
from machimado.frontyard.counter.tests.conftest import seated
from machimado.ground.people.models import Officer
from tests.universe import Universe

CLICKS = 5
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clicks(
    sign_in: Callable[[Officer], Client], universe: Universe
) -> Callable[[str, dict[str, str]], set[Any]]:
    """Return what posts a form five times at once, from five tabs, and gives the addresses of the pages that they got."""
    tabs = [sign_in(universe.officer) for _ in range(CLICKS)]

    def click(tab: Client, address: str, fields: dict[str, str]) -> Any:
        try:
            headers = tab.post(address, fields).headers
            return headers.get("Location") or headers.get("Content-Location")
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


def test_saving_and_showing_at_one_desk_wait_for_each_other(
    sign_in: Callable[..., Client], desk: Desk, universe: Universe
) -> None:
    first = claim.begun(universe.officer)
    second = cases.begin(
        case=first.case, procedure="child-allowance-change", by=universe.officer, at=claim.NOW
    )
    tabs = [seated(sign_in(universe.officer), desk) for _ in range(3)]

    def work(tab: Client) -> list[int]:
        try:
            return [step(tab, turn) for turn in range(25)]
        finally:
            connection.close()

    def step(tab: Client, turn: int) -> int:
        if tab is tabs[0]:
            path = ("contact.phone", "event_detail")[turn % 2]
            answer = {"path": path, path: f"0235-00-{turn:04}"}
            return tab.post(f"/counter/applications/{first.pk}/answers/", answer).status_code
        shown = (first, second)[(turn + tabs.index(tab)) % 2]
        return tab.post(f"/counter/applications/{shown.pk}/show/").status_code

    with ThreadPoolExecutor(len(tabs)) as pool:
        statuses = [status for done in pool.map(work, tabs) for status in done]
    assert set(statuses) == {302}
