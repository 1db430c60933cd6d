"""From a form and its answers to the sheet that a person sees."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from machimado.cases.applications.rules.answers import REGISTERED, group_of, take
from machimado.cases.applications.rules.route import lay_out_route, unavailable
from machimado.cases.applications.rules.sheet import (
    HIDDEN_KINDS,
    UNDECIDED,
    Document,
    Group,
    Line,
    Option,
    Person,
    Refusal,
    Row,
    Section,
    Sheet,
    Wording,
)
from machimado.cases.applications.rules.wording import AGREE_TO_ALL, in_words, say, to_be_written
from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.definition import Channel
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.outcome import Finding, Offer, Outcome
from machimado.cases.procedures.rules.people import NAME
from machimado.cases.procedures.rules.questions import Question


def lay_out(
    form: Form,
    answers: Mapping[str, Any],
    sources: Mapping[str, Any],
    *,
    today: date,
    channel: Channel = "counter",
    language: str = "ja",
    refusals: Mapping[str, Refusal] | None = None,
    show_kinds: frozenset[str] = frozenset(),
    spoken: str = "",
    is_alone: bool = False,
) -> Sheet:
    """Return the sheet of an application; `show_kinds` are kinds shown though the officer does not fill them.

    `spoken` is a second language for the questions, beside the sheet's own. Whoever answers alone (`is_alone`) is told what
    concerns them, and not what an officer is to do.
    """
    outcome = form.evaluate(answers, today=today, channel=channel)
    outcome = _for_whoever_is_alone(outcome) if is_alone else outcome
    hidden = HIDDEN_KINDS - show_kinds
    maker = _Maker(
        form, answers, sources, outcome, (language, spoken), refusals or {}, hidden, is_alone=is_alone
    )
    route = lay_out_route(form, answers, outcome, today, language) if isinstance(form, Bundle) else None
    sections = tuple(section for section in map(maker.section, form.procedure.sections) if section.items)
    lines = [line for section in sections for line in section.lines()]
    on_lines = {line.path for line in lines}
    open_points = sum(section.open_points for section in sections)
    general_errors = _general(outcome.errors, on_lines, language)
    return Sheet(
        title=say(form.procedure.title, language),
        sections=sections,
        notes=tuple(say(note, language) for note in form.procedure.notes),
        documents=_documents(form, outcome, language),
        fee=outcome.fee or 0,
        derived=outcome.derived,
        answered=sum(1 for line in lines if line.words),
        asked=len(lines),
        open_points=open_points,
        general_errors=general_errors,
        general_warnings=(
            *_general(outcome.warnings, on_lines, language),
            *_undecided(form, outcome, language),
            *(unavailable(form, outcome, language) if isinstance(form, Bundle) else ()),
        ),
        ready=open_points == 0 and not general_errors,
        spoken="ja" if spoken == "ja-simple" else spoken,
        route=route,
    )


def _for_whoever_is_alone(outcome: Outcome) -> Outcome:
    """Return the outcome in the resident's words: what is wrong, but no remark that is meant for officers."""
    errors = (replace(one, message={**one.message, **(one.alone or {})}) for one in outcome.errors)
    warnings = (replace(one, message={**one.message, **one.alone}) for one in outcome.warnings if one.alone)
    return replace(outcome, errors=tuple(errors), warnings=tuple(warnings), undecided=())


def _general(findings: tuple[Finding, ...], on_lines: set[str], language: str) -> tuple[str, ...]:
    """Return the findings that belong to no line of the page."""
    return tuple(say(one.message, language) for one in findings if not on_lines.intersection(one.fields))


def _undecided(form: Form, outcome: Outcome, language: str) -> tuple[str, ...]:
    """Return the checks that an unknown part of a date (不詳) leaves open: the officer decides."""
    open_checks = (check for check in form.procedure.checks if check.id in outcome.undecided)
    return tuple(f"{say(UNDECIDED, language)}{say(check.message, language)}" for check in open_checks)


def _documents(form: Form, outcome: Outcome, language: str) -> tuple[Document, ...]:
    needed = (one for one in form.procedure.documents if one.id in outcome.documents)
    # Several procedures want to see the same.
    return tuple(dict.fromkeys(Document(say(one.title, language), one.how == "attach") for one in needed))


