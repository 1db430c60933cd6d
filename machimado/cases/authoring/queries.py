"""What the authoring pages show, as plain data."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from machimado.cases.applications.rules.sheet import Sheet, lay_out
from machimado.cases.authoring.models import Draft, DraftText
from machimado.cases.authoring.rules.conditions import in_words, words_in
from machimado.cases.authoring.rules.naming import called, named
from machimado.cases.authoring.rules.parts import Loc
from machimado.cases.authoring.rules.steps import Did, Steps, steps
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.cases import merged, run_cases
from machimado.cases.procedures.rules.definition import Channel
from machimado.cases.procedures.rules.difference import every_difference
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.load import load_with_source, vocabulary
from machimado.cases.procedures.rules.problems import DefinitionError, Problem
from machimado.cases.procedures.rules.saying import Words, say_claim, say_value
from machimado.cases.procedures.rules.source import Source

OPEN = (Draft.State.EDITING, Draft.State.PROPOSED)


@dataclass(frozen=True, slots=True)
class Reading:
    """A draft's text as the engine understands it: its form, or why there is none; which of its tests fail; what it changes."""

    form: Form | None
    data: dict[str, Any]
    problems: tuple[Problem, ...]
    failures: tuple[Problem, ...]
    changes: tuple[str, ...]

    @property
    def tests(self) -> int:
        """How many tests the draft has."""
        return len(self.form.procedure.tests) if self.form else 0


def read(text: str) -> Reading:
    """Read a draft; what is wrong is told with its line, and never raised."""
    form, source, problems = _loaded(text)
    if form is None or source is None:
        return Reading(None, _data(text), problems, (), ())
    failures = tuple(source.problem(failure.loc, failure.what) for failure in run_cases(form))
    before = [version for version in procedures.versions(form.id) if version.version < form.version]
    changes = every_difference(before[-1], form) if before else ()
    return Reading(form, source.data, (), failures, changes)


@lru_cache(maxsize=16)
def _loaded(text: str) -> tuple[Form | None, Source | None, tuple[Problem, ...]]:
    try:
        form, source = load_with_source(text.encode(), "下書き")
    except DefinitionError as error:
        return None, None, tuple(error.problems)
    return form, source, ()


def _data(text: str) -> dict[str, Any]:
    """Return what can be read of a text that is no procedure (yet)."""
    try:
        data = Source(text.encode(), "下書き").data
    except DefinitionError:
        return {}
    return data if isinstance(data, dict) else {}


@dataclass(frozen=True, slots=True)
class Listed:
    """A procedure with its versions, and its open draft."""

    id: str
    title: str
    business: str
    versions: tuple[tuple[int, str], ...]
    draft: Draft | None
    words: str


def listed() -> list[Listed]:
    """Return all procedures, those of one business together."""
    drafts = {
        draft.procedure: draft for draft in Draft.objects.filter(state__in=OPEN).select_related("author")
    }
    return [
        Listed(
            each[-1].id,
            each[-1].procedure.title["ja"],
            procedures.business_name(each[-1]),
            tuple((form.version, form.procedure.version.effective_from) for form in reversed(each)),
            drafts.pop(each[-1].id, None),
            procedures.words_of(each[-1]),
        )
        for each in procedures.everything()
    ] + [
        Listed(draft.procedure, draft.procedure, "新しい手続", (), draft, draft.procedure)
        for draft in drafts.values()
    ]


def draft(draft_id: UUID) -> Draft:
    """Return the draft with its author.

    Raises: Draft.DoesNotExist.
    """
    return Draft.objects.select_related("author", "approver").get(pk=draft_id)


def steps_of(draft: Draft) -> Steps:
    """Return which change of a draft is taken back next, and which is done again."""
    return steps(cast("list[tuple[int, Did]]", list(draft.texts.values_list("revision", "did"))))


def history(draft: Draft) -> list[DraftText]:
    """Return what was done with a draft and by whom, the newest first; without the texts, which are long."""
    return list(draft.texts.select_related("officer").defer("text").order_by("-revision"))


def told(data: dict[str, Any], loc: Loc) -> str:
    """Return what a part of a draft is called."""
    return named(data, loc, vocabulary()).words


