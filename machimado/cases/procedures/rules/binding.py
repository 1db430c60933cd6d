"""How the forms of several procedures become one: which questions are the same, and in which chapter each stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import Any, TypeVar

from machimado.cases.procedures.rules import definition
from machimado.cases.procedures.rules.bundle import AGREED, PUT_OFF, ROUTE, TOLD, Bundle
from machimado.cases.procedures.rules.crosscheck import link_checks
from machimado.cases.procedures.rules.definition import Check, Document, Option, Procedure, Section, Text
from machimado.cases.procedures.rules.form import Form, by_path
from machimado.cases.procedures.rules.life_event import LifeEvent, Triage, Wording, given_name
from machimado.cases.procedures.rules.link import Complaints
from machimado.cases.procedures.rules.member import Member
from machimado.cases.procedures.rules.questions import Question
from machimado.cases.procedures.rules.tying import roles, tie, with_persons

# What closes every form closes them all together.
_LAST = ("declaration", "signature")
_CONFIRM: Text = {"ja": "確認と署名", "ja-simple": "かくにんと サイン", "en": "Confirmation and signature"}
_ROUTE: Text = {"ja": "手続の道すじ", "ja-simple": "することの じゅんばん", "en": "What will be done"}
_AGREED: Text = {
    "ja": "この手続を始める",
    "ja-simple": "この 手続（てつづ）きを 始（はじ）める",
    "en": "Begin these procedures",
}
_PUT_OFF: Text = {
    "ja": "今日はしない手続",
    "ja-simple": "きょうは しない 手続（てつづ）き",
    "en": "Not today",
}
_TOLD: Text = {"ja": "ご案内した用事", "ja-simple": "お知（し）らせした こと", "en": "Explained"}

Named = TypeVar("Named", Check, Document)


def bind(
    triage: Triage, forms: Mapping[str, Form], meanings: Mapping[str, Any], complaints: Complaints
) -> Bundle:
    """Make one form of a life event and its procedures; `forms` has one for each procedure that the event calls.

    A check that names what no form asks goes to `complaints` and is left out: so it is with one of a procedure that has
    no version in force.
    """
    return _Binder(triage, forms, meanings, complaints).bundle()


@dataclass
class _Binder:
    triage: Triage
    forms: Mapping[str, Form]
    meanings: Mapping[str, Any]
    complaints: Complaints
    # What stands in each section, by its id, in the order in which sections come.
    sections: dict[str, tuple[Text, list[Question]]] = field(default_factory=dict)

    @property
    def event(self) -> LifeEvent:
        return self.triage.event

    def bundle(self) -> Bundle:
        members = {name: self._member(form) for name, form in self.forms.items()}
        self._place_all(members)
        asked = tuple(chain.from_iterable(held for _, held in self.sections.values()))
        ties = tie(self.event, asked, members, self.meanings, self.complaints)
        questions = with_persons(asked, ties)
        return Bundle(
            procedure=self._procedure(members),
            questions=questions,
            steps=(),
            checks=link_checks(self.event, asked, self.complaints),
            documents=(),
            fee=0,
            delivery=(),
            roots=(),
            answer_roots=(),
            by_path=by_path(questions),
            event=self.event,
            triage=self.triage,
            members=members,
            ties=ties,
            roles=roles(self.event, asked, members, self.meanings, self.complaints),
        )

    # --- which questions are one and the same ------------------------------------------------------------------

    @cached_property
    def _groups(self) -> dict[str, list[Question]]:
        """Return each group of rows that procedures ask, by its id."""
        found: dict[str, list[Question]] = {}
        for form in self.forms.values():
            for question in form.questions:
                if question.kind == "group":
                    found.setdefault(question.id, []).append(question)
        return found

    def _is_shared(self, question: Question) -> bool:
        """Tell whether a question means the same in all procedures; rows do only where the same people stand in them."""
        if question.kind == "group":
            filters = {group.prefill_filter for group in self._groups[question.id]}
            return f"{question.id}[]" in self.meanings and len(filters) == 1
        return question.id in self.meanings and question.kind != "files"

    def _given(self, form: Form) -> Iterable[str]:
        """Return which of a procedure's own questions the event answers."""
        return next((step.given for step in self.event.procedures if step.procedure == form.id), ())

    def _apart(self, form: Form) -> Iterable[str]:
        """Return what means something else in this procedure, though it is called the same: each is asked by itself."""
        return next((step.apart for step in self.event.procedures if step.procedure == form.id), ())

    def _member(self, form: Form) -> Member:
        apart = self._apart(form)
        shared = frozenset(
            question.id
            for question in form.questions
            if self._is_shared(question) and question.id not in apart
        )
        names: dict[str, str] = {}
        for question in form.questions:
            here = names[question.id] = question.id if question.id in shared else f"{form.id}.{question.id}"
            for row in question.questions:
                leaf = row.id
                if question.id in shared and f"{question.id}[].{row.id}" not in self.meanings:
                    leaf = f"{form.id}-{row.id}"
                names[f"{question.id}[].{row.id}"] = f"{here}[].{leaf}"
        own = {question.id for question in self.triage.form.questions if question.id not in self.meanings}
        given = {name: given_name(form.id, name) for name in self._given(form)}
        foreign = frozenset(own.union(apart))
        return Member(form, shared, names, _leaves(form, shared, names), foreign, given)

    # --- where they stand --------------------------------------------------------------------------------------

    def _place_all(self, members: Mapping[str, Member]) -> None:
        for section in self.event.sections:
            inside = {question.id for question in section.questions}
            asked = [question for question in self.triage.form.questions if question.id in inside]
            self.sections[section.id] = (section.title, [self._worded(question) for question in asked])
        self.sections[ROUTE] = (_ROUTE, self._route_questions())
        for chapter in self.event.chapters:
            self.sections.setdefault(chapter.id, (chapter.title, []))
        placed = {question.id for _, held in self.sections.values() for question in held}
        last: list[Question] = []
        for member in members.values():
            for question in member.form.questions:
                name = member.names[question.id]
                if name in placed:
                    continue
                placed.add(name)
                merged = self._merged(member, question)
                if name in _LAST:
                    last.append(merged)
                else:
                    self._section_of(member, question).append(merged)
        self.sections["confirm"] = (_CONFIRM, sorted(last, key=lambda one: _LAST.index(one.id)))
        self.sections = {name: held for name, held in self.sections.items() if held[1]}

    def _section_of(self, member: Member, question: Question) -> list[Question]:
        if question.id in member.shared:
            for chapter in self.event.chapters:
                if {question.id, question.id.partition(".")[0]} & set(chapter.meanings):
                    return self.sections[chapter.id][1]
        return self.sections.setdefault(member.id, (member.form.procedure.title, []))[1]

    def _merged(self, member: Member, question: Question) -> Question:
        """Return the question as the bundle asks it, for all procedures that share it."""
        if question.id not in member.shared:
            return replace(question, id=member.names[question.id], section=member.id)
        return self._worded(_wider(self._together(question)))

    def _together(self, question: Question) -> list[Question]:
        """Return the same question of each procedure, its rows' questions as the bundle calls them."""
        found = []
        for form in self.forms.values():
            same = next((one for one in form.questions if one.id == question.id), None)
            if same is not None and question.id not in self._apart(form):
                found.append(
                    replace(same, questions=tuple(self._row(form, same, row) for row in same.questions))
                )
        return found

    def _row(self, form: Form, group: Question, row: Question) -> Question:
        if f"{group.id}[].{row.id}" in self.meanings:
            return row
        # Whose question it is: two of them may ask for a reason.
        label = {
            language: f"{text}（{say}）"
            for language, text in row.label.items()
            for say in [_short(form, language)]
        }
        return replace(row, id=f"{form.id}-{row.id}", label=label)

    def _worded(self, question: Question) -> Question:
        wording = self.event.wording.get(question.id, Wording())
        worded = replace(
            question,
            label=wording.label or question.label,
            ask=wording.ask or question.ask,
            alone=wording.alone or question.alone,
        )
        return self._with_roles(worded) if question.id == "applicant.role" else worded

    def _with_roles(self, question: Question) -> Question:
        """Keep the roles in which somebody can come for this life event."""
        options = tuple(option for option in question.options if option.code in self.event.applicants)
        return replace(question, options=options, codes=frozenset(option.code for option in options))

    def _route_questions(self) -> list[Question]:
        called = tuple(
            _option(step.procedure, self.forms[step.procedure].procedure.title)
            for step in self.event.procedures
            if step.procedure in self.forms
        )
        errands = tuple(_option(step.id, step.title) for step in self.event.elsewhere)
        return [
            _choices(AGREED, _AGREED, called),
            _choices(PUT_OFF, _PUT_OFF, called),
            *([_choices(TOLD, _TOLD, errands)] if errands else []),
        ]

    # --- as a procedure ----------------------------------------------------------------------------------------

    def _procedure(self, members: Mapping[str, Member]) -> Procedure:
        """Return what stands for the definition: the sections, and what the procedures say to the officer."""
        event = self.event
        forms = [(member.id, member.form.procedure) for member in members.values()]
        return Procedure.model_construct(
            id=event.id,
            title=event.title,
            summary=event.summary,
            business_id="000",
            legal_basis=(),
            version=event.version,
            channels=event.channels,
            applicants=event.applicants,
            standings=event.standings,
            words=event.words,
            sections=tuple(_section(name, *held) for name, held in self.sections.items()),
            derived={},
            checks=(
                *event.checks,
                *(_renamed(check, name) for name, procedure in forms for check in procedure.checks),
            ),
            documents=tuple(
                _renamed(document, name) for name, procedure in forms for document in procedure.documents
            ),
            notes=event.notes,
            fee=0,
            form=None,
            delivery=None,
            paper=None,
            tests=(),
        )


