"""What the authoring pages show, as plain data."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from django.conf import settings

from machimado.cases.applications.rules.sheet import Sheet, lay_out, unchanged
from machimado.cases.authoring.models import Draft, DraftText, Hand
from machimado.cases.authoring.queries.reading import (
    Meanwhile,
    Reading,
    form_of,
    is_event,
    meanwhile,
    read,
    versions,
)
from machimado.cases.authoring.rules import editing, packing
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
from machimado.ground.people.models import Officer

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
    drafts: tuple[Draft, ...]
    words: str
    # Whether one of the drafts is of whoever looks.
    is_mine: bool = False


def listed(officer: Officer, drafts: Iterable[Draft]) -> list[Listed]:
    """Return all procedures, those of one business together, and the life events, with the drafts that are open."""
    by_procedure: dict[str, list[Draft]] = {}
    for one in drafts:
        by_procedure.setdefault(one.procedure, []).append(one)
    everything: list[tuple[Form | Triage, ...]] = [*procedures.everything(), *procedures.every_event()]
    found = [_listed(each, tuple(by_procedure.pop(form_of(each[-1]).id, ()))) for each in everything]
    found += [_new(each) for each in by_procedure.values()]
    return [replace(one, is_mine=any(draft.author_id == officer.pk for draft in one.drafts)) for one in found]


def _listed(each: tuple[Form | Triage, ...], drafts: tuple[Draft, ...]) -> Listed:
    newest = form_of(each[-1])
    is_event = isinstance(each[-1], Triage)
    return Listed(
        newest.id,
        newest.procedure.title["ja"],
        EVENTS if is_event else procedures.business_name(newest),
        tuple(
            (form_of(one).version, form_of(one).procedure.version.effective_from) for one in reversed(each)
        ),
        drafts,
        f"{EVENTS} {newest.procedure.title['ja']}" if is_event else procedures.words_of(newest),
    )


def _new(drafts: list[Draft]) -> Listed:
    title = _title(drafts[0])
    name = drafts[0].procedure
    return Listed(name, title, "新しい手続", (), tuple(drafts), f"{title} {name}")


def _title(draft: Draft) -> str:
    """Return what a draft's procedure is called: in force, or in the draft where it is new."""
    found = versions(draft.procedure)
    if found:
        return form_of(found[-1]).procedure.title["ja"]
    return _said(read(draft.text).data, "title") or draft.procedure


