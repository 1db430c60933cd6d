"""The life events of the sample city: complete in three languages, and each answered once for all of its procedures."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from benchmarks.bundle import document, figures
from machimado.cases.procedures.catalogue import Catalogue
from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.cases import merged, run_event_cases
from machimado.cases.procedures.rules.life_event import EventCase, step_id
from machimado.cases.procedures.rules.load import content_hash, freeze, thaw
from machimado.cases.procedures.tests.city import CITY

EVENTS = Catalogue.of_city(CITY).every_event()
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
        if path.startswith("route."):
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
        answers = answers.get(step) if isinstance(answers, dict) else None
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
