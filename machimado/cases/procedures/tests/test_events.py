"""The life events of the sample city: complete in three languages, and each answered once for all of its procedures."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from benchmarks.bundle import document, figures
from machimado.cases.procedures.catalogue import city_catalogue
from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.cases import merged, run_event_cases
from machimado.cases.procedures.rules.life_event import EventCase, step_id
from machimado.cases.procedures.rules.load import content_hash, freeze, thaw
from machimado.cases.procedures.tests.city import CITY

EVENTS = city_catalogue(CITY).every_event()
LANGUAGES = {"ja", "ja-simple", "en"}
each_event = pytest.mark.parametrize("bundle", EVENTS, ids=lambda bundle: bundle.id)
FILES = sorted((CITY / "events").glob("*.yaml"))


@each_event
def test_its_own_cases_hold(bundle: Bundle) -> None:
    assert run_event_cases(bundle) == []
    assert len(bundle.event.tests) >= 5


@each_event
def test_each_of_its_checks_finds_something_in_one_of_its_cases(bundle: Bundle) -> None:
    told = {name for case in bundle.event.tests for name in (*(case.errors or ()), *(case.warnings or ()))}
    assert {check.id for check in bundle.event.checks} <= told


@each_event
def test_everything_it_says_is_there_in_three_languages(bundle: Bundle) -> None:
    event = bundle.event
    said = [event.title, event.summary, *(chapter.title for chapter in event.chapters)]
    said += [
        text
        for step in event.steps
        for text in (step.why, getattr(step, "title", None), getattr(step, "where", None))
        if text
    ]
    said += [text for step in event.elsewhere for text in (step.contact, step.bring) if text]
    said += [check.message for check in event.checks]
    said += [text for wording in event.wording.values() for text in (wording.label, wording.ask) if text]
    assert all(text.keys() >= LANGUAGES for text in said)


@each_event
def test_each_question_can_be_asked_in_three_languages(bundle: Bundle) -> None:
    for path, question in bundle.walk():
        if path.startswith("route.") or question.id.endswith("person"):
            continue
        assert question.ask, path
        assert question.ask.keys() >= LANGUAGES, path
        assert question.label.keys() >= LANGUAGES, path


@each_event
def test_each_step_says_why_and_on_what_it_rests(bundle: Bundle) -> None:
    for step in bundle.event.steps:
        assert step.legal_basis.law
        # The city's own ordinances are samples; of a law of the country the article is named.
        is_own = step.legal_basis.law.startswith(("雪見市", "各金融機関"))
        assert is_own or re.search(r"第[0-9]+条", step.legal_basis.article), step.legal_basis
        assert step.source
        assert step.why["ja"].endswith("。")


@each_event
def test_each_reason_is_an_answer_that_was_given(bundle: Bundle) -> None:
    """In all of its cases: what decides a step was asked and answered, and of a list something that was looked for was chosen."""
    for case, answers in answered_cases(bundle):
        today = date.fromisoformat(case.today)
        outcome = bundle.evaluate(answers, today=today)
        for step in outcome.route:
            for reason in step.because:
                value = at(answers, reason.path)
                assert reason.path in outcome.asked
                assert value, (case.name, step.id, reason.path)
                assert reason.codes is None or reason.codes & set(value), (case.name, step.id, reason)
            if rules(bundle)[step.id] is not None:
                assert step.because, (case.name, step.id)


@each_event
def test_of_a_row_that_the_event_knows_nothing_is_left_to_the_register(bundle: Bundle) -> None:
    """The register's rows are of others: what it would fill in, the event says itself."""
    for case, answers in answered_cases(bundle):
        outcome = bundle.triage.form.evaluate(answers, today=date.fromisoformat(case.today))
        for member in bundle.going(answers, today=date.fromisoformat(case.today)):
            for name in member.answered(outcome.derived):
                group = member.form.question(name)
                if group is None or group.kind != "group":
                    continue
                filled = {row.id for row in group.questions if row.prefill}
                for row in outcome.derived[member.given[name]]:
                    assert filled <= row.keys(), (case.name, member.id, name)


def answered_cases(bundle: Bundle) -> Iterator[tuple[EventCase, dict[str, Any]]]:
    answers: dict[str, dict[str, Any]] = {}
    for case in bundle.event.tests:
        answers[case.name] = merged(answers.get(case.extends or "", {}), case.answers)
        yield case, answers[case.name]


def at(answers: Any, path: str) -> Any:
    for step in path.split("."):
        row = answers[int(step)] if isinstance(answers, list) else None
        answers = answers.get(step) if isinstance(answers, dict) else row
    return answers


def rules(bundle: Bundle) -> dict[str, bool | str | None]:
    return {step_id(step): step.when for step in bundle.event.steps}