def told_new(kind: str, value: dict[str, Any]) -> str:
    """Return what a part is called that is about to be added."""
    return called(kind, value, vocabulary())


def writers(draft: Draft) -> list[str]:
    """Return who wrote on a draft, in the order in which they began."""
    return list(draft.hands.filter(role="wrote").values_list("officer__name", flat=True))


@dataclass(frozen=True, slots=True)
class Entry:
    """One part in the list of a draft: where it stands, and what it is called."""

    place: str
    title: str
    note: str = ""
    inner: "tuple[Entry, ...]" = ()


def contents(data: dict[str, Any]) -> dict[str, list[Entry]]:
    """Return a draft's parts with their places, whether or not it can be loaded."""
    known = words_in(data, vocabulary())
    return {
        "sections": [
            Entry(
                f"sections.{number}",
                _said(section, "title"),
                _note(section, known),
                _questions(section, f"sections.{number}", known),
            )
            for number, section in enumerate(_list(data, "sections"))
        ],
        "checks": [
            Entry(f"checks.{number}", _said(check, "message"), say_claim(check.get("assert", ""), known))
            for number, check in enumerate(_list(data, "checks"))
        ],
        "documents": [
            Entry(f"documents.{number}", _said(document, "title"), _note(document, known))
            for number, document in enumerate(_list(data, "documents"))
        ],
        "delivered": [
            Entry(
                f"delivery.fields.{number}", str(field.get("to", "")), say_value(field.get("from", ""), known)
            )
            for number, field in enumerate(_list(data.get("delivery") or {}, "fields"))
        ],
    }


def _questions(holder: dict[str, Any], place: str, known: Words, group: str = "") -> tuple[Entry, ...]:
    return tuple(
        Entry(
            f"{place}.questions.{number}",
            _said(question, "label") or _called(str(question.get("id", "")), group),
            _note(question, known),
            _questions(
                question,
                f"{place}.questions.{number}",
                known.within(str(question.get("id", ""))),
                f"{question.get('id', '')}[].",
            ),
        )
        for number, question in enumerate(_list(holder, "questions"))
    )


def _list(holder: Any, name: str) -> list[dict[str, Any]]:
    found = holder.get(name) if isinstance(holder, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _said(part: dict[str, Any], name: str) -> str:
    text = part.get(name)
    return str(text.get("ja", "")) if isinstance(text, dict) else ""


def _note(part: dict[str, Any], known: Words) -> str:
    words = in_words(part.get("when"), known)
    return f"条件　{words}" if words else ""


def _called(name: str, group: str = "") -> str:
    meanings = vocabulary().meanings
    meaning = meanings.get(f"{group}{name}") or meanings.get(f"{name}[]")
    return meaning.label["ja"] if meaning else name


def inherited(name: str) -> dict[str, Any]:
    """Return what a shared question says where a procedure says nothing else, as a file would say it."""
    meanings = vocabulary().meanings
    meaning = meanings.get(name) or meanings.get(f"{name}[]")
    return {"label": dict(meaning.label), "options": meaning.options or ""} if meaning else {}


def meanings() -> list[tuple[str, str]]:
    """Return the shared questions: (id, what it is called)."""
    return [
        (name, each.label["ja"]) for name, each in sorted(vocabulary().meanings.items()) if "[]" not in name
    ]


@dataclass(frozen=True, slots=True)
class Preview:
    """A draft as it will look: with the answers of one of its tests, on one channel, in one language."""

    sheet: Sheet
    test: str
    tests: tuple[str, ...]


def preview(form: Form, *, test: str, channel: Channel, language: str, today: date) -> Preview:
    """Return what is asked for the answers of a test, the first one where none is named; `-` is an empty form."""
    answers: dict[str, dict[str, Any]] = {}
    for case in form.procedure.tests:
        answers[case.name] = merged(answers.get(case.extends or "", {}), case.answers)
    test = test or next(iter(answers), "")
    days = {case.name: date.fromisoformat(case.today) for case in form.procedure.tests}
    sheet = lay_out(
        form, answers.get(test, {}), {}, today=days.get(test, today), channel=channel, language=language
    )
    return Preview(sheet, test if test in answers else "", tuple(answers))
