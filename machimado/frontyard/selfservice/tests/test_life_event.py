"""A life event alone: the triage, its route, what is left for another day and what is done elsewhere."""

from typing import Any

import pytest
from django.test import Client

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application
from machimado.frontyard.selfservice.tests.conftest import begun
from machimado.frontyard.selfservice.tests.filling import page, send

pytestmark = pytest.mark.django_db


def test_a_life_event_shows_its_route_before_its_questions(phone: Client) -> None:
    application = begun(phone, "job-change")
    shown = page(phone, application, "route")
    assert shown.status_code == 200
    early = phone.post(f"/apply/a/{application.pk}/q/route/", {})
    assert early.status_code in {302, 422}
    application.refresh_from_db()
    assert not (application.answers.get("route") or {}).get("agreed")


TRIAGE = {
    "job_event": "left",
    "job.left_date": "2026-03-31",
    "resident.birth_date": "1985-11-02",
    "health.kind": "employees",
    "job_next_health": "national",
    "job_family": "family",
    "pension.status": "second",
    "job_spouse": "none",
    "job_needs": ["none"],
}


def out_of_work(phone: Client, **answers: Any) -> Application:
    """Answer the first questions of somebody who has left a job."""
    application = begun(phone, "job-change")
    cases.save_answers(application=application, raw={**TRIAGE, **answers}, by=None, at=application.begun_at)
    return application


def test_what_the_procedures_ask_of_the_first_answers_is_asked_as_soon_as_the_route_is_agreed(
    phone: Client,
) -> None:
    """The name stands among the first questions, and is known before anybody is to be put on a list."""
    application = out_of_work(phone)
    after = phone.post(f"/apply/a/{application.pk}/q/route/", {})
    assert after["Location"].endswith("/q/resident.name/")
    name = {"resident.name.text": "見本　健太", "resident.name.kana": "ミホン　ケンタ"}
    assert send(phone, application, "resident.name", **name)["Location"].endswith("/q/resident.sex/")
    assert send(phone, application, "resident.sex", **{"resident.sex": "1"})["Location"].endswith(
        "/q/applicant.role/"
    )


def test_a_route_that_has_changed_can_be_agreed_anew(phone: Client) -> None:
    application = out_of_work(phone)
    phone.post(f"/apply/a/{application.pk}/q/route/", {})
    answers = {"job_needs": ["declaration"]}
    cases.save_answers(application=application, raw=answers, by=None, at=application.begun_at)
    assert "必要な手続も変わりました" in page(phone, application, "route").content.decode()
    assert phone.post(f"/apply/a/{application.pk}/q/route/", {}).status_code == 302
    application.refresh_from_db()
    assert "resident-tax-declaration" in application.answers["route"]["agreed"]


def test_a_route_that_cannot_begin_yet_leads_to_the_question_that_is_open(phone: Client) -> None:
    application = out_of_work(phone, job_needs=[])
    refused = phone.post(f"/apply/a/{application.pk}/q/route/", {})
    assert refused.status_code == 422
    assert f"/apply/a/{application.pk}/q/job_needs/" in refused.content.decode()


def test_a_day_that_is_over_is_said_in_words(phone: Client) -> None:
    shown = page(phone, out_of_work(phone), "route").content.decode()
    assert "まで（過ぎています。お早めに）" in shown


def test_after_the_signature_the_errands_elsewhere_are_still_told(phone: Client) -> None:
    application = out_of_work(phone)
    Application.objects.filter(pk=application.pk).update(state="signed")
    shown = phone.get(f"/apply/a/{application.pk}/state/").content.decode()
    assert "ほかの窓口や、ほかのところですること" in shown
    assert "ハローワーク" in shown
    Application.objects.filter(pk=application.pk).update(state="submitted")
    assert "ハローワーク" in phone.get(f"/apply/a/{application.pk}/state/").content.decode()


def test_after_the_signature_what_was_left_for_another_day_is_told_with_its_day(phone: Client) -> None:
    application = out_of_work(phone)
    phone.post(f"/apply/a/{application.pk}/q/route/", {"route.put_off": "national-health-join"})
    Application.objects.filter(pk=application.pk).update(state="signed")
    shown = phone.get(f"/apply/a/{application.pk}/state/").content.decode()
    later = shown.split("今日はしないことにした手続")[1].split("</section>")[0]
    assert "国民健康保険" in later
    assert "まで" in later


def test_where_several_may_be_chosen_nobody_is_told_to_choose_one(phone: Client) -> None:
    application = out_of_work(phone, job_needs=[])
    refused = send(phone, application, "job_needs")
    assert "あてはまるものを選んでください。" in refused.content.decode()
    assert "ひとつ選んでください。" not in refused.content.decode()


def test_before_a_life_event_nobody_reads_the_papers_of_all_its_procedures(phone: Client) -> None:
    shown = phone.get("/apply/death/").content.decode()
    assert "終わりの確認の画面でお知らせします" in shown
    assert "必要になることがあるもの" not in shown
    assert "必要になることがあるもの" in phone.get("/apply/child-allowance-claim/").content.decode()