class _Maker:
    """Makes the lines of one sheet."""

    def __init__(
        self,
        form: Form,
        answers: Mapping[str, Any],
        sources: Mapping[str, Any],
        outcome: Outcome,
        languages: tuple[str, str],
        refusals: Mapping[str, Refusal],
        hidden: frozenset[str],
        *,
        is_alone: bool,
    ) -> None:
        self._is_alone = is_alone
        self._questions = form.by_path
        self._notes = _notes(form, languages[0])
        self._wordings = wordings(form, *languages)
        self._form, self._languages, self._askers = form, languages, outcome.askers
        self._answers = dict(answers)
        self._sources = sources
        self._language = languages[0]
        self._refusals = refusals
        self._hidden = hidden
        self._asked = set(outcome.asked)
        self._given, self._asked_at, self._offers = outcome.given, outcome.asked_at, outcome.offers
        self._candidates = outcome.candidates
        self._documents = frozenset(outcome.documents)
        self._missing = set(outcome.missing)
        self._required = outcome.required
        self._errors = _by_path(outcome.errors, self._language)
        self._warnings = _by_path(outcome.warnings, self._language)

    def section(self, section: Any) -> Section:
        found = (self._questions[question.id] for question in section.questions)
        items = tuple(self._item(question) for question in found if self._is_shown(question, question.id))
        return Section(section.id, say(section.title, self._language), items, self._notes.get(section.id, ()))

    def _is_shown(self, question: Question, path: str) -> bool:
        return path in self._asked and question.kind not in self._hidden

    def _item(self, question: Question) -> Line | Group:
        line = self._line(question, question.id, question.id)
        return self._group(question, line) if question.kind == "group" else line

    def _group(self, question: Question, line: Line) -> Group:
        # Rows that a life event knows are there, whoever has answered in them; nobody adds to them or takes one away.
        known = 1 + max(
            (int(path.split(".")[-2]) for path in self._given if path.startswith(f"{question.id}.")),
            default=-1,
        )
        count = known or len(line.value or [])
        rows = tuple(self._row(question, index) for index in range(count))
        people = tuple(self._person(one) for one in self._offers.get(question.id, ()))
        return Group(
            line,
            rows,
            may_add=not known and count < question.most,
            may_drop=not known,
            people=people,
            is_of_people=any(one.id == NAME for one in question.questions),
        )

    def _person(self, offer: Offer) -> Person:
        return Person(
            offer.place, offer.name["text"], is_chosen=offer.row is not None, source=self._told_by(offer)
        )

    def _told_by(self, offer: Offer) -> str:
        """Return who has told the name of somebody, which stands at their place or is all of it."""
        found = self._sources.get(f"{offer.place}.name") or self._sources.get(offer.place) or {}
        return str(found.get("source", ""))

    def _people(self, path: str, value: Any) -> tuple[Person, ...]:
        """Return whose name can be chosen for a question: nobody's where the register has said it."""
        if (self._sources.get(path) or {}).get("source") in REGISTERED:
            return ()
        return tuple(
            Person(one.place, one.name["text"], is_chosen=one.name == value, source=self._told_by(one))
            for one in self._candidates.get(path, ())
        )

    def _row(self, group: Question, index: int) -> Row:
        lines = tuple(
            self._line(question, path, f"{group.id}.{question.id}")
            for question in group.questions
            if self._is_shown(question, path := f"{group.id}.{index}.{question.id}")
        )
        title, name = f"{say(group.label, self._language)} {index + 1}", self._row_name(group, index)
        return Row(index, f"{title}　{name}" if name else title, lines, self._named_at(group, index), name)

    def _named_at(self, group: Question, index: int) -> tuple[str, str]:
        """Return where whoever a row is about was named: the place of their row or their own, and what that is called."""
        path = self._asked_at.get(f"{group.id}.{index}.name", "")
        question = self._questions.get(group_of(path) or path)
        return (path.removesuffix(".name"), say(question.label, self._language)) if question else ("", "")

    def _row_name(self, group: Question, index: int) -> str:
        """Return whom a row is about, where that is known and not asked here."""
        path = f"{group.id}.{index}.name"
        name = take(self._answers, path) if path in self._asked_at else self._given.get(path)
        return str(name.get("text") or "") if isinstance(name, dict) else ""

    def _line(self, question: Question, path: str, place: str) -> Line:
        value = take(self._answers, path)
        refusal = self._refusals.get(path)
        wording, statements = self._worded(question, path, place)
        source = self._sources.get(path)
        return Line(
            path,
            wording,
            question.required is True or path in self._required,
            value,
            in_words(question, value, self._language),
            source.get("source", "") if source else "",
            _chosen(wording.options, refusal.typed if refusal else value),
            path in self._missing,
            self._errors.get(path, ()),
            self._warnings.get(path, ()),
            refusal.in_words(self._language) if refusal else "",
            refusal.typed if refusal else None,
            statements,
            in_words(question, source["registered"], self._language)
            if source and "registered" in source
            else "",
            self._people(path, value),
            self._papers(question, path),
        )

    def _papers(self, question: Question, path: str) -> tuple[str, ...]:
        """Return which papers a question for files means: in a life event those of the procedures that ask it."""
        if question.kind != "files":
            return ()
        askers = self._askers.get(path) or (question.section,)
        return tuple(
            dict.fromkeys(
                say(one.title, self._language)
                for one in self._form.procedure.documents
                if one.id in self._documents and one.how == "attach" and self._is_of(one.id, askers)
            )
        )

    def _is_of(self, document: str, procedures: tuple[str, ...]) -> bool:
        return not isinstance(self._form, Bundle) or document.partition(".")[0] in procedures

    def _worded(self, question: Question, path: str, place: str) -> tuple[Wording, tuple[str, ...]]:
        """Return a question's words: of a shared one those of the first procedure that asks it now, unless the event has its own."""
        own, askers = self._wordings[place], self._askers.get(path, ())
        if not askers or not isinstance(self._form, Bundle):
            return own, ()
        theirs = [wordings(self._form.members[name].form, *self._languages)[place] for name in askers]
        heard = (each.alone if self._is_alone else each.ask or each.label for each in theirs)
        said = tuple(dict.fromkeys(heard)) if question.agreement else ()
        is_events = question.id in self._form.event.wording or self._form.triage.form.question(question.id)
        worded = own if is_events else replace(theirs[0], options=own.options, longest=own.longest)
        if len(said) < 2:
            return worded, ()
        return (worded if is_events else self._for_all(worded)), said

    def _for_all(self, wording: Wording) -> Wording:
        """Return the words with which several statements are put before somebody: none of them is said twice."""
        language, spoken = self._languages
        texts = AGREE_TO_ALL.get(wording.kind)
        if texts is None:
            return wording
        heard = texts.get(spoken, "") if spoken else ""
        return replace(wording, ask=say(texts, language), alone=say(texts, language), spoken=heard)


