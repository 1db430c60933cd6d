"""From hand to hand: by the code, at any question, and nothing is lost."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import RESUMPTIONS, Application, Case, Channel, Resumption, Turn
from machimado.cases.applications.tests import claim
from machimado.cases.register import actions as register
from machimado.cases.register.models import Resident
from machimado.cases.register.tests.people import CoreInMemory, memory, person
from machimado.frontyard.selfservice.rules import walk
from machimado.frontyard.selfservice.tests.conftest import PROCEDURE, begun
from machimado.frontyard.selfservice.tests.filling import page, send
from machimado.frontyard.selfservice.tests.test_alone import answer_all, sign
from machimado.ground import systems
from tests.universe import Universe

__all__ = ["memory"]

pytestmark = pytest.mark.django_db


def code_of(application: Application) -> str:
    return cases.code_of(RESUMPTIONS.get(application.pk))


def test_the_code_lets_another_browser_go_on_where_the_first_was(
    phone: Client, application: Application
) -> None:
    send(phone, application, "applicant.role", **{"applicant.role": "self"})
    page(phone, application, "resident.name")
    other = Client()
    typed = code_of(application).lower().replace("-", "　")
    answer = other.post("/apply/resume/", {"code": typed}, follow=True)
    assert answer.context["stop"].place == "resident.name"


def test_without_the_code_nobody_gets_in(application: Application) -> None:
    stranger = Client()
    for way in ("", "q/resident.name/", "check/", "state/", "leave/", "waiting/", "sign/"):
        answer = stranger.get(f"/apply/a/{application.pk}/{way}")
        assert answer["Location"] == "/apply/resume/"
    sent = stranger.post(f"/apply/a/{application.pk}/q/scope/", {"scope": "household"})
    assert sent.status_code == 403
    application.refresh_from_db()
    assert "scope" not in application.answers


def test_the_cookie_of_one_application_opens_no_other(phone: Client, application: Application) -> None:
    cookie = phone.cookies["machimado_apply"]
    assert cookie["path"] == f"/apply/a/{application.pk}/"
    other = begun(Client())
    thief = Client()
    thief.cookies["machimado_apply"] = cookie.value
    assert thief.get(f"/apply/a/{other.pk}/")["Location"] == "/apply/resume/"


@pytest.mark.parametrize("code", ["", "AAAA-AAAA-AAAA", "K7QM-2TXB-9RC", "１２３", "<script>", "x" * 5000])
def test_a_wrong_code_is_told_what_to_do_and_let_in_nowhere(phone: Client, code: str) -> None:
    answer = phone.post("/apply/resume/", {"code": code})
    assert answer.status_code == 422
    assert "再開コード" in answer.content.decode()
    assert "machimado_apply" not in answer.cookies


def test_whoever_guesses_has_to_wait(phone: Client, application: Application) -> None:
    for _ in range(10):
        phone.post("/apply/resume/", {"code": "AAAA-AAAA-AAAA"})
    assert phone.post("/apply/resume/", {"code": code_of(application)}).status_code == 429


def test_opening_the_qr_codes_address_changes_nothing_by_itself(application: Application) -> None:
    visitor = Client()
    shown = visitor.get(f"/r/{code_of(application)}/", follow=True)
    assert shown.status_code == 200
    assert "続きから始めますか" in shown.content.decode()
    assert "machimado_apply" not in visitor.cookies


def test_a_new_code_puts_everybody_else_out(phone: Client, application: Application) -> None:
    old = code_of(application)
    second = Client()
    second.post("/apply/resume/", {"code": old})
    phone.post(f"/apply/a/{application.pk}/new-code/")
    assert second.get(f"/apply/a/{application.pk}/")["Location"] == "/apply/resume/"
    assert phone.get(f"/apply/a/{application.pk}/leave/").status_code == 200
    assert Client().post("/apply/resume/", {"code": old}).status_code == 422


def test_two_who_go_on_with_one_are_told_and_nothing_is_overwritten(
    phone: Client, application: Application
) -> None:
    second = Client()
    second.post("/apply/resume/", {"code": code_of(application)})
    stale = second.get(f"/apply/a/{application.pk}/q/contact.phone/").context
    send(phone, application, "contact.phone", **{"contact.phone": "090-1111-2222"})
    held = {"revision": str(stale["application"].revision), "page": stale["page_key"]}
    answer = second.post(
        f"/apply/a/{application.pk}/q/contact.phone/", {**held, "contact.phone": "080-3333-4444"}
    )
    assert answer.status_code == 422
    assert "別の画面で同じ項目が変更されています" in answer.content.decode()
    application.refresh_from_db()
    assert application.answers["contact"]["phone"] == "090-1111-2222"


def test_what_was_left_too_long_says_so_and_is_deleted(phone: Client, application: Application) -> None:
    code = code_of(application)
    Resumption.objects.update(valid_until=timezone.now() - timedelta(days=1))
    answer = Client().post("/apply/resume/", {"code": code})
    assert "期限" in answer.content.decode()
    assert phone.get(f"/apply/a/{application.pk}/")["Location"] == "/apply/resume/"
    assert cases.forget_drafts(at=timezone.now()) == 1
    assert not Application.objects.exists()
    assert not Case.objects.exists()


def test_what_has_arrived_is_not_deleted(application: Application) -> None:
    Application.objects.update(state="signed")
    Resumption.objects.update(valid_until=timezone.now() - timedelta(days=1))
    assert cases.forget_drafts(at=timezone.now()) == 0
    assert Application.objects.exists()


def test_an_officer_scans_the_code_and_goes_on_with_the_same_case(
    phone: Client, application: Application, at_counter: Client, universe: Universe
) -> None:
    send(phone, application, "contact.phone", **{"contact.phone": "090-1111-2222"})
    scanned = f"http://testserver/r/{code_of(application)}/"
    assert "続きを引き受ける" in at_counter.get("/counter/search/", {"q": scanned}).content.decode()
    assert at_counter.get(f"/r/{code_of(application)}/", follow=True).context["brought"].answered == 1
    at_counter.post(f"/counter/code/{code_of(application)}/take-over/")
    application.refresh_from_db()
    assert (application.turn, application.channel) == (Turn.OFFICER, Channel.COUNTER)
    assert application.case.office_id == universe.officer.office_id
    assert application.case.number == 1
    assert application.case.officer_id == universe.officer.pk
    assert application.answers["contact"]["phone"] == "090-1111-2222"
    assert "職員が続きを進めています" in page(phone, application).content.decode()


def test_whoever_brings_what_they_have_signed_at_home_need_not_sign_again(
    phone: Client, application: Application, universe: Universe
) -> None:
    """By the code at a desk, as from the list of what has arrived: nothing more is asked that would open it again."""
    answer_all(phone, application)
    sign(phone, application)
    application.refresh_from_db()
    at = application.begun_at
    taken = cases.take_over(application=application, by=universe.officer, at=at)
    assert (taken.state, taken.channel) == ("signed", Channel.WEB)
    case = Case.objects.get(pk=application.case_id)
    assert (case.office_id, case.number) == (universe.officer.office_id, 1)
    cases.identify(case=case, resident=claim.a_resident(), by=universe.officer, at=at)
    sent = cases.submit(application=Application.objects.get(pk=application.pk), by=universe.officer, at=at)
    assert sent.state == "submitted"


def test_five_scans_take_it_over_once(application: Application, at_counter: Client) -> None:
    for _ in range(5):
        at_counter.post(f"/counter/code/{code_of(application)}/take-over/")
    assert Case.objects.get().number == 1


def test_what_was_typed_when_the_officer_took_over_is_kept(
    phone: Client, application: Application, universe: Universe
) -> None:
    shown = phone.get(f"/apply/a/{application.pk}/q/contact.phone/").context
    cases.take_over(application=application, by=universe.officer, at=timezone.now())
    held = {"revision": str(shown["application"].revision), "page": shown["page_key"]}
    answer = phone.post(
        f"/apply/a/{application.pk}/q/contact.phone/", {**held, "contact.phone": "090-1111-2222"}
    )
    assert answer.status_code == 302
    application.refresh_from_db()
    assert application.answers["contact"]["phone"] == "090-1111-2222"


def test_a_resident_gives_up_with_what_stands_on_the_page_and_may_think_again(
    phone: Client, application: Application, at_counter: Client, universe: Universe
) -> None:
    Case.objects.update(office=universe.branch)
    fields = {"contact.phone": "090-1111-2222", "hand": "1"}
    assert send(phone, application, "contact.phone", **fields).url.endswith("/waiting/")
    application.refresh_from_db()
    assert application.turn == Turn.OFFICER
    assert application.answers["contact"]["phone"] == "090-1111-2222"
    assert [one.id for one in at_counter.get("/counter/").context["arrived"]] == [application.pk]
    phone.post(f"/apply/a/{application.pk}/alone/")
    application.refresh_from_db()
    assert application.turn == Turn.RESIDENT
    assert at_counter.get("/counter/").context["arrived"] == []


def test_what_an_officer_goes_on_with_is_not_taken_back(
    phone: Client, application: Application, universe: Universe
) -> None:
    cases.take_over(application=application, by=universe.officer, at=timezone.now())
    assert phone.post(f"/apply/a/{application.pk}/alone/")["Location"].endswith("/waiting/")
    application.refresh_from_db()
    assert application.turn == Turn.OFFICER


def test_an_officer_hands_back_what_was_begun_at_the_counter(at_counter: Client, universe: Universe) -> None:
    application = claim.begun(universe.officer)
    shown = at_counter.post(f"/counter/applications/{application.pk}/hand-back/", follow=True)
    code = shown.context["code"]
    application.refresh_from_db()
    assert application.turn == Turn.RESIDENT
    phone = Client()
    phone.post("/apply/resume/", {"code": code})
    assert page(phone, application).status_code == 200
    at_counter.post(f"/counter/applications/{application.pk}/take-back/")
    application.refresh_from_db()
    assert application.turn == Turn.OFFICER


def test_whoever_goes_on_alone_does_not_say_what_documents_they_have_shown(
    phone: Client, application: Application, universe: Universe, at_counter: Client
) -> None:
    """That is for an officer to see; what an officer has seen is kept for whoever takes it up again."""
    cases.take_over(application=application, by=universe.officer, at=timezone.now())
    application.refresh_from_db()
    number = application.case.number
    cases.hand_back(application=application, by=universe.officer, at=timezone.now())
    places = [stop.place for stop in walk.walk(page(phone, application).context["sheet"])]
    assert "identity.documents" not in places
    assert "resident.name" in places
    application.refresh_from_db()
    # They stand here: the case stays the officer's, with its number.
    assert (application.channel, application.case.number) == (Channel.WEB, number)
    assert application.case.officer_id == universe.officer.pk
    at_counter.post(f"/counter/applications/{application.pk}/take-back/")
    application.refresh_from_db()
    assert application.channel == Channel.COUNTER


def test_what_the_register_told_is_not_told_to_whoever_has_the_code(universe: Universe) -> None:
    application = claim.begun(universe.officer)
    application.answers = {"resident": {"birth_date": "1992-08-14"}}
    application.sources = {"resident.birth_date": {"source": "record", "revision": 0}}
    application.save()
    resumption = cases.hand_back(application=application, by=universe.officer, at=timezone.now())
    phone = Client()
    phone.post("/apply/resume/", {"code": cases.code_of(resumption)})
    for way in ("q/resident.birth_date/", "check/"):
        shown = phone.get(f"/apply/a/{application.pk}/{way}").content.decode()
        assert "登録されているとおり" in shown
        assert "1992" not in shown
        assert "平成4年" not in shown
    # Going on from that page with its fields left alone changes nothing.
    send(phone, application, "resident.birth_date", **{"resident.birth_date.year": ""})
    application.refresh_from_db()
    assert application.answers["resident"]["birth_date"] == "1992-08-14"


def test_what_nobody_is_behind_is_not_sent(application: Application, universe: Universe) -> None:
    Application.objects.update(state="signed")
    application.refresh_from_db()
    with pytest.raises(cases.NotReady, match="どなたの申請か"):
        cases.submit(application=application, by=universe.officer, at=timezone.now())


def test_an_address_that_begins_one_after_the_other_has_to_wait(phone: Client, settings: object) -> None:
    answers = [phone.post(f"/apply/{PROCEDURE}/begin/", {"key": str(uuid4())}).status_code for _ in range(62)]
    assert answers[:60] == [302] * 60
    assert answers[-1] == 429


def test_it_speaks_the_language_that_was_chosen(phone: Client, application: Application) -> None:
    phone.post(f"/apply/a/{application.pk}/language/", {"language": "en"})
    assert 'lang="en"' in page(phone, application, "resident.name").content.decode()
    assert RESUMPTIONS.get(application.pk).language == "en"


@pytest.mark.parametrize("is_away", [False, True])
def test_of_what_was_signed_at_home_the_counter_says_whether_the_record_was_read(
    phone: Client, application: Application, at_counter: Client, memory: CoreInMemory, *, is_away: bool
) -> None:
    memory.put(person(1, "見本 花子", "ミホン　ハナコ", birth_date="1958-05-06"))
    register.import_all()
    answer_all(phone, application)
    sign(phone, application)
    at_counter.post(f"/counter/code/{code_of(application)}/take-over/")
    memory.failure = (
        systems.Unreachable("基幹システムにつながりません。", cause="ConnectError") if is_away else None
    )
    hanako = Resident.objects.get()
    known = at_counter.post(f"/counter/open/{hanako.pk}/", {"case": str(application.case_id)}, follow=True)
    shown = known.content.decode()
    application.refresh_from_db()
    assert application.state == "signed"
    assert ("住民記録を読めないまま" in shown) is is_away
    assert ("読取り" in shown) is not is_away
    assert (application.record_read_at is None) is is_away
    assert ("住民記録と比べる" in shown) is is_away


def test_what_was_signed_while_the_core_was_away_is_compared_once_it_answers(
    phone: Client, application: Application, at_counter: Client, memory: CoreInMemory
) -> None:
    memory.put(person(1, "見本 花子", "ミホン　ハナエ", birth_date="1958-05-06"))
    register.import_all()
    answer_all(phone, application)
    sign(phone, application)
    at_counter.post(f"/counter/code/{code_of(application)}/take-over/")
    memory.failure = systems.Unreachable("基幹システムにつながりません。", cause="ConnectError")
    at_counter.post(f"/counter/open/{Resident.objects.get().pk}/", {"case": str(application.case_id)})
    step = f"/counter/applications/{application.pk}/fill-in/"
    assert "基幹システムにつながりません" in at_counter.post(step, follow=True).content.decode()
    memory.failure = None
    application.refresh_from_db()
    answers = application.answers
    shown = at_counter.post(step, follow=True).content.decode()
    application.refresh_from_db()
    assert "住民記録と比べる" not in shown
    assert "読取り" in shown
    assert "住民記録では「見本　花子（ミホン　ハナエ）」です。" in shown
    # What was signed stays as it was signed.
    assert (application.state, application.answers) == ("signed", answers)
