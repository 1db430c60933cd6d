"""Where one name is asked, whoever has named somebody before only chooses."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application
from machimado.cases.procedures.rules.bundle import AGREED
from machimado.frontyard.selfservice.tests.conftest import begun
from machimado.frontyard.selfservice.tests.filling import page, send
from machimado.frontyard.selfservice.tests.test_life_event import out_of_work

pytestmark = pytest.mark.django_db
RYO = {"text": "佐野　亮", "kana": "サノ　リョウ"}
TRIAGE: dict[str, Any] = {
    "origin": "certificate",
    "move.date": "2026-04-04",
    "move.from": {"prefecture": "白嶺県", "city": "稲見市", "town": "東町"},
    "move.to": {"prefecture": "白嶺県", "city": "雪見市", "town": "雪見台"},
    "move.household": "new",
    "move.new_head": RYO,
    "move.holdings": ["none"],
    "resident.birth_date": "1988-02-14",
    "health.kind": "national",
    "family": ["none"],
    "wishes": ["none"],
}


@pytest.fixture
def moving(phone: Client) -> Application:
    """Somebody at home who has said who is the new head of household, and has agreed to the route."""
    application = begun(phone, "moving-in")
    saved = cases.save_answers(application=application, raw=TRIAGE, by=None, at=timezone.now())
    assert [one.path for one in saved if one.refused] == []
    application = saved[0].application
    going = cases.going(application=application, at=timezone.now())
    cases.save_answers(
        application=application, raw={AGREED: going, "applicant.role": "self"}, by=None, at=timezone.now()
    )
    application.refresh_from_db()
    return application


def name_of(application: Application) -> Any:
    application.refresh_from_db()
    return application.answers.get("resident", {}).get("name")


def test_the_name_that_was_said_is_chosen_by_one_press(phone: Client, moving: Application) -> None:
    shown = page(phone, moving, "resident.name").content.decode()
    assert 'name="whose.resident.name" value="move.new_head"' in shown
    assert "別の人（お名前を書きます）" in shown
    gone_on = send(phone, moving, "resident.name", **{"whose.resident.name": "move.new_head"})
    assert gone_on.status_code == 302
    assert name_of(moving) == RYO
    again = page(phone, moving, "resident.name").content.decode()
    assert 'value="move.new_head" checked' in again
    # In the fields for somebody else nobody stands.
    assert 'name="resident.name.text"' in again
    assert 'value="佐野　亮"' not in again


def test_somebody_else_is_typed_and_comes_back_in_the_fields(phone: Client, moving: Application) -> None:
    typed = {"resident.name.text": "佐野 恵", "resident.name.kana": "さの めぐみ"}
    send(phone, moving, "resident.name", **{"whose.resident.name": "", **typed})
    assert name_of(moving) == {"text": "佐野　恵", "kana": "サノ　メグミ"}
    again = page(phone, moving, "resident.name").content.decode()
    assert 'value="佐野　恵"' in again
    assert 'value="" data-another checked' in again


def test_without_the_choice_what_was_typed_counts(phone: Client, moving: Application) -> None:
    typed = {"resident.name.text": "佐野 恵", "resident.name.kana": "さの めぐみ"}
    send(phone, moving, "resident.name", **typed)
    assert name_of(moving)["text"] == "佐野　恵"


def test_nothing_chosen_says_what_to_do(phone: Client, moving: Application) -> None:
    answer = send(phone, moving, "resident.name")
    assert answer.status_code == 422
    assert "ひとつ選んでください。" in answer.content.decode()


@pytest.mark.parametrize("place", ["agent", "resident", "move.from", "../x", "household.members.0"])
def test_whoever_the_page_does_not_show_is_not_chosen(place: str, phone: Client, moving: Application) -> None:
    answer = send(phone, moving, "resident.name", **{"whose.resident.name": place})
    assert answer.status_code == 302
    assert name_of(moving) is None


def test_a_choice_is_kept_when_an_officer_is_asked_to_go_on(phone: Client, moving: Application) -> None:
    send(phone, moving, "resident.name", **{"whose.resident.name": "move.new_head", "hand": "1"})
    assert name_of(moving) == RYO


def test_a_spouse_named_among_the_first_questions_is_only_chosen_in_the_list(phone: Client) -> None:
    keiko = {"text": "見本　恵子", "kana": "ミホン　ケイコ"}
    application = out_of_work(
        phone,
        job_spouse="dependent",
        **{"spouse.name": keiko, "spouse.birth_date": "1987-03-04", "applicant.role": "self"},
    )
    application.refresh_from_db()
    going = cases.going(application=application, at=timezone.now())
    cases.save_answers(application=application, raw={AGREED: going}, by=None, at=timezone.now())
    shown = page(phone, application, "household.members")
    assert [(one.place, one.name) for one in shown.context["stop"].group.people] == [
        ("spouse", keiko["text"])
    ]
    send(phone, application, "household.members", person="spouse")
    asked = [line.path for line in page(phone, application, "household.members.0").context["stop"].lines]
    assert "household.members.0.relationship" in asked
    assert not {"household.members.0.name", "household.members.0.birth_date"} & set(asked)