def _notes(form: Form, language: str) -> dict[str, tuple[str, ...]]:
    """Return what officers should know of each procedure of a life event, by the section where it begins."""
    if not isinstance(form, Bundle):
        return {}
    each = ((name, member.form.procedure.notes) for name, member in form.members.items())
    return {name: tuple(say(note, language) for note in notes) for name, notes in each}


def _chosen(options: tuple[Option, ...], value: Any) -> tuple[Option, ...]:
    """Return the options with those that `value` names chosen."""
    if not options or not value:
        return options
    codes = value if isinstance(value, list) else [value]
    return tuple(replace(option, chosen=True) if option.code in codes else option for option in options)


@lru_cache(maxsize=256)
def wordings(form: Form, language: str, spoken: str) -> dict[str, Wording]:
    """Return what each question of the form says, by its id; a question of a group by `children.name`."""
    return {path.replace("[]", ""): _wording(question, language, spoken) for path, question in form.walk()}


def _wording(question: Question, language: str, spoken: str) -> Wording:
    return Wording(
        kind=question.kind,
        label=say(question.label, language),
        ask=say(question.ask, language),
        hint=say(question.hint, language),
        note=say(question.officer_note, language),
        alone=_alone(question, language),
        format=question.format or "",
        options=tuple(
            Option(option.code, say(option.label, language), str(key) if key <= 9 else "", chosen=False)
            for key, option in enumerate(question.options, start=1)
        ),
        longest=question.maximum or 0 if question.kind == "text" else 0,
        spoken=(question.ask or {}).get(spoken, "") if spoken else "",
    )


def _alone(question: Question, language: str) -> str:
    """Return what whoever answers alone is asked: in words of its own, or as officers ask; in a language that has none, as they do."""
    heard = to_be_written(question) if _is_named_only(question) or not question.ask else question.ask
    return say({**heard, **(question.alone or {})}, language)


def _is_named_only(question: Question) -> bool:
    return bool(question.prefill) or question.kind == "files"


def _by_path(findings: tuple[Finding, ...], language: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in findings:
        for path in one.fields:
            found[path] = (*found.get(path, ()), say(one.message, language))
    return found
