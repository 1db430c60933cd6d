"""Whose data stand on the resident's screen: those of whoever sits in front of it, and of nobody else."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, Case
from machimado.cases.applications.permissions import WrongState
from machimado.cases.applications.tests import claim
from machimado.frontyard.counter import actions
from machimado.frontyard.counter.models import Desk
from machimado.frontyard.counter.tests.conftest import chapters, seated
from machimado.frontyard.counter.tests.test_screen import STROKES
from machimado.ground.journal.models import Entry
from machimado.ground.people.models import Officer
from tests.universe import Universe


@pytest.fixture
def earlier(universe: Universe) -> Application:
    return claim.answered(universe.officer)


@pytest.fixture
def here(universe: Universe, desk: Desk) -> Application:
    """Return the application of whoever sits at the desk now, shown on its screen."""
    application = claim.answered(universe.officer, claim.a_resident(2, "鈴木　花", "スズキ　ハナ"))
    actions.show(desk=desk, application=application, at=timezone.now())
    return application


def shown(desk: Desk) -> Application | None:
    desk.refresh_from_db()
    return desk.shown


def address(application: Application, step: str = "") -> str:
    return f"/counter/applications/{application.pk}/{step}"


def test_an_earlier_residents_page_loaded_again_stays_the_officers(
    at_desk: Client, desk: Desk, earlier: Application, here: Application
) -> None:
    page = at_desk.get(address(earlier)).content.decode()
    assert shown(desk) == here
    assert "別の受付の申請が出ています" in page


def test_an_answer_that_is_sent_late_takes_nobodys_screen(
    at_desk: Client, desk: Desk, earlier: Application, here: Application
) -> None:
    fields = {"path": "contact.phone", "contact.phone": "0235-00-0009"}
    at_desk.post(address(earlier, "answers/"), fields, headers={"HX-Request": "true"})
    assert shown(desk) == here
    earlier.refresh_from_db()
    assert earlier.answers["contact"]["phone"] == "0235-00-0009"


@pytest.mark.parametrize("step", ["show/", "review/"])
def test_the_officer_can_say_whose_it_is(
    at_desk: Client, desk: Desk, earlier: Application, here: Application, step: str
) -> None:
    at_desk.post(address(earlier, step))
    assert shown(desk) == earlier


def test_an_ended_case_is_on_no_screen_wherever_it_was_ended(
    sign_in: Callable[[Officer], Client], universe: Universe, desk: Desk, tablet: Client, here: Application
) -> None:
    sign_in(universe.colleague).post(f"/counter/cases/{here.case_id}/close/", {"unsent": "withdraw"})
    assert shown(desk) is None
    assert tablet.get("/screen/now/").context["phase"] == "waiting"


def test_a_case_that_reception_ended_is_on_no_screen_and_cannot_be_signed(
    desk: Desk, tablet: Client, universe: Universe, here: Application
) -> None:
    cases.to_review(application=here, by=universe.officer, at=claim.NOW)
    here.refresh_from_db()
    desk.refresh_from_db()
    cases.close(case=here.case, by=universe.officer, at=claim.NOW)
    assert tablet.get("/screen/").context["phase"] == "waiting"
    sign(tablet, desk, here.revision)
    here.refresh_from_db()
    assert here.state == "review"


def test_an_ended_case_is_not_put_on_the_screen_again(
    at_desk: Client, desk: Desk, universe: Universe, earlier: Application
) -> None:
    cases.close(case=earlier.case, by=universe.officer, at=claim.NOW)
    at_desk.get(address(earlier))
    at_desk.post(address(earlier, "show/"))
    assert shown(desk) is None


def test_ending_another_case_leaves_the_screen_alone(
    at_desk: Client, desk: Desk, earlier: Application, here: Application
) -> None:
    at_desk.post(f"/counter/cases/{earlier.case_id}/close/", {"unsent": "withdraw"})
    assert shown(desk) == here


def test_whoever_is_next_finds_nothing_of_the_one_before(
    at_desk: Client, desk: Desk, tablet: Client, here: Application
) -> None:
    another = claim.a_resident(3, "高橋　誠", "タカハシ　マコト")
    at_desk.post(f"/counter/open/{another.pk}/")
    assert shown(desk) is None
    assert tablet.get("/screen/now/").context["phase"] == "waiting"


def test_whoever_is_opened_again_stays_on_the_screen(at_desk: Client, desk: Desk, universe: Universe) -> None:
    resident = claim.a_resident()
    case = at_desk.post(f"/counter/open/{resident.pk}/").headers["Location"]
    at_desk.post(f"{case}begin/", {"procedure": claim.CLAIM})
    at_desk.post(f"/counter/open/{resident.pk}/")
    assert shown(desk) == Application.objects.get()


@pytest.mark.parametrize("source", ["record", "index"])
def test_an_agent_reads_what_was_said_and_not_what_the_register_told(
    desk: Desk, tablet: Client, here: Application, source: str
) -> None:
    known = {path: {**kept, "source": source} for path, kept in here.sources.items() if "birth_date" in path}
    Application.objects.filter(pk=here.pk).update(sources={**here.sources, **known}, state="review")
    assert "平成4年8月14日" in chapters(tablet)
    Application.objects.filter(pk=here.pk).update(answers={**here.answers, "applicant": {"role": "agent"}})
    assert "平成4年8月14日" not in chapters(tablet)
    assert "登録されているとおり" in chapters(tablet)
    assert here.answers["contact"]["phone"] in chapters(tablet)


def sign(tablet: Client, desk: Desk, revision: object) -> None:
    tablet.post("/screen/sign/", {"showing": desk.showing, "strokes": STROKES, "revision": revision})


@pytest.mark.parametrize("behind", [1, 99, "", "x", "９"])
def test_a_signature_under_answers_that_were_not_on_the_screen_is_not_taken(
    desk: Desk, tablet: Client, universe: Universe, here: Application, behind: object
) -> None:
    cases.to_review(application=here, by=universe.officer, at=claim.NOW)
    desk.refresh_from_db()
    here.refresh_from_db()
    sign(tablet, desk, here.revision - behind if isinstance(behind, int) else behind)
    here.refresh_from_db()
    assert here.state == "review"
    with pytest.raises(WrongState):
        cases.sign(application=here, signature=claim.SIGNATURE, by=None, at=claim.NOW, revision=0)


def test_what_a_tablet_or_a_page_makes_up_is_not_kept(
    desk: Desk, tablet: Client, at_desk: Client, universe: Universe, here: Application
) -> None:
    made_up = "123456789018\0"
    at_desk.post(address(here, "answers/"), {"path": made_up}, headers={"HX-Request": "true"})
    cases.to_review(application=here, by=universe.officer, at=claim.NOW)
    desk.refresh_from_db()
    tablet.post("/screen/wrong/", {"showing": desk.showing, "section": made_up})
    desk.refresh_from_db()
    assert (desk.question, desk.objection) == ("", "")
    here.refresh_from_db()
    assert here.state == "interview"


def test_what_a_screen_shows_leaves_a_line(desk: Desk, universe: Universe, earlier: Application) -> None:
    actions.show(desk=desk, application=earlier, at=timezone.now(), by=universe.officer)
    actions.show(
        desk=desk, application=earlier, at=timezone.now(), by=universe.officer, question="contact.phone"
    )
    line = Entry.objects.get(action="screen.shown")
    assert (line.actor, line.case) == (str(universe.officer.pk), str(earlier.case_id))
    assert line.subject == str(earlier.case.resident_id)


# --- a case that is not there, has ended, or is another office's --------------------------------------------------


@pytest.mark.parametrize("named", ["x", "\0", "5" * 5000, "00000000-0000-0000-0000-000000000000"])
def test_somebody_is_found_for_a_case_that_is_not_there(
    at_desk: Client, universe: Universe, named: str
) -> None:
    resident = claim.a_resident()
    assert at_desk.post(f"/counter/open/{resident.pk}/", {"case": named}).status_code == 404
    assert not Case.objects.exists()


def test_somebody_is_found_for_a_case_of_another_office(
    sign_in: Callable[[Officer], Client], universe: Universe, desk: Desk, earlier: Application
) -> None:
    client = sign_in(universe.outsider)
    answer = client.post(f"/counter/open/{earlier.case.resident_id}/", {"case": str(earlier.case_id)})
    assert answer.status_code == 403


def test_the_back_button_begins_nothing_in_a_case_that_has_ended(
    at_desk: Client, universe: Universe, earlier: Application
) -> None:
    case = earlier.case
    cases.cancel(application=earlier, by=universe.officer, at=claim.NOW)
    cases.close(case=case, by=universe.officer, at=claim.NOW)
    resident = claim.a_resident(3, "鈴木　花", "スズキ　ハナ")
    found = at_desk.post(f"/counter/open/{resident.pk}/", {"case": str(case.pk)}, follow=True)
    assert "は終わっています。新しく受け付けてください。" in found.content.decode()
    case.refresh_from_db()
    assert case.resident_id != resident.pk
    begun = at_desk.post(f"/counter/cases/{case.pk}/begin/", {"procedure": claim.CLAIM}, follow=True)
    assert "は終わっています。新しく受け付けてください。" in begun.content.decode()
    assert Application.objects.count() == 1


def test_somebody_elses_case_says_what_to_do(
    at_desk: Client, universe: Universe, earlier: Application
) -> None:
    resident = claim.a_resident(3, "鈴木　花", "スズキ　ハナ")
    address_of = f"/counter/open/{resident.pk}/"
    page = at_desk.post(address_of, {"case": str(earlier.case_id)}, follow=True).content.decode()
    assert "この受付では別の方の申請が進んでいます。" in page


def test_a_correction_goes_on_with_the_case(desk: Desk, universe: Universe, at_desk: Client) -> None:
    sent = claim.signed(universe.officer)
    cases.submit(application=sent, by=universe.officer, at=claim.NOW)
    cases.close(case=sent.case, by=universe.officer, at=claim.NOW)
    cases.correct(application=sent, by=universe.officer, at=timezone.now())
    at_desk.get(address(sent))
    assert shown(desk) == sent


def test_another_desk_of_the_office_shows_it_to_nobody_else(
    sign_in: Callable[[Officer], Client], universe: Universe, desk: Desk, here: Application
) -> None:
    other = Desk.objects.get(office=universe.branch, number=2)
    client = seated(sign_in(universe.colleague), other)
    client.get(address(here))
    assert (shown(desk), shown(other)) in [(here, None), (None, here)]
