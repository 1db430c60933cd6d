"""What the authoring pages show, as plain data."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

from machimado.cases.applications.rules.sheet import Sheet, lay_out
from machimado.cases.authoring.models import Draft, DraftText
from machimado.cases.authoring.queries.reading import Meanwhile, Reading, form_of, meanwhile, read, versions
from machimado.cases.authoring.rules.conditions import in_words, words_in
from machimado.cases.authoring.rules.naming import called, named
from machimado.cases.authoring.rules.parts import Field, Loc
from machimado.cases.authoring.rules.steps import Did, Steps, steps
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.cases import merged
from machimado.cases.procedures.rules.definition import Channel
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.life_event import Triage
from machimado.cases.procedures.rules.load import vocabulary
from machimado.cases.procedures.rules.saying import Words, say_claim, say_value

__all__ = ["Meanwhile", "Reading", "form_of", "meanwhile", "read", "versions"]

EVENTS = "ライフイベント（まとめて受け付ける手続）"
OPEN = (Draft.State.EDITING, Draft.State.PROPOSED)


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
    """Return all procedures, those of one business together, and the life events."""
    drafts = {
        draft.procedure: draft for draft in Draft.objects.filter(state__in=OPEN).select_related("author")
    }
    everything: list[tuple[Form | Triage, ...]] = [*procedures.everything(), *procedures.every_event()]
    found = [_listed(each, drafts.pop(form_of(each[-1]).id, None)) for each in everything]
    return found + [_new(draft) for draft in drafts.values()]


def _listed(each: tuple[Form | Triage, ...], draft: Draft | None) -> Listed:
    newest = form_of(each[-1])
    is_event = isinstance(each[-1], Triage)
    return Listed(
        newest.id,
        newest.procedure.title["ja"],
        EVENTS if is_event else procedures.business_name(newest),
        tuple(
            (form_of(one).version, form_of(one).procedure.version.effective_from) for one in reversed(each)
        ),
        draft,
        f"{EVENTS} {newest.procedure.title['ja']}" if is_event else procedures.words_of(newest),
    )


def _new(draft: Draft) -> Listed:
    title = _said(read(draft.text).data, "title") or draft.procedure
    return Listed(draft.procedure, title, "新しい手続", (), draft, f"{title} {draft.procedure}")


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


def words_at(draft: Draft, place: Loc) -> Callable[[Field, Any], str]:
    """Return what says a rule of a part in words; within a group its rules speak of the same row."""
    data = read(draft.text).data
    words = words_in(data, vocabulary())
    if len(place) > 4:
        words = words.within(str(data["sections"][place[1]]["questions"][place[3]].get("id", "")))

    def say(field: Field, value: Any) -> str:
        if field.look == "expression":
            return say_value(value, words) if value is not None else ""
        if field.look != "rule":
            return ""
        return say_claim(value, words) if field.name == "assert" and value else in_words(value, words)

    return say


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
        "procedures": [
            Entry(f"procedures.{number}", _procedure_title(called), _note(called, known))
            for number, called in enumerate(_list(data, "procedures"))
        ],
        "elsewhere": [
            Entry(f"elsewhere.{number}", _said(errand, "title"), _note(errand, known))
            for number, errand in enumerate(_list(data, "elsewhere"))
        ],
        "delivered": [
            Entry(
                f"delivery.fields.{number}", str(field.get("to", "")), say_value(field.get("from", ""), known)
            )
            for number, field in enumerate(_list(data.get("delivery") or {}, "fields"))
        ],
    }


def _procedure_title(called: dict[str, Any]) -> str:
    name = str(called.get("procedure", ""))
    found = procedures.versions(name)
    return found[-1].procedure.title["ja"] if found else name


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
    found = [(name, each.label["ja"]) for name, each in vocabulary().meanings.items() if "[]" not in name]
    return sorted(found, key=lambda one: one[1])


def option_sets() -> list[tuple[str, str]]:
    """Return the options that all procedures share: (name, what they say)."""
    return [
        (name, "・".join(option.label["ja"] for option in options))
        for name, options in sorted(vocabulary().option_sets.items())
    ]


def before(reading: Reading) -> Reading | None:
    """Return the version that a draft comes after; nothing where it is the first."""
    number = reading.form.version if reading.form else 0
    found = [one for one in versions(reading.id) if not number or form_of(one).version < number]
    return read(procedures.text_of(form_of(found[-1]))) if found else None


@dataclass(frozen=True, slots=True)
class Preview:
    """A draft as it will look: with the answers of one of its tests, on one channel, in one language."""

    sheet: Sheet
    test: str
    tests: tuple[str, ...]


def preview(reading: Reading, *, test: str, channel: Channel, language: str, today: date) -> Preview | None:
    """Return what is asked for the answers of a test, the first one where none is named; `-` is an empty form."""
    form = reading.shown
    if form is None:
        return None
    answers: dict[str, dict[str, Any]] = {}
    for case in reading.cases:
        answers[case.name] = merged(answers.get(case.extends or "", {}), case.answers)
    test = test or next(iter(answers), "")
    days = {case.name: date.fromisoformat(case.today) for case in reading.cases}
    sheet = lay_out(
        form, answers.get(test, {}), {}, today=days.get(test, today), channel=channel, language=language
    )
    return Preview(sheet, test if test in answers else "", tuple(answers))
