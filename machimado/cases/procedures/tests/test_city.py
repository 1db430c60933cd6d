"""The procedures of the sample city: complete in three languages, and true to the law at its edges."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from machimado.cases.procedures.catalogue import Catalogue, city_catalogue
from machimado.cases.procedures.rules.businesses import BUSINESSES
from machimado.cases.procedures.rules.cases import merged
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.questions import Question, in_language
from machimado.cases.procedures.tests.city import CITY
from machimado.cases.procedures.tests.making import TODAY, evaluate

# As all tests read it: what cannot be read is passed over here, and refused below.
CATALOGUE = city_catalogue(CITY)
FORMS = CATALOGUE.in_force(TODAY)
QUESTIONS = [
    pytest.param(question, id=f"{form.id}:{path}") for form in FORMS for path, question in form.walk()
]
CLAIM = CATALOGUE.current("child-allowance-claim", TODAY)


def test_every_file_can_be_read() -> None:
    strict = Catalogue.of_city(CITY)
    assert strict.ids() == CATALOGUE.ids()
    assert strict.event_ids() == CATALOGUE.event_ids()


def test_the_catalogue_covers_the_businesses_of_a_city() -> None:
    assert len(FORMS) >= 40
    businesses = {form.procedure.business_id for form in FORMS}
    assert businesses >= {
        "001",
        "002",
        "003",
        "010",
        "012",
        "013",
        "017",
        "020",
        "022",
        "023",
        "024",
        "025",
        "026",
        "027",
        "028",
    }
    assert businesses <= BUSINESSES.keys()


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_whatever_the_channel_the_same_is_delivered(form: Form) -> None:
    """Only what proves the identity at a window is asked there alone, and it is not delivered."""
    answers = form.procedure.tests[0].answers
    today = date.fromisoformat(form.procedure.tests[0].today)
    at_counter = form.evaluate(answers, today=today).delivers
    assert at_counter
    for channel in form.procedure.channels:
        assert form.evaluate(answers, today=today, channel=channel).delivers == at_counter, channel


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_question_can_be_asked_in_three_languages(question: Question) -> None:
    assert question.ask is not None
    for language in ("ja", "ja-simple", "en"):
        assert question.ask.get(language)
        assert in_language(question.label, language)
        assert all(option.label.get(language) for option in question.options)
    assert question.ask["ja"].endswith(("。", "？"))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_each_procedure_has_what_officers_need(form: Form) -> None:
    procedure = form.procedure
    assert procedure.legal_basis
    assert procedure.notes
    assert procedure.paper is not None
    assert "想定" in procedure.paper.source["ja"]
    assert len(procedure.tests) >= 5
    assert procedure.delivery is not None
    assert all(check.check.message.get("en") for check in form.checks)


@pytest.mark.parametrize("path", sorted((CITY / "procedures").glob("*.yaml")), ids=lambda path: path.stem)
def test_editors_find_the_schema(path: Path) -> None:
    first = path.read_text("utf-8").splitlines()[0]
    schema = first.removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / schema).resolve().name == "procedure.schema.json"
    assert (path.parent / schema).is_file()


def amount(children: list[str], older: list[str]) -> int:
    """Return the monthly amount for children and older children born on these days."""
    base = CLAIM.procedure.tests[0].answers
    rows = [{**base["children"][0], "birth_date": born} for born in children]
    elders = [
        {"name": base["resident"]["name"], "birth_date": born, "relationship": "child", "living": "together",
         "occupation": "working", "custody": "yes", "living_costs": "yes"}
        for born in older
    ]  # fmt: skip
    more: dict[str, Any] = {"children": rows, "has_older_children": "yes" if older else "no"}
    outcome = evaluate(CLAIM, merged(base, more | ({"older_children": elders} if older else {})))
    found: int = outcome.derived["monthly_amount"]
    return found


BABY, TODDLER, PUPIL, TEEN, STUDENT = "2026-01-15", "2024-01-15", "2018-01-15", "2009-01-15", "2005-09-15"


@pytest.mark.parametrize(
    ("children", "older", "yen"),
    [
        ([BABY], [], 15_000),
        ([PUPIL], [], 10_000),
        ([PUPIL, BABY], [], 25_000),
        ([TODDLER, BABY], [], 30_000),
        ([TEEN, PUPIL, BABY], [], 50_000),
        ([TODDLER, BABY, BABY], [], 60_000),  # the third child is one of twins
        ([PUPIL, TODDLER, BABY, BABY], [], 85_000),
        ([BABY], [STUDENT], 15_000),
        ([BABY], [STUDENT, STUDENT], 30_000),
        ([PUPIL, BABY], [STUDENT], 40_000),
        ([PUPIL, BABY], [STUDENT, STUDENT, STUDENT], 60_000),
    ],
)
def test_the_monthly_amount(children: list[str], older: list[str], yen: int) -> None:
    """Source: 児童手当法 第6条 (2024-10): 15,000 yen under 3, 10,000 from 3, 30,000 from the third child."""
    assert amount(children, older) == yen
