"""Much later: overnight, after the form has changed, after an officer has looked at it and sent it back."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, Channel, Resumption
from machimado.cases.applications.tests import attached
from machimado.frontyard.selfservice import permissions as doors
from machimado.frontyard.selfservice.tests.conftest import PROCEDURE, begun
from machimado.frontyard.selfservice.tests.filling import page, send
from machimado.frontyard.selfservice.tests.test_alone import answer_all, sign
from tests.second_version import copy_city, put_beside, restart
from tests.universe import Universe

pytestmark = pytest.mark.django_db
PHONE = {"contact.phone": "090-1111-2222"}


def code_of(application: Application) -> str:
    return cases.code_of(Resumption.objects.get(pk=application.pk))


# ---------------------------------------------------------------- overnight


def hidden_fields(answer: Any) -> dict[str, str]:
    return dict(answer.context["fields"])


def test_what_stood_on_a_page_that_was_left_open_overnight_is_sent_after_the_code(
    phone: Client, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f"/apply/a/{application.pk}/q/contact.phone/"
    with monkeypatch.context() as night:
        night.setattr(doors, "SITTING", timedelta(seconds=-1))
        asked = phone.post(place, {**PHONE, "page": uuid4().hex})
    assert asked.status_code == 403
    held = asked.context["held"]
    assert "csrfmiddlewaretoken" not in held
    wrong = phone.post("/apply/resume/", {"code": "K7QM-2TXB-9RCD", "held": held})
    assert wrong.context["held"] == held
    back = phone.post("/apply/resume/", {"code": code_of(application), "held": held})
    assert back.context["address"] == place
    assert phone.post(place, hidden_fields(back)).status_code == 302
    application.refresh_from_db()
    assert application.answers["contact"]["phone"] == "090-1111-2222"


@pytest.mark.parametrize(
    "held",
    [
        "",
        "{",
        "[]",
        '{"address": "/counter/", "fields": []}',
        '{"address": "/apply/a/00000000-0000-0000-0000-000000000000/check/", "fields": []}',
        '{"address": "/apply/a/../../counter/", "fields": [["a"]]}',
    ],
)
def test_what_waits_for_something_else_leads_nowhere(
    phone: Client, application: Application, held: str
) -> None:
    back = phone.post("/apply/resume/", {"code": code_of(application), "held": held})
    assert back["Location"] == f"/apply/a/{application.pk}/"


# ---------------------------------------------------------------- the form has changed


@pytest.fixture
def city(tmp_path: Path, settings: Any) -> Path:
    settings.CITY_FOLDER = copy_city(tmp_path, "care-limit", PROCEDURE)
    restart()
    return tmp_path / "city"


def install(city: Path, procedure: str) -> None:
    put_beside(city, procedure)
    restart()


def renewed(answer: Any) -> Application:
    return Application.objects.get(pk=answer["Location"].split("/")[3])


def test_a_resident_is_told_what_has_changed_and_goes_on_with_all_that_was_said(
    city: Path, phone: Client
) -> None:
    application = begun(phone, "care-limit")
    code = code_of(application)
    send(phone, application, "tier", tier="tier2")
    taken = SimpleUploadedFile("通帳.jpg", attached.picture("JPEG"))
    phone.post(f"/apply/a/{application.pk}/q/attachments/", {"file.attachments": taken})
    install(city, "care-limit")
    told = page(phone, application)
    assert "この手続は、" in told.content.decode()
    assert any("制度の案内" in change for change in told.context["changes"])
    again = renewed(phone.post(f"/apply/a/{application.pk}/renew/", {"renew": "1"}))
    assert (again.answers["tier"], again.turn, again.channel) == ("tier2", "resident", Channel.WEB)
    assert [file["name"] for file in again.answers["attachments"]] == ["通帳.jpg"]
    assert [str(file.pk) for file in again.files.all()] == [again.answers["attachments"][0]["file_id"]]
    assert code_of(again) == code
    assert "この手続は、" not in page(phone, again).content.decode()
    elsewhere = Client().post("/apply/resume/", {"code": code})
    assert elsewhere["Location"] == f"/apply/a/{again.pk}/"


def test_whoever_would_rather_go_on_as_before_is_not_asked_again(
    city: Path, phone: Client, application: Application
) -> None:
    install(city, PROCEDURE)
    assert page(phone, application, "scope").context["since"]
    phone.post(f"/apply/a/{application.pk}/renew/", {"keep": "1"})
    assert page(phone, application, "scope").context["stop"].place == "scope"
    application.refresh_from_db()
    assert application.state == "interview"


def test_two_clicks_and_an_old_tab_begin_anew_once(
    city: Path, phone: Client, application: Application
) -> None:
    install(city, PROCEDURE)
    place = f"/apply/a/{application.pk}/q/contact.phone/"
    again = renewed(phone.post(f"/apply/a/{application.pk}/renew/", {"renew": "1"}))
    assert phone.post(f"/apply/a/{application.pk}/renew/", {"renew": "1"}).status_code == 403
    assert Application.objects.exclude(state="cancelled").count() == 1
    asked = phone.post(place, PHONE)
    back = phone.post("/apply/resume/", {"code": code_of(again), "held": asked.context["held"]})
    assert back.context["address"] == f"/apply/a/{again.pk}/q/contact.phone/"


# ---------------------------------------------------------------- sent back


def test_what_an_officer_sends_back_says_what_to_look_at(
    phone: Client, application: Application, at_counter: Client, universe: Universe
) -> None:
    answer_all(phone, application)
    sign(phone, application)
    application.case.office = universe.branch
    application.case.save()
    place = f"/counter/applications/{application.pk}"
    at_counter.post(f"{place}/accept/")
    at_counter.post(f"{place}/back/")
    handed = at_counter.post(f"{place}/hand-back/", {"note": "電話番号をお確かめください。"}, follow=True)
    assert "電話番号をお確かめください。" in handed.content.decode()
    application.refresh_from_db()
    assert (application.case.officer, application.case.number) == (None, None)
    shown = page(phone, application, "contact.phone").content.decode()
    assert "職員からの連絡" in shown
    assert "電話番号をお確かめください。" in shown
    send(phone, application, "contact.phone", **PHONE)
    sign(phone, application)
    assert application.reference in at_counter.get("/counter/").content.decode()
    at_counter.post(f"{place}/accept/")
    assert Resumption.objects.get(pk=application.pk).note == ""


@pytest.mark.parametrize("note", ["あ" * 401, "番号は 1234 5678 9018 ですか"])
def test_a_note_that_cannot_be_kept_says_why(
    application: Application, at_counter: Client, universe: Universe, note: str
) -> None:
    taken = cases.take_over(application=application, by=universe.officer, at=application.begun_at)
    with pytest.raises(cases.NotReady):
        cases.hand_back(application=taken, by=universe.officer, at=application.begun_at, note=note)


def test_whoever_stays_at_the_desk_keeps_their_number(application: Application, universe: Universe) -> None:
    taken = cases.take_over(application=application, by=universe.officer, at=application.begun_at)
    cases.hand_back(application=taken, by=universe.officer, at=application.begun_at)
    application.refresh_from_db()
    assert (application.case.officer, application.case.number) == (universe.officer, 1)
