"""A draft's own tests: what is answered, what is to come of it, and whether it does; and answers that are tried."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from machimado.cases.applications.rules.laying_out import lay_out
from machimado.cases.applications.rules.sheet import Refusal, Section
from machimado.cases.applications.rules.wording import in_words
from machimado.cases.authoring.queries.reading import Reading, expected_words
from machimado.cases.procedures.rules.cases import asked_in, beyond, found_in, merged
from machimado.cases.procedures.rules.definition import Case, Channel
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.life_event import EventCase
from machimado.cases.procedures.rules.people import PERSON

# What a new test expects unless something else is chosen, and what else it may expect.
USUAL = ("missing", "errors", "warnings", "undecided", "documents", "fee", "procedures", "elsewhere")
MORE = ("delivers", "derived")
# What stands in a test and is neither what is answered nor what is expected.
_ABOUT = frozenset({"name", "extends", "today", "channel", "answers"})


@dataclass(frozen=True, slots=True)
class Example:
    """A test in words: what is answered, what is to come of it, and what came otherwise (nothing where it holds)."""

    number: int
    name: str
    extends: str
    answers: tuple[tuple[str, str], ...]
    expects: tuple[tuple[str, str], ...]
    otherwise: tuple[str, ...]
    # The tests that are built on it.
    used_by: tuple[str, ...] = ()


def examples(reading: Reading) -> list[Example]:
    """Return a draft's tests; none where it cannot be read."""
    if reading.whole is None or reading.problems:
        return []
    otherwise = {one.number: one.told for one in reading.failed()}
    return [
        Example(
            number,
            case.name,
            case.extends or "",
            _answers(reading.whole, answers_of(reading, number)),
            tuple(expected_words(reading, name, value) for name, value in expectations(case).items()),
            otherwise.get(number, ()),
            users(reading, case.name),
        )
        for number, case in enumerate(reading.cases)
    ]


def users(reading: Reading, name: str) -> tuple[str, ...]:
    """Return the tests that are built on one."""
    return tuple(case.name for case in reading.cases if case.extends == name)


def expectations(case: Case | EventCase) -> dict[str, Any]:
    """Return what a test expects, as its file says it."""
    written = case.model_dump(exclude_unset=True, mode="json")
    return {name: value for name, value in written.items() if name not in _ABOUT and value is not None}


def answers_of(reading: Reading, number: int) -> dict[str, Any]:
    """Return everything that is answered in a test, with what it is built on."""
    known: dict[str, dict[str, Any]] = {}
    for case in reading.cases[: number + 1]:
        known[case.name] = merged(known.get(case.extends or "", {}), case.answers)
    return known[reading.cases[number].name]


def _answers(form: Form, answers: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return what is answered, in the order in which it is asked; of rows only what they are called and how many."""
    told = []
    for path, question in form.walk():
        value = _at(answers, path)
        if value is not None and "[]" not in path:
            rows = f"{len(value)}件" if question.kind == "group" and isinstance(value, list) else ""
            told.append((question.label["ja"], rows or in_words(question, value)))
    return tuple((label, words) for label, words in told if words)


def _at(answers: Mapping[str, Any], path: str) -> Any:
    value: Any = answers
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def is_answered(answers: Mapping[str, Any], path: str) -> bool:
    """Tell whether something stands at a question."""
    return _at(answers, path) is not None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What came of the answers, to be expected from now on: its name in a test, what it is called, and in words."""

    name: str
    what: str
    words: str
    value: Any
    is_usual: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """Answers that were tried: the questions that are asked with them, and what comes of them."""

    sections: tuple[Section, ...]
    found: tuple[Expectation, ...]
    notes: tuple[str, ...]
    # The questions that are asked with these answers, and those that are not: (path, what it is called).
    asked: tuple[tuple[str, str], ...] = ()
    not_asked: tuple[tuple[str, str], ...] = ()


def tried(
    reading: Reading,
    answers: dict[str, Any],
    *,
    today: date,
    channel: Channel,
    refusals: Mapping[str, Refusal],
    is_whole: bool = False,
) -> Tried | None:
    """Return what comes of answers; of a life event its first questions are asked, and the rest only where that is wanted."""
    whole = reading.shown
    if whole is None or reading.form is None:
        return None
    found = found_in(whole, answers, today=today, channel=channel)
    asked, given = reading.form, answers
    if is_whole and reading.is_event:
        asked, given = whole, merged({"route": {"agreed": list(found["procedures"])}}, answers)
    sheet = lay_out(
        asked,
        given,
        {},
        today=today,
        channel=channel,
        refusals=refusals,
        show_kinds=frozenset({"signature"}),
    )
    sections = tuple(one for one in sheet.sections if one.id != "route")
    here = frozenset(asked_in(whole, answers, today=today, channel=channel))
    known = list(_with_rows(whole, answers))
    return Tried(
        sections,
        tuple(_expectations(reading, found)),
        (*sheet.general_errors, *sheet.general_warnings),
        tuple(one for one in known if one[0] in here),
        tuple(one for one in known if one[0] not in here),
    )


def _with_rows(form: Form, answers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each question, and those of each row that is there, with what it is called."""
    for question in form.questions:
        if question.id.startswith("route."):
            continue
        yield question.id, question.label["ja"]
        rows = _at(answers, question.id) if question.kind == "group" else ()
        for number in range(len(rows) if isinstance(rows, list) else 0):
            for row in (one for one in question.questions if one.id != PERSON):
                yield (
                    f"{question.id}.{number}.{row.id}",
                    f"{question.label['ja']} {number + 1}　{row.label['ja']}",
                )


def _expectations(reading: Reading, found: Mapping[str, Any]) -> list[Expectation]:
    made = []
    for name in (*USUAL, *MORE):
        value = found.get(name)
        if value is None or (name in {"undecided", *MORE} and not value):
            continue
        plain = list(value) if isinstance(value, tuple) else value
        made.append(Expectation(name, *expected_words(reading, name, plain), plain, name in USUAL))
    return made


def as_case(
    reading: Reading,
    answers: dict[str, Any],
    *,
    name: str,
    extends: str,
    today: date,
    channel: Channel,
    expected: Mapping[str, Any],
) -> dict[str, Any]:
    """Return a test as the file says it: built on another one, only what is answered otherwise."""
    numbers = {case.name: number for number, case in enumerate(reading.cases)}
    base = answers_of(reading, numbers[extends]) if extends in numbers else {}
    made: dict[str, Any] = {"name": name}
    made |= {"extends": extends} if extends in numbers else {}
    made["today"] = today.isoformat()
    made |= {"channel": channel} if channel != "counter" else {}
    return {**made, "answers": beyond(base, answers), **expected}