def _leaves(form: Form, shared: frozenset[str], names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return what a procedure alone asks in the rows of each shared group."""
    found = {
        question.id: tuple(
            row.id for row in question.questions if names[path := f"{question.id}[].{row.id}"] != path
        )
        for question in form.questions
        if question.id in shared
    }
    return {group: leaves for group, leaves in found.items() if leaves}


def _section(name: str, title: Text, questions: Iterable[Question]) -> Section:
    asked = tuple(definition.Question.model_construct(id=question.id) for question in questions)
    return Section.model_construct(id=name, title=title, when=None, questions=asked)


def _renamed(one: Named, owner: str) -> Named:
    return one.model_copy(update={"id": f"{owner}.{one.id}"})


def _option(code: str, label: Text) -> Option:
    return Option.model_construct(code=code, label=label)


def _choices(path: str, label: Text, options: tuple[Option, ...]) -> Question:
    codes = frozenset(option.code for option in options)
    return Question(
        id=path, kind="choices", label=label, section=ROUTE, options=options, codes=codes, personal=False
    )


def _short(form: Form, language: str) -> str:
    title = form.procedure.title
    return title.get(language) or title["ja"]


def _wider(same: list[Question]) -> Question:
    """Return one question for those that mean the same, as wide as the widest: each procedure judges the answer by its own."""
    first = same[0]
    options = {option.code: option for one in same for option in one.options}
    rows = {row.id: row for one in same for row in one.questions}
    needed = {row.id for one in same for row in one.questions if row.required is True}
    longest = [one.maximum for one in same]
    formats = {one.format for one in same}
    return replace(
        first,
        required=any(one.required is True for one in same),
        when=None,
        options=tuple(options.values()),
        codes=frozenset(options),
        minimum=None if len(same) > 1 else first.minimum,
        maximum=None if None in longest else max(each for each in longest if each is not None),
        matches=None if len(same) > 1 else first.matches,
        format=first.format if len(formats) == 1 else None,
        exact=all(one.exact for one in same),
        not_future=all(one.not_future for one in same),
        questions=tuple(replace(row, required=row.required or name in needed) for name, row in rows.items()),
        steps=tuple(range(len(rows))),
    )