def open_drafts() -> list[Draft]:
    """Return the drafts that are being written or wait for somebody, with who wrote on them."""
    return list(
        Draft.objects.filter(state__in=OPEN).select_related("author").prefetch_related("hands__officer")
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A draft that waits to be let through: who wrote on it, and whether whoever looks may do so."""

    draft: Draft
    title: str
    writers: tuple[str, ...]
    may_approve: bool


def waiting(officer: Officer, drafts: Iterable[Draft]) -> list[Waiting]:
    """Return what waits for a second officer, what comes first first."""
    proposed = [draft for draft in drafts if draft.state == Draft.State.PROPOSED]
    return [_waiting(officer, draft) for draft in sorted(proposed, key=lambda one: str(one.effective_date))]


def _waiting(officer: Officer, draft: Draft) -> Waiting:
    wrote = [hand.officer for hand in draft.hands.all() if hand.role == Hand.Role.WROTE]
    return Waiting(draft, _title(draft), tuple(one.name for one in wrote), may_approve=officer not in wrote)


@dataclass(frozen=True, slots=True)
class Coming:
    """A version that is not in force yet: from when, and the draft that it was."""

    day: str
    title: str
    number: int
    draft: Draft | None


def coming(on: date) -> list[Coming]:
    """Return the versions that will take effect after a day, the next one first."""
    everything: list[tuple[Form | Triage, ...]] = [*procedures.everything(), *procedures.every_event()]
    later = [form_of(one) for each in everything for one in each if _since(one) > on.isoformat()]
    published = Draft.objects.filter(state=Draft.State.PUBLISHED, effective_date__gt=on).select_related(
        "approver"
    )
    drafts = {(draft.procedure, str(draft.effective_date)): draft for draft in published}
    found = [
        Coming(day := _since(form), form.procedure.title["ja"], form.version, drafts.get((form.id, day)))
        for form in later
    ]
    return sorted(found, key=lambda one: (one.day, one.title))


def _since(one: Form | Triage) -> str:
    return form_of(one).procedure.version.effective_from


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
    """A draft as it will look: with the answers of one of its tests, on one channel, in one language.

    `changed` are the questions that look otherwise than in the version before.
    """

    sheet: Sheet
    changed: frozenset[str] = frozenset()


def preview(
    reading: Reading,
    *,
    test: str,
    channel: Channel,
    language: str,
    today: date,
    against: Reading | None = None,
) -> Preview | None:
    """Return what is asked for the answers of a test, the first one where none is named; `-` is an empty form."""
    answers: dict[str, dict[str, Any]] = {}
    for case in reading.cases:
        answers[case.name] = merged(answers.get(case.extends or "", {}), case.answers)
    test = test or next(iter(answers), "")
    days = {case.name: date.fromisoformat(case.today) for case in reading.cases}

    def sheet_of(form: Form) -> Sheet:
        given, day = answers.get(test, {}), days.get(test, today)
        return lay_out(form, given, {}, today=day, channel=channel, language=language)

    form, earlier = reading.shown, against.shown if against else None
    if form is None:
        return None
    sheet = sheet_of(form)
    if earlier is None:
        return Preview(sheet)
    same = unchanged(sheet_of(earlier), sheet)
    return Preview(sheet, frozenset(line.path for line in sheet.lines() if line.path not in same))


# ---------------------------------------------------------------- one file to hand on


class NotReadable(Exception):
    """The text is no procedure that could be begun from; the message says why."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file from elsewhere before it is taken over: how it will stand here, and whether the city has such a procedure."""

    text: str
    reading: Reading
    is_known: bool


def incoming(text: str) -> Incoming:
    """Return what a file from elsewhere would change.

    Raises: NotReadable.
    """
    first = read(text)
    if first.form is None:
        one = first.problems[0]
        raise NotReadable(f"このファイルは読めません：{one.what}（{one.line}行目）")
    found = versions(first.id)
    number = max((form_of(each).version for each in found), default=0) + 1
    # As the next version: what it changes is told against the newest one here.
    reading = read(editing.put(text, ("version", "number"), number))
    return Incoming(text, reading, bool(found))


def version(identity: str, number: int) -> Form | None:
    """Return a version of a procedure or life event, of the latter what asks."""
    return next((form for one in versions(identity) if (form := form_of(one)).version == number), None)


def packed(form: Form | None, text: str) -> bytes:
    """Return a definition as one file, with the city's own forms on paper that it needs."""
    data = read(text).data
    folder = "events" if is_event(data) else "procedures"
    name = form.id if form else str(data.get("id", "draft"))
    return packing.pack(f"{folder}/{name}.yaml", text, _layouts(form) if form else {})


def _layouts(form: Form) -> dict[str, bytes]:
    """Return the city's own form of a procedure and those that it takes in; nothing where the standard one serves."""
    folder: Path = settings.CITY_FOLDER / "forms"
    first = form.procedure.form or f"{form.id}.typ"
    waiting, found = [first], dict[str, bytes]()
    while waiting:
        name = waiting.pop()
        path = folder / name
        if name not in found and path.is_file():
            found[name] = path.read_bytes()
            waiting += packing.imported(found[name].decode())
    return found


def notes_on_layouts(file: packing.Packed) -> list[str]:
    """Return what there is to say of the forms on paper that came with a file: those are kept by whoever keeps the machine."""
    folder: Path = settings.CITY_FOLDER / "forms"
    here = {
        name: (folder / name).read_bytes() if (folder / name).is_file() else None for name in file.layouts
    }
    new = [name for name in sorted(here) if here[name] is None]
    other = [name for name in sorted(here) if here[name] not in {None, file.layouts[name]}]
    told = []
    if new:
        told.append(
            f"紙の様式「{'」「'.join(new)}」は、このまちにありません。使うときは、様式の置き場（forms）に入れるよう情報政策課に頼んでください。それまでは標準の様式で印刷します。"
        )
    if other:
        told.append(
            f"紙の様式「{'」「'.join(other)}」は、このまちの様式と違います。取り込んでも、このまちの様式で印刷します。"
        )
    return told
