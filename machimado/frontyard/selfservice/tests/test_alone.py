"""A resident applies alone: one thing per page, by the same rules, to the signature."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, Case, Turn
from machimado.cases.applications.tests import attached
from machimado.frontyard.selfservice.templatetags.selfservice import date_parts
from machimado.frontyard.selfservice.tests.conftest import begun
from machimado.frontyard.selfservice.tests.filling import SIGNATURE, page, send
from machimado.ground.journal.models import Entry
from tests.universe import Universe

pytestmark = pytest.mark.django_db
ANSWERS = {
    "applicant.role": {"applicant.role": "self"},
    "resident.name": {"resident.name.text": "見本 花子", "resident.name.kana": "みほん　はなこ"},
    "resident.birth_date": {
        "resident.birth_date.era": "S",
        "resident.birth_date.year": "３３",
        "resident.birth_date.month": "5",
        "resident.birth_date.day": "6",
    },
    "resident.address": {"resident.address.postal_code": "997-0401"},
    "contact.phone": {"contact.phone": "090-1111-2222"},
    "certificate.purpose": {"certificate.purpose": ""},
    "scope": {"scope": "household"},
    "items": {},
    "certificate.copies": {"certificate.copies": "1"},
}


def answer_all(client: Client, application: Application) -> None:
    for place, fields in ANSWERS.items():
        send(client, application, place, **fields)
    send(client, application, "resident.address", **{"resident.address.block": "1-2"})


def sign(client: Client, application: Application) -> None:
    here = f"/apply/a/{application.pk}/"
    assert client.post(f"{here}check/")["Location"] == f"{here}sign/"
    shown = client.get(f"{here}sign/").context["application"].revision
    assert (
        client.post(f"{here}sign/", {"strokes": SIGNATURE, "revision": str(shown)})["Location"]
        == f"{here}state/"
    )


def test_what_can_be_done_here_is_shown_with_words_to_find_it_by(phone: Client) -> None:
    shown = phone.get("/apply/")
    assert {"death", "moving-in"} <= {one.id for one in shown.context["events"]}
    assert "residence-certificate" in {one.id for one in shown.context["offers"]}
    assert 'data-words="' in shown.content.decode()


def test_five_clicks_begin_once(phone: Client) -> None:
    for _ in range(5):
        begun_at = phone.post(
            "/apply/residence-certificate/begin/", {"key": "7f0c3a52-3c1e-4c55-9f6a-2f6d3b0a1c11"}
        )
        assert begun_at.status_code == 302
    assert Application.objects.count() == Case.objects.count() == 1


def test_what_is_begun_at_home_has_no_number_and_nobody_waits_in_the_hall(
    application: Application, at_counter: Client
) -> None:
    assert application.case.number is None
    assert application.turn == Turn.RESIDENT
    assert at_counter.get("/reception/").context["hall"].waiting == []


def test_one_question_per_page_in_its_order(phone: Client, application: Application) -> None:
    first = page(phone, application)
    assert first.context["stop"].place == "applicant.role"
    after = send(phone, application, "applicant.role", **{"applicant.role": "self"})
    assert after.url.endswith("/q/resident.name/")


def test_a_required_question_is_not_passed_by_without_a_word(phone: Client, application: Application) -> None:
    answer = send(phone, application, "scope")
    assert answer.status_code == 422
    assert "ひとつ選んでください" in answer.content.decode()


def test_what_cannot_be_read_stays_in_its_fields_with_what_to_do(
    phone: Client, application: Application
) -> None:
    wrong = {
        "resident.birth_date.era": "S",
        "resident.birth_date.year": "33",
        "resident.birth_date.month": "13",
    }
    answer = send(phone, application, "resident.birth_date", **wrong)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'value="13"' in text
    assert 'role="alert"' in text


@pytest.mark.parametrize(
    ("era", "year", "month", "day"),
    [
        ("H", "４", "１３", "１４"),
        ("S", "33", "", "6"),
        ("W", "1958", "13", "6"),
        ("R", "元", "５月", "1"),
        ("W", "", "5", "6"),
        ("T", "<b>", "5/6", "1"),
    ],
)
def test_a_date_that_cannot_be_read_comes_back_part_for_part(
    phone: Client, application: Application, era: str, year: str, month: str, day: str
) -> None:
    birth = "resident.birth_date"
    typed = {f"{birth}.era": era, f"{birth}.year": year, f"{birth}.month": month, f"{birth}.day": day}
    answer = send(phone, application, birth, **typed)
    assert answer.status_code == 422
    line = answer.context["stop"].lines[0]
    assert date_parts(line) == {"era": era, "year": year, "month": month, "day": day}


def test_a_date_is_written_in_its_parts_and_comes_back_in_them(
    phone: Client, application: Application
) -> None:
    send(phone, application, "resident.birth_date", **ANSWERS["resident.birth_date"])
    application.refresh_from_db()
    assert application.answers["resident"]["birth_date"] == "1958-05-06"
    shown = page(phone, application, "resident.birth_date").content.decode()
    assert '<option value="S" selected>' in shown


def test_a_postal_code_alone_brings_the_town_and_the_page_stays(
    phone: Client, application: Application
) -> None:
    answer = send(phone, application, "resident.address", **ANSWERS["resident.address"])
    assert answer.status_code == 422
    assert "鶴岡市" in answer.content.decode()


def test_from_the_check_one_thing_is_changed_and_the_check_comes_back(
    phone: Client, application: Application
) -> None:
    answer_all(phone, application)
    place = f"/apply/a/{application.pk}/q/scope/"
    shown = phone.get(place, {"from": "check"}).context
    held = {"revision": str(shown["application"].revision), "page": shown["page_key"], "from": "check"}
    assert (
        phone.post(place, {**held, "scope": "household"})["Location"] == f"/apply/a/{application.pk}/check/"
    )


def test_everything_is_answered_signed_and_arrives(phone: Client, application: Application) -> None:
    answer_all(phone, application)
    sign(phone, application)
    application.refresh_from_db()
    assert application.state == "signed"
    assert "市役所に届きました" in page(phone, application).content.decode()
    done = list(Entry.objects.values_list("action", flat=True))
    assert "application.signed" in done


def test_whoever_has_signed_is_told_what_to_bring_until_an_officer_has_it(
    phone: Client, application: Application, universe: Universe
) -> None:
    answer_all(phone, application)
    sign(phone, application)
    state = f"/apply/a/{application.pk}/state/"
    shown = phone.get(state).content.decode()
    assert "次のものをお持ちください" in shown
    assert "本人確認書類" in shown
    Case.objects.filter(pk=application.case_id).update(office=universe.branch)
    application.refresh_from_db()
    cases.accept(application=application, by=universe.officer, at=application.begun_at)
    assert "次のものをお持ちください" not in phone.get(state).content.decode()


def test_with_something_missing_nothing_is_signed(phone: Client, application: Application) -> None:
    answer = phone.post(f"/apply/a/{application.pk}/check/")
    assert answer.status_code == 422
    application.refresh_from_db()
    assert application.state == "interview"


def test_whoever_cannot_draw_types_the_name(phone: Client, application: Application) -> None:
    answer_all(phone, application)
    here = f"/apply/a/{application.pk}/"
    phone.post(f"{here}check/")
    revision = str(phone.get(f"{here}sign/").context["application"].revision)
    assert phone.post(f"{here}sign/", {"typed_name": " ", "revision": revision}).status_code == 422
    phone.post(f"{here}sign/", {"typed_name": "見本 <花子>", "revision": revision})
    application.refresh_from_db()
    kept = application.files.get(purpose="signature")
    assert b"&lt;" in bytes(kept.content)


def test_until_somebody_has_it_in_hand_it_can_be_changed_and_withdrawn(
    phone: Client, application: Application
) -> None:
    answer_all(phone, application)
    sign(phone, application)
    phone.post(f"/apply/a/{application.pk}/change/")
    application.refresh_from_db()
    assert application.state == "interview"
    sign(phone, application)
    phone.post(f"/apply/a/{application.pk}/withdraw/")
    application.refresh_from_db()
    assert application.state == "cancelled"
    assert "取りやめました" in page(phone, application).content.decode()


def test_once_an_officer_has_it_the_resident_changes_nothing(
    phone: Client, application: Application, universe: Universe
) -> None:
    answer_all(phone, application)
    sign(phone, application)
    Case.objects.filter(pk=application.case_id).update(office=universe.branch)
    application.refresh_from_db()
    cases.accept(application=application, by=universe.officer, at=application.begun_at)
    phone.post(f"/apply/a/{application.pk}/change/")
    phone.post(f"/apply/a/{application.pk}/withdraw/")
    application.refresh_from_db()
    assert application.state == "signed"
    assert "職員が確かめています" in page(phone, application).content.decode()


def test_months_are_no_people(phone: Client) -> None:
    application = begun(phone, "national-health-high-cost")
    refused = send(phone, application, "high_cost_treatments")
    assert "ひとつ以上、加えてください。" in refused.content.decode()
    people = begun(phone, "child-allowance-claim")
    assert "ひとり以上、加えてください。" in send(phone, people, "children").content.decode()


def test_where_a_surname_alone_is_asked_the_field_says_so(phone: Client) -> None:
    application = begun(phone, "former-surname")
    cases.save_answers(
        application=application, raw={"surname_request": "add"}, by=None, at=application.begun_at
    )
    shown = page(phone, application, "former_surname").content.decode()
    assert "<label>名字<input" in shown
    name = {"former_surname.text": "見本 花子", "former_surname.kana": "ミホン ハナコ"}
    refused = send(phone, application, "former_surname", **name)
    assert refused.status_code == 422
    assert "名字だけを入れてください" in refused.content.decode()


def test_one_is_added_and_not_everybody(phone: Client) -> None:
    shown = page(phone, begun(phone, "move-within"), "household.members").content.decode()
    assert "引っ越した方を加える" in shown
    assert "（全員）を加える" not in shown


def test_rows_are_added_listed_and_taken_out(phone: Client) -> None:
    application = begun(phone, "child-allowance-claim")
    place = f"/apply/a/{application.pk}/q/children/"
    added = phone.post(place, {"add": "children"})
    assert added["Location"].endswith("/q/children.0/")
    row = {"children.0.name.text": "見本 陽太", "children.0.name.kana": "ミホン ヨウタ"}
    assert send(phone, application, "children.0", **row).status_code == 422
    assert "見本　陽太" in phone.get(place).content.decode()
    phone.post(place, {"drop": "children.0"})
    application.refresh_from_db()
    assert application.answers["children"] == []


def test_a_question_that_came_with_an_answer_is_asked_and_not_held_against_anybody(phone: Client) -> None:
    application = begun(phone, "child-allowance-claim")
    phone.post(f"/apply/a/{application.pk}/q/children/", {"add": "children"})
    before = {line.path for line in page(phone, application, "children.0").context["stop"].lines}
    answer = send(phone, application, "children.0", **{"children.0.living": "apart"})
    assert answer.status_code == 422
    come = answer.context["come_since"]
    assert come.path not in before
    shown = answer.content.decode()
    assert "質問がふえました" in shown
    assert f'href="#{come.field_id}"' in shown
    assert f'id="{come.field_id}-error"' not in shown
    asked_before = next(line for line in answer.context["stop"].lines if line.path == "children.0.name")
    assert f'id="{asked_before.field_id}-error"' in shown


def test_the_last_day_of_a_code_is_said_as_any_other_day(phone: Client, application: Application) -> None:
    shown = phone.get(f"/apply/a/{application.pk}/leave/").content.decode()
    assert re.search(r"令和\d+年\d+月\d+日 まで続けられます", shown)


def photographed(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("IMG_0001.HEIC", content)


@pytest.mark.parametrize("button", [{"attach": "attachments"}, {}, {"hand": "1"}])
def test_a_photograph_that_was_chosen_is_kept_whatever_is_pressed(
    phone: Client, button: dict[str, str]
) -> None:
    """「つぎへ」 without 「これを加える」 means it as well."""
    application = begun(phone, "care-limit")
    send(phone, application, "tier", tier="tier2")
    place = f"/apply/a/{application.pk}/q/attachments/"
    taken = photographed(attached.picture("HEIF"))
    assert phone.post(place, {"file.attachments": taken, **button}).status_code in {302, 422}
    application.refresh_from_db()
    assert [file["name"] for file in application.answers["attachments"]] == ["IMG_0001.jpg"]


def test_nobody_who_is_alone_is_told_that_somebody_takes_a_copy(phone: Client) -> None:
    application = begun(phone, "care-limit")
    send(phone, application, "tier", tier="tier2")
    line = page(phone, application, "attachments").context["stop"].lines[0]
    assert "取らせて" in line.wording.ask  # what an officer says
    assert "取らせて" not in line.wording.alone


def test_a_photograph_that_cannot_be_read_says_so_and_the_page_stays(phone: Client) -> None:
    application = begun(phone, "care-limit")
    send(phone, application, "tier", tier="tier2")
    broken = photographed(attached.picture("HEIF")[:200])
    answer = phone.post(f"/apply/a/{application.pk}/q/attachments/", {"file.attachments": broken})
    assert answer.status_code == 422
    assert "撮り直す" in answer.content.decode()
    assert not application.files.exists()
