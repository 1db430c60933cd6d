"""What residents read at home: nobody is sitting opposite them."""

import re
from datetime import date

import pytest

from machimado.cases.applications.rules.laying_out import lay_out, wordings
from machimado.cases.procedures.catalogue import city_catalogue
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.languages import told
from machimado.cases.procedures.tests.city import CITY

CATALOGUE = city_catalogue(CITY)
TODAY = date(2026, 4, 10)
# What an officer says across the counter, and what officers say to each other of whoever sits there.
ACROSS_THE_COUNTER = {
    "ja": re.compile(
        r"お越し|お話しいただいた|受付の方|受付のお名前|来られた方|"
        r"見せていただ|見せてください|お持ちいただいた|お預かり|今日お返し|こちらでよろし"
    ),
    "en": re.compile(r"May I see|May I take|Is this the name"),
    "ja-simple": re.compile(r"見（み）せて ください"),
}
TO_AN_OFFICER = re.compile(
    r"尋ねて|説明し|聞き直|聞き取|ご案内して|"
    r"いただいてください|引き継|お願いしてください|お伝えください|伝えてください"
)


def everything() -> list[Form]:
    forms = [CATALOGUE.versions(name)[-1] for name in CATALOGUE.ids()]
    return [
        form for form in (*forms, *CATALOGUE.every_event()) if {"web", "kiosk"} & set(form.procedure.channels)
    ]


each_form = pytest.mark.parametrize("form", everything(), ids=lambda form: form.id)


@each_form
@pytest.mark.parametrize("language", ACROSS_THE_COUNTER)
def test_no_question_speaks_across_a_counter(form: Form, language: str) -> None:
    said = {
        path: wording.alone
        for path, wording in wordings(form, language, "").items()
        # Proof of identity is shown to an officer afterwards: nobody is asked for it at home.
        if not path.endswith("identity.documents")
    }
    pattern = ACROSS_THE_COUNTER[language]
    assert {path: text for path, text in said.items() if pattern.search(text)} == {}


# Not asked of anybody: which rows are about the same person; what only the steps of a page answer; where one signs.
NEVER_ASKED = re.compile(r"(^|\.)(person|signature)$|^route\.")


@each_form
def test_every_question_is_a_sentence(form: Form) -> None:
    said = {path: one.alone for path, one in wordings(form, "ja", "").items() if not NEVER_ASKED.search(path)}
    assert {path: text for path, text in said.items() if not text.endswith(("。", "？"))} == {}


# What nobody at home can have done is to have come, or brought something; nor can they give anything back today.
BROUGHT = re.compile(r"今日返す|来られた方|持ってき[たて]|お越し|受付の方|頼まれて来た")


@each_form
def test_nobody_at_home_is_told_of_what_they_have_brought(form: Form) -> None:
    said = {
        (path, text)
        for path, one in wordings(form, "ja", "").items()
        for text in (one.label, one.hint, *(option.label for option in one.options))
    }
    assert {(path, text) for path, text in said if BROUGHT.search(text)} == set()


@each_form
def test_everything_a_resident_may_meet_is_said_in_english(form: Form) -> None:
    """One sentence that is not, and whoever chose English, or a language of which there is less, has none of it."""
    assert [(where, text["ja"]) for where, text in told(form) if not text.get("en")] == []


def used_in_events() -> set[str]:
    return {name for bundle in CATALOGUE.every_event() for name in bundle.members}


@pytest.mark.parametrize("name", sorted(used_in_events()))
def test_what_is_wrong_is_told_to_the_resident_and_not_to_an_officer(name: str) -> None:
    checks = CATALOGUE.versions(name)[-1].procedure.checks
    told = {
        check.id: {**check.message, **(check.alone or {})}["ja"]
        for check in checks
        if check.level == "error" and check.id != "identity"
    }
    assert {check: text for check, text in told.items() if TO_AN_OFFICER.search(text)} == {}


def test_alone_nobody_reads_what_is_meant_for_officers() -> None:
    form = CATALOGUE.current("child-allowance-claim", TODAY)
    answers = {
        "event": "birth",
        "event_date": "2026-01-10",
        "inquiry_consent": "no",
        "employment": {"kind": "civil_servant"},
        "public_corporation": "no",
    }
    officers, residents = (
        lay_out(form, answers, {}, today=TODAY, channel="web", is_alone=alone) for alone in (False, True)
    )
    assert any(line.warnings for section in officers.sections for line in section.lines())
    assert not any(line.warnings for section in residents.sections for line in section.lines())
    told = [error for section in residents.sections for line in section.lines() for error in line.errors]
    assert "公務員の方は、勤務先に請求してください。" in told
    # The errors themselves are the same: nobody is let through because they are alone.
    assert officers.open_points == residents.open_points
