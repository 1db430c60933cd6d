"""A newer version of a procedure comes into force while drafts of the older one are open: said calmly, nothing lost, nothing doubled."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, Submission
from machimado.cases.applications.permissions import RUNNING
from machimado.cases.applications.tests import claim
from machimado.cases.procedures import catalogue
from machimado.frontyard.counter.models import Desk
from machimado.frontyard.counter.tests.conftest import seated
from machimado.ground.journal.models import Entry
from tests.second_version import NEW_QUESTION, SAYS, copy_city, put_beside, restart
from tests.universe import Universe


@pytest.fixture
def city(tmp_path: Path, settings: Any) -> Path:
    """Return a city folder of this test's own."""
    settings.CITY_FOLDER = copy_city(tmp_path, claim.CLAIM)
    restart()
    return tmp_path / "city"


def install(city: Path) -> None:
    """Put a second version beside the first: one question more, another name of a field for the core; start anew."""
    put_beside(city, claim.CLAIM, ("- {to: claimant_name, from", "- {to: claimant_full_name, from"))
    assert [form.version for form in catalogue.Catalogue.of_city(city).versions(claim.CLAIM)] == [1, 2]
    restart()


def page_of(client: Client, application: Application) -> str:
    return client.get(f"/counter/applications/{application.pk}/").content.decode()


def renew(client: Client, application: Application) -> Application:
    led = client.post(f"/counter/applications/{application.pk}/renew/").headers["Location"]
    return Application.objects.get(pk=led.split("/")[-2])


def test_the_page_says_so_and_only_where_it_matters(city: Path, at_desk: Client, universe: Universe) -> None:
    draft, sent = claim.begun(universe.officer), claim.signed(universe.officer, claim.a_resident(2))
    cases.submit(application=sent, by=universe.officer, at=claim.NOW)
    assert SAYS not in page_of(at_desk, draft)
    install(city)
    assert SAYS in page_of(at_desk, draft)
    assert SAYS not in page_of(at_desk, sent)
    other = claim.begun(universe.officer, claim.a_resident(3))
    assert SAYS not in page_of(at_desk, other)
    assert NEW_QUESTION in page_of(at_desk, other)


def test_a_draft_goes_on_to_its_end_as_it_was_begun(city: Path, at_desk: Client, universe: Universe) -> None:
    draft, said = claim.begun(universe.officer), claim.answers()
    install(city)
    assert NEW_QUESTION not in page_of(at_desk, draft)
    saved = cases.save_answers(application=draft, raw=said, by=universe.officer, at=claim.NOW)
    assert not any(one.refused for one in saved)
    place = f"/counter/applications/{draft.pk}"
    at_desk.post(f"{place}/review/")
    cases.sign(application=draft, signature=claim.SIGNATURE, by=None, at=claim.NOW)
    at_desk.post(f"{place}/submit/")
    payload = Submission.objects.get().payload
    assert payload["claimant_name"] == "佐藤　健太"
    assert "claimant_full_name" not in payload
    assert at_desk.get(f"{place}/paper/").content.startswith(b"%PDF")


def test_begun_anew_it_asks_what_is_new_and_nothing_else_again(
    city: Path, at_desk: Client, universe: Universe
) -> None:
    draft = claim.answered(universe.officer)
    install(city)
    renewed = renew(at_desk, draft)
    form = cases.form_of(renewed)
    assert form.version == 2
    missing = form.evaluate(renewed.answers, today=claim.NOW.date()).missing
    # What somebody declares and signs is declared and signed once for each application.
    assert set(missing) == {"leaflet", "declaration", "signature"}
    assert renewed.answers["children"] == draft.answers["children"]
    draft.refresh_from_db()
    assert draft.state == Application.State.CANCELLED
    assert draft.answers["contact"] == renewed.answers["contact"]  # it stays to be seen, whole
    assert Entry.objects.filter(action="application.renewed", actor=str(universe.officer.pk)).count() == 1


def test_begun_anew_it_stands_on_the_residents_screen(
    city: Path, at_desk: Client, desk: Desk, universe: Universe
) -> None:
    draft = claim.answered(universe.officer)
    page_of(at_desk, draft)
    install(city)
    renewed = renew(at_desk, draft)
    desk.refresh_from_db()
    assert desk.shown == renewed


@pytest.mark.django_db(transaction=True)
def test_five_clicks_begin_one_anew(
    city: Path, sign_in: Callable[..., Client], desk: Desk, universe: Universe
) -> None:
    draft = claim.answered(universe.officer)
    install(city)
    tabs = [seated(sign_in(universe.officer), desk) for _ in range(5)]

    def click(tab: Client) -> Application:
        try:
            return renew(tab, draft)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        led = set(pool.map(click, tabs))
    assert led == {Application.objects.get(state__in=RUNNING)}
    assert Application.objects.count() == 2


def test_without_a_newer_version_nothing_is_begun_anew(
    city: Path, at_desk: Client, universe: Universe
) -> None:
    draft = claim.answered(universe.officer)
    page = at_desk.post(f"/counter/applications/{draft.pk}/renew/", follow=True).content.decode()
    assert "始め直さずに、そのまま続けてください" in page
    assert Application.objects.get() == draft


def test_what_was_sent_meanwhile_is_not_begun_anew(city: Path, at_desk: Client, universe: Universe) -> None:
    sent = claim.signed(universe.officer)
    install(city)
    cases.submit(application=sent, by=universe.officer, at=claim.NOW)
    page = at_desk.post(f"/counter/applications/{sent.pk}/renew/", follow=True).content.decode()
    assert "すでに送信済みです" in page
    assert Application.objects.get() == sent
