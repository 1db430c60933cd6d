"""A page that asks for photographs of papers says which papers the answers call for."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application
from machimado.cases.procedures.rules.bundle import AGREED
from machimado.frontyard.selfservice.tests.conftest import begun
from machimado.frontyard.selfservice.tests.filling import page
from machimado.frontyard.selfservice.tests.test_life_event import out_of_work

pytestmark = pytest.mark.django_db
TITLE = "この申請に添える書類"
PASSBOOKS = "本人のすべての通帳の写し（直近から原則2か月分、定期預金も）"


def say(application: Application, **answers: object) -> None:
    cases.save_answers(application=application, raw=answers, by=None, at=timezone.now())
    application.refresh_from_db()


def papers(
    client: Client, application: Application, place: str = "attachments", title: str = TITLE
) -> list[str]:
    """Return what stands in the list under that title on the page that asks for files."""
    shown = page(client, application, place).content.decode()
    found = re.search(rf"{re.escape(title)}</p><ul[^>]*>(.*?)</ul>", shown, re.DOTALL)
    return re.findall(r"<li>(.*?)</li>", found[1]) if found else []


def test_the_page_lists_the_papers_that_the_answers_call_for(phone: Client) -> None:
    application = begun(phone, "care-limit")
    say(application, tier="tier2", **{"applicant.role": "self"})
    assert papers(phone, application) == [PASSBOOKS]
    say(application, **{"spouse.exists": "yes", "debts": "100000", "applicant.role": "agent"})
    assert papers(phone, application) == [
        PASSBOOKS,
        "配偶者のすべての通帳の写し",
        "借用証書・返済予定表などの写し",
        "委任状",
    ]


def test_what_is_only_shown_at_the_counter_is_not_asked_for_as_a_photograph(phone: Client) -> None:
    application = begun(phone, "care-limit")
    say(application, tier="tier2", **{"applicant.role": "self"})
    assert "手続をする方の本人確認書類" not in papers(phone, application)
    checked = phone.get(f"/apply/a/{application.pk}/q/attachments/").context["sheet"].documents
    assert "手続をする方の本人確認書類" in [one.title for one in checked]


def test_the_papers_are_called_in_the_residents_language(phone: Client) -> None:
    phone.cookies["machimado_language"] = "en"
    application = begun(phone, "care-limit")
    say(application, tier="tier2", **{"applicant.role": "agent"})
    named = papers(phone, application, title="Papers to add to this application")
    assert len(named) == 2
    assert all(name.isascii() for name in named)


def test_in_a_life_event_each_procedure_asks_for_its_own_papers(phone: Client) -> None:
    application = out_of_work(phone, job_needs=["exemption", "certificate"])
    application.refresh_from_db()
    going = cases.going(application=application, at=timezone.now())
    say(application, **{AGREED: going, "applicant.role": "agent"})
    health = papers(phone, application, "national-health-join.attachments")
    assert health[0] == "健康保険の資格喪失証明書（退職・離職の日がわかる物でも可）"
    assert "雇用保険受給資格者証・離職票などの写し（失業した方の分）" not in health
    pension = papers(phone, application, "national-pension-exemption.attachments")
    assert "雇用保険受給資格者証・離職票などの写し（失業した方の分）" in pension
    assert health[0] not in pension
