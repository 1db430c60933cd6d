"""Somebody who is in no register yet: whoever moves in."""

from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, Case, Lane
from machimado.cases.applications.tests import claim
from tests.universe import Universe


def welcomed(client: Client, **fields: str) -> Case:
    answer = client.post("/counter/newcomer/", {"key": str(uuid4()), **fields})
    assert answer.status_code == 302
    return Case.objects.latest("opened_date", "number")


def test_a_case_without_a_resident_offers_what_needs_no_register(at_desk: Client) -> None:
    case = welcomed(at_desk)
    page = at_desk.get(f"/counter/cases/{case.pk}/")
    assert case.newcomer
    assert {choice.id for choice in page.context["choices"]} >= {"move-in"}
    assert "seal-certificate" not in {choice.id for choice in page.context["choices"]}
    assert "住民記録にない方" in page.content.decode()


def test_the_notification_of_moving_in_begins_with_nothing_known(at_desk: Client) -> None:
    case = welcomed(at_desk)
    begun = at_desk.post(f"/counter/cases/{case.pk}/begin/", {"procedure": "move-in"})
    assert begun.status_code == 200
    application = Application.objects.get()
    assert application.sources == {}
    assert application.record_read_at is None
    assert "検索用の控え" not in begun.content.decode()


@pytest.mark.parametrize("procedure", ["seal-certificate", "child-allowance-end", "nothing"])
def test_what_needs_a_resident_is_not_begun(at_desk: Client, procedure: str) -> None:
    case = welcomed(at_desk)
    answer = at_desk.post(f"/counter/cases/{case.pk}/begin/", {"procedure": procedure})
    assert answer.status_code == 302
    assert not Application.objects.exists()


def test_five_clicks_open_one_case(at_desk: Client) -> None:
    key = str(uuid4())
    for _ in range(5):
        at_desk.post("/counter/newcomer/", {"key": key})
    assert Case.objects.count() == 1


def test_whoever_waited_is_welcomed_in_the_own_case(at_desk: Client, universe: Universe) -> None:
    waiting = cases.open_case(office=universe.branch, lane=Lane.WITH_HELP, by=universe.officer, at=claim.NOW)
    at_desk.post("/counter/newcomer/", {"case": str(waiting.pk)})
    waiting.refresh_from_db()
    assert waiting.newcomer
    assert waiting.officer_id == universe.officer.pk
    assert at_desk.get("/counter/").status_code == 200


def test_the_case_of_a_resident_is_not_made_a_newcomers(at_desk: Client, universe: Universe) -> None:
    case = claim.begun(universe.officer).case
    answer = at_desk.post("/counter/newcomer/", {"case": str(case.pk)})
    case.refresh_from_db()
    assert not case.newcomer
    assert "住民の方のもの" in " ".join(map(str, get_messages(answer.wsgi_request)))


def test_who_turns_out_to_be_registered_is_chosen_after_all(at_desk: Client) -> None:
    case, resident = welcomed(at_desk), claim.a_resident()
    at_desk.post(f"/counter/open/{resident.pk}/", {"case": str(case.pk)})
    case.refresh_from_db()
    assert (case.resident_id, case.newcomer) == (resident.pk, False)


def test_once_something_has_begun_it_stays_a_newcomers(at_desk: Client) -> None:
    case, resident = welcomed(at_desk), claim.a_resident()
    at_desk.post(f"/counter/cases/{case.pk}/begin/", {"procedure": "move-in"})
    at_desk.post(f"/counter/open/{resident.pk}/", {"case": str(case.pk)})
    case.refresh_from_db()
    assert case.newcomer


def test_another_office_s_case_is_not_opened(at_desk: Client, universe: Universe) -> None:
    theirs = cases.open_case(office=universe.outpost, lane=Lane.WITH_HELP, by=universe.outsider, at=claim.NOW)
    assert at_desk.post("/counter/newcomer/", {"case": str(theirs.pk)}).status_code == 403
    assert at_desk.post("/counter/newcomer/", {"case": "x"}).status_code == 404
