"""What the register says of somebody decides what the counter offers: nobody moves in who lives here, nobody who died marries."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, Case, Lane
from machimado.cases.applications.tests import claim
from machimado.cases.register.models import Status
from tests.universe import Universe

pytestmark = pytest.mark.django_db


def case_of(universe: Universe, status: Status) -> Case:
    resident = claim.a_resident()
    resident.status = status
    resident.save(update_fields=["status"])
    case = cases.open_case(office=universe.branch, lane=Lane.WITH_HELP, by=universe.officer, at=claim.NOW)
    cases.identify(case=case, resident=resident, by=universe.officer, at=claim.NOW)
    return case


def offered(client: Client, case: Case) -> set[str]:
    page = client.get(f"/counter/cases/{case.pk}/").context
    return {one.id for one in (*page["choices"], *page["events"])}


def test_whoever_lives_here_is_not_offered_to_move_in(at_desk: Client, universe: Universe) -> None:
    found = offered(at_desk, case_of(universe, Status.RESIDENT))
    assert found >= {"moving-out", "moving-within", "death", "residence-certificate"}
    assert not found & {"moving-in", "move-in"}


def test_for_the_dead_only_what_is_done_for_them(at_desk: Client, universe: Universe) -> None:
    case = case_of(universe, Status.DECEASED)
    found = offered(at_desk, case)
    assert found >= {"death", "care-loss", "seal-abolition"}
    assert not found & {"birth", "marriage", "seal-certificate", "residence-certificate"}
    assert "亡くなった方です" in at_desk.get(f"/counter/cases/{case.pk}/").content.decode()


def test_whoever_moved_away_can_move_in_again(at_desk: Client, universe: Universe) -> None:
    case = case_of(universe, Status.MOVED_OUT)
    found = offered(at_desk, case)
    assert found >= {"moving-in", "tax-certificate"}
    assert not found & {"moving-out", "seal-certificate"}
    assert "市外へ転出した方です" in at_desk.get(f"/counter/cases/{case.pk}/").content.decode()


def test_what_is_not_meant_for_them_is_refused_with_the_reason(at_desk: Client, universe: Universe) -> None:
    case = case_of(universe, Status.DECEASED)
    answer = at_desk.post(f"/counter/cases/{case.pk}/begin/", {"procedure": "seal-certificate"})
    assert "住民記録では亡くなった方です" in " ".join(map(str, get_messages(answer.wsgi_request)))
    assert not Application.objects.exists()


@pytest.mark.parametrize(("status", "asks"), [(Status.RESIDENT, True), (Status.DECEASED, False)])
def test_a_living_person_is_not_taken_for_the_deceased_without_a_word(
    at_desk: Client, universe: Universe, status: Status, asks: bool
) -> None:
    case = case_of(universe, status)
    page = at_desk.post(f"/counter/cases/{case.pk}/begin/", {"procedure": "death"}).content.decode()
    assert ("亡くなった方」は" in page and "間違いありませんか" in page) is asks


def test_a_newcomer_moves_in_with_everything_at_once(at_desk: Client, universe: Universe) -> None:
    case = cases.receive_newcomer(by=universe.officer, at=claim.NOW)
    assert "moving-in" in offered(at_desk, case)


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("国保", "national-health-join"),
        ("こくほ", "national-health-join"),
        ("引っ越し", "moving-out"),
        ("おくやみ", "death"),
    ],
)
def test_what_people_call_it_finds_it(at_desk: Client, universe: Universe, word: str, found: str) -> None:
    page = at_desk.get(f"/counter/cases/{case_of(universe, Status.RESIDENT).pk}/").context
    words = {one.id: one.words for one in (*page["choices"], *page["events"])}
    assert word in words[found]


def test_when_nothing_is_left_for_today_the_guidance_ends_it(at_desk: Client, universe: Universe) -> None:
    case = case_of(universe, Status.DECEASED)
    at_desk.post(f"/counter/cases/{case.pk}/begin/", {"procedure": "death"})
    page = at_desk.get(f"/counter/applications/{Application.objects.get().pk}/").content.decode()
    assert "はじめの質問が、あと" in page
    assert "この 0 件" not in page