@each_event
def test_its_first_case_is_answered_whole(bundle: Bundle) -> None:
    """With the answers that the benchmark counts nothing is missing or wrong, together as well as by each form."""
    case = bundle.event.tests[0]
    today = date.fromisoformat(case.today)
    answers = document(bundle, case.answers, today)
    outcome = bundle.evaluate(answers, today=today)
    assert outcome.missing == ()
    assert [(one.id, one.fields) for one in outcome.errors] == []
    for member, alone in bundle.evaluate_each(answers, today=today):
        assert alone.complete, member.id
        assert alone.delivers, member.id


@each_event
def test_no_meaning_is_asked_twice(bundle: Bundle) -> None:
    paths = [question.id for question in bundle.questions]
    assert len(paths) == len(set(paths))


# What happens to be the same in a case, and is another question all the same.
ANOTHER_QUESTION = {
    # Who was head where they came from; of a family that moves as a whole it is the same person.
    ("moving-in", "move-in.previous_head"),
    # Whose insurance the child has; of an employee's child it is one of the parents.
    ("moving-in", "child-medical.child_insured_person"),
    # A newcomer is in no register: whoever opened the reception stands on the list of those who have moved, and may be head.
    ("moving-in", "resident.name"),
    ("moving-in", "household.members.0.name"),
    ("moving-in", "household.members.0.birth_date"),
    # Since when a child is raised alone: the day of the divorce, or another.
    ("name-change", "children.0.child-rearing-claim-care_since"),
    ("name-change", "children.1.child-rearing-claim-care_since"),
}


@each_event
def test_what_the_first_questions_were_told_is_not_asked_again(bundle: Bundle) -> None:
    """No name, day or address of the triage comes again later, but where the register fills it in."""
    case = bundle.event.tests[0]
    today = date.fromisoformat(case.today)
    answers = document(bundle, case.answers, today)
    asked = bundle.evaluate(answers, today=today).asked
    triage = {path for path in asked if bundle.triage.form.question(path) is not None}
    told = {content_hash({"is": at(answers, path)}) for path in triage if _tells(bundle, path)}
    again = {
        path
        for path in asked
        if path not in triage
        and _tells(bundle, path)
        and not _is_filled_in(bundle, path)
        and content_hash({"is": at(answers, path)}) in told
    }
    assert {(bundle.id, path) for path in again} <= ANOTHER_QUESTION


def _tells(bundle: Bundle, path: str) -> bool:
    question = bundle.question(path)
    return question is not None and question.kind in {"name", "date", "address", "account"}


def _is_filled_in(bundle: Bundle, path: str) -> bool:
    question = bundle.question(path)
    return question is not None and question.prefill is not None and "newcomer" not in bundle.event.standings


@each_event
def test_no_later_question_is_called_as_one_of_the_first(bundle: Bundle) -> None:
    first = {question.label["ja"] for _, question in bundle.triage.form.walk()}
    own = {path for path, _ in bundle.triage.form.walk()}
    later = {
        question.label["ja"]: path for path, question in bundle.walk() if path not in own and "[]" not in path
    }
    asked = set(_asked_in_some_case(bundle))
    assert {path for label, path in later.items() if label in first and path in asked} == set()


def _asked_in_some_case(bundle: Bundle) -> Iterator[str]:
    for case, answers in answered_cases(bundle):
        today = date.fromisoformat(case.today)
        going = [member.id for member in bundle.going(answers, today=today)]
        yield from bundle.evaluate({**answers, "route": {"agreed": going}}, today=today).asked


@each_event
def test_frozen_and_thawed_it_asks_the_same(bundle: Bundle) -> None:
    frozen = freeze(bundle)
    again = thaw(frozen, content_hash=content_hash(frozen))
    case = bundle.event.tests[0]
    today = date.fromisoformat(case.today)
    answers = document(bundle, case.answers, today)
    assert again.evaluate(answers, today=today) == bundle.evaluate(answers, today=today)


def test_after_a_death_a_third_of_the_answers_is_enough() -> None:
    found = figures(next(bundle for bundle in EVENTS if bundle.id == "death"))
    assert found["procedures"] == 12
    assert found["answers_bundle"] * 3 <= found["answers_single"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_editors_find_the_schema(path: Path) -> None:
    first = path.read_text("utf-8").splitlines()[0]
    schema = first.removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / schema).resolve().name == "event.schema.json"
    assert (path.parent / schema).is_file()


def test_of_a_row_whatever_one_of_the_procedures_requires_is_not_called_optional() -> None:
    """The copy of the residence record, which stands last, needs no relationship; the notice of the move does."""
    moving = next(bundle for bundle in EVENTS if bundle.id == "moving-within")
    for leaf in ("birth_date", "relationship"):
        question = moving.question(f"household.members.0.{leaf}")
        assert question is not None
        assert question.required is True
