"""A person under protection (支援措置) at the counter: the address is neither shown nor asked, and goes through all the same."""

import pytest
from django.test import Client
from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, Lane
from machimado.cases.applications.tests import claim
from machimado.cases.register.actions import Record
from machimado.cases.register.models import Resident
from machimado.frontyard.counter import actions
from machimado.frontyard.counter.models import Desk
from machimado.frontyard.counter.tests.conftest import chapters
from machimado.ground.people.models import Officer
from tests.universe import Universe

TOWN = "川上下名"
WITHHELD = {"withheld": "restricted"}
RECORD = {
    "resident_number": "000000000000001",
    "name": {"text": "佐藤　健太", "kana": "サトウ　ケンタ"},
    "birth_date": "1992-08-14",
    "sex": "1",
    "restricted": True,
    "address": {"prefecture": "白嶺県", "city": "雪見市", "town": TOWN, "block": "1番"},
}


@pytest.fixture
def application(universe: Universe) -> Application:
    """Return a claim of somebody under protection, begun with the core's record."""
    resident = claim.a_resident()
    Resident.objects.update(restricted=True, shielded=True)
    resident.refresh_from_db()
    case = cases.open_case(office=universe.branch, lane=Lane.WITH_HELP, by=universe.officer, at=claim.NOW)
    case = cases.identify(case=case, resident=resident, by=universe.officer, at=claim.NOW)
    record = Record(resident, claim.NOW, RECORD, is_complete=True)
    return cases.begin(
        case=case, procedure=claim.CLAIM, by=universe.officer, at=claim.NOW, resident_record=record
    )


@pytest.fixture
def opened(at_desk: Client, application: Application) -> Client:
    """Return the browser of the officer who has said why the record is opened."""
    at_desk.post(f"/counter/cases/{application.case_id}/", {"reason": "本人が来庁"})
    return at_desk


def page(client: Client, application: Application) -> str:
    return client.get(f"/counter/applications/{application.pk}/").content.decode()


def test_the_address_is_withheld_and_not_asked(opened: Client, application: Application) -> None:
    shown = page(opened, application)
    assert application.answers["resident"]["address"] == WITHHELD
    assert TOWN not in shown
    assert "支援措置のため、住所は表示せず、伺いません" in shown
    assert 'name="resident.address.town"' not in shown
    assert 'name="spouse.address.town"' not in shown


def answer(application: Application, by: Officer) -> None:
    """Answer everything but the address, and hand it to the resident to check."""
    raw = {path: value for path, value in claim.answers().items() if path != "resident.address"}
    cases.save_answers(application=application, raw=raw, by=by, at=claim.NOW)
    cases.to_review(application=application, by=by, at=claim.NOW)


def test_the_residents_screen_says_that_it_is_not_shown(
    universe: Universe, application: Application, desk: Desk, tablet: Client
) -> None:
    answer(application, universe.officer)
    actions.show(desk=desk, application=application, at=timezone.now())
    review = chapters(tablet)
    assert "佐藤　健太" in review
    assert "表示しません（登録されている住所で手続きします）" in review
    assert TOWN not in review


def test_the_form_on_paper_says_that_it_is_left_out(opened: Client, application: Application) -> None:
    paper = opened.get(f"/counter/applications/{application.pk}/paper/")
    assert paper.headers["Content-Type"] == "application/pdf"


def test_the_core_is_told_to_go_by_its_own(universe: Universe, application: Application) -> None:
    answer(application, universe.officer)
    cases.sign(application=application, signature=claim.SIGNATURE, by=None, at=claim.NOW)
    sent = cases.submit(application=application, by=universe.officer, at=claim.NOW)
    payload = sent.submissions.get().payload
    assert payload["claimant_address"] == WITHHELD
    assert TOWN not in str(payload)


def test_a_page_cannot_put_another_address_in_its_place(opened: Client, application: Application) -> None:
    posted = {
        "path": "resident.address",
        "resident.address.withheld": "",
        "resident.address.town": "大字沢口",
    }
    opened.post(f"/counter/applications/{application.pk}/answers/", posted, headers={"HX-Request": "true"})
    application.refresh_from_db()
    assert application.answers["resident"]["address"] == WITHHELD
