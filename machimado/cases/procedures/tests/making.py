"""Small procedures for tests: the least that a file needs, with sections and other parts as the test wants them."""

from datetime import date
from textwrap import dedent, indent
from typing import Any

import pytest

from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.load import load
from machimado.cases.procedures.rules.outcome import Outcome
from machimado.cases.procedures.rules.problems import DefinitionError, Problem

TODAY = date(2026, 4, 10)

HEAD = """\
id: sample
title: {ja: 見本}
business_id: "027"
version: {number: 1, effective_from: "2025-04-01"}
channels: [counter]
applicants: [self, agent]
"""


def file(questions: str, more: str = "") -> str:
    """Return a procedure file with these questions in one section; the first question is line 11."""
    return (
        HEAD
        + "sections:\n  - id: only\n    title: {ja: 質問}\n    questions:\n"
        + indent(dedent(questions).strip("\n"), "      ")
        + "\n"
        + dedent(more)
    )


def form(questions: str, more: str = "") -> Form:
    return load(file(questions, more).encode(), "sample.yaml")


def problems(text: str | bytes) -> list[Problem]:
    raw = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(DefinitionError) as caught:
        load(raw, "sample.yaml")
    return list(caught.value.problems)


def only_problem(text: str | bytes) -> Problem:
    found = problems(text)
    assert len(found) == 1, [str(problem) for problem in found]
    return found[0]


def evaluate(form: Form, answers: Any = None, **more: Any) -> Outcome:
    return form.evaluate(answers or {}, today=more.pop("today", TODAY), **more)


def ids(outcome: Outcome) -> list[str]:
    return [finding.id for finding in outcome.errors]


def unmarked(text: str) -> tuple[str, int, int]:
    """Return a text without its mark §, and the line and column of the mark, from 1."""
    before, _, after = text.partition("§")
    return before + after, before.count("\n") + 1, len(before) - before.rfind("\n")
