"""What a resident says: the answers of a definition's own test case, completed where a life event's case leaves off."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from machimado.cases.applications.rules import answers as documents
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.bundle import AGREED, Bundle
from machimado.cases.procedures.rules.cases import merged
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.questions import Question

SIGNATURE = "signature"
# On which all life events of the sample city are in force.
DAY = date(2026, 4, 10)
PEOPLE = ("見本　花子", "ミホン　ハナコ")
ADDRESS = {
    "postal_code": "9970401",
    "prefecture": "山形県",
    "city": "鶴岡市",
    "town": "中野新田",
    "block": "1番2号",
    "building": "",
}
ACCOUNT = {
    "bank_code": "9900",
    "bank_name": "見本銀行",
    "branch_code": "018",
    "branch_name": "雪見",
    "kind": "ordinary",
    "number": "1234567",
    "holder_kana": "ミホン　ハナコ",
}


@dataclass(frozen=True)
class Told:
    """One person's answers to a form, on a day."""

    form: Form
    name: str
    today: date
    answers: dict[str, Any]

    def at(self, path: str) -> Any:
        """Return the answer at a path; None where they say nothing."""
        return documents.take(self.answers, path)

    def papers(self, path: str) -> int:
        """Return how many papers they have with them for a question: one where the case says nothing."""
        return len(self.at(path) or [None])


def latest() -> dict[str, Form]:
    """Return every procedure of the sample city in its newest version, and every life event, by id."""
    written = {versions[-1].id: versions[-1] for versions in procedures.everything()}
    events = procedures.events_offered(DAY, channel="counter")
    return {**written, **{event.id: event for event in events}}


@cache
def told(procedure: str) -> Told:
    """Return the first test case of the definition whose answers are complete, or can be completed."""
    form = latest()[procedure]
    whys = []
    for name, today, answers in _cases(form):
        complete, why = _complete(form, answers, today)
        if not why:
            return Told(form, name, today, complete)
        whys.append(f"{name}: {why}")
    raise AssertionError(f"{procedure} has no test case that is complete: {whys}")


def _cases(form: Form) -> Iterator[tuple[str, date, dict[str, Any]]]:
    said: dict[str, dict[str, Any]] = {}
    tests = form.event.tests if isinstance(form, Bundle) else form.procedure.tests
    for case in tests:
        said[case.name] = merged(said.get(case.extends or "", {}), case.answers)
        if case.channel == "counter":
            yield case.name, date.fromisoformat(case.today), said[case.name]


def _complete(form: Form, answers: dict[str, Any], today: date) -> tuple[dict[str, Any], str]:
    """Return the answers with what a life event's case leaves open, and why they are not right; nothing where they are."""
    for _ in range(60):
        outcome = form.evaluate(answers, today=today, channel="counter")
        missing = [path for path in outcome.missing if path != SIGNATURE]
        if not missing:
            wrong = [f"{one.id} {one.fields}" for one in outcome.errors]
            return answers, "、".join(wrong)
        if not isinstance(form, Bundle):
            return answers, f"missing {missing}"
        for path in missing:
            value = _agreed(form, answers, today) if path == AGREED else _said(form, path, today)
            if path == AGREED and not value:
                return answers, "nothing to do here"
            answers = documents.put(answers, path, value)
    return answers, "never complete"


def _agreed(form: Bundle, answers: dict[str, Any], today: date) -> list[str]:
    return [member.id for member in form.going(answers, today=today, channel="counter")]


def _said(form: Bundle, path: str, today: date) -> Any:
    """Return what a test case of one of the procedures says there, or something that such a question takes."""
    for member in form.members.values():
        own = member.own(path)
        for test in member.form.procedure.tests if own else ():
            if own and (value := documents.take(dict(test.answers), own)) is not None:
                return value
    question = form.question(path)
    assert question is not None, path
    return _anything(question, path, today)


def _anything(question: Question, path: str, today: date) -> Any:
    made: dict[str, Any] = {
        "choice": lambda: question.options[0].code,
        "choices": lambda: [question.options[0].code],
        "declaration": lambda: True,
        "date": today.isoformat,
        "name": lambda: dict(zip(("text", "kana"), PEOPLE, strict=True)),
        "address": lambda: ADDRESS,
        "account": lambda: ACCOUNT,
        "number": lambda: 1,
        "money": lambda: 1000,
        "files": lambda: [{"file_id": "1", "name": f"{path}.pdf", "sha256": ""}],
        "group": lambda: [{}],
        "text": lambda: "0235-00-0000" if "phone" in path else "見本",
    }
    return made[question.kind]()
