"""A draft's text as the engine understands it: a procedure or a life event, with what is wrong and what it changes."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.utils import timezone

from machimado.cases.authoring.rules.naming import named
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.files import unknown_steps
from machimado.cases.procedures.rules.called import CALLED
from machimado.cases.procedures.rules.cases import Failure, run_cases, run_event_cases
from machimado.cases.procedures.rules.difference import every_difference
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.life_event import Triage, form_of
from machimado.cases.procedures.rules.load import (
    between_procedures,
    bundle,
    vocabulary,
)
from machimado.cases.procedures.rules.naming import Names
from machimado.cases.procedures.rules.problems import DefinitionError, Problem
from machimado.cases.procedures.rules.source import Source


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something to be put right: in words, with the part that it stands in."""

    what: str
    # The part's kind and place, for its form, and what it is called; nothing where the file itself cannot be read.
    kind: str
    place: str
    part: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A test that does not hold: its number and name, and what is otherwise, a sentence each."""

    number: int
    name: str
    told: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """What a draft says; `form` asks what is asked (of a life event its triage), none where it cannot be read.

    What takes its time to find out (tests, differences, the life events) is found out when somebody wants to know.
    """

    form: Form | None
    triage: Triage | None
    data: dict[str, Any]
    problems: tuple[Problem, ...] = ()
    # The procedures that a life event calls.
    called: Mapping[str, Form] = field(default_factory=dict)

    @cached_property
    def failures(self) -> tuple[Failure, ...]:
        """What the draft's own tests find; nothing where it cannot be gone through."""
        if self.problems or self.form is None:
            return ()
        if self.triage is not None:
            return tuple(run_event_cases(bundle(self.triage, self.called)))
        return tuple(run_cases(self.form))

    @cached_property
    def changes(self) -> tuple[str, ...]:
        """What it changes against the version before it."""
        one = self.triage or self.form
        return changes(one, self.names) if one is not None else ()

    @cached_property
    def events(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Life events that use the procedure, and what no longer fits in them."""
        return tuple(_events(self.form)) if self.form is not None and self.triage is None else ()

    @property
    def id(self) -> str:
        """The id of the procedure or life event."""
        return self.form.id if self.form else str(self.data.get("id", ""))

    @property
    def is_event(self) -> bool:
        """Whether it is a life event."""
        return is_event(self.data)

    @property
    def tests(self) -> int:
        """How many tests the draft has."""
        return len(self.cases)

    @property
    def cases(self) -> tuple[Any, ...]:
        """The tests of the draft."""
        if self.triage is not None:
            return self.triage.event.tests
        return self.form.procedure.tests if self.form else ()

    @cached_property
    def shown(self) -> Form | None:
        """What people go through: of a life event the triage and the questions of its procedures."""
        if self.triage is None or self.problems:
            return None if self.problems else self.form
        return bundle(self.triage, _called(self.triage, procedures.in_force(_first_day(self.triage.form))))

    @cached_property
    def whole(self) -> Form | None:
        """What people go through, or of it what can be read."""
        if self.triage is not None and self.problems:
            return bundle(self.triage, self.called)
        return self.shown or self.form

    @cached_property
    def names(self) -> Names:
        """What a life event and its procedures ask; what they ask no longer, as it is asked today."""
        if not self.is_event:
            return Names(())
        today = procedures.event_in_force(self.id, timezone.localdate())
        before = today.questions if today else ()
        forms = {name: one.form for name, one in today.members.items()} if today else {}
        titles = ((name, form.procedure.title["ja"]) for name, form in {**forms, **self.called}.items())
        return Names(self.whole.questions if self.whole else before, tuple(titles), before)

    @property
    def first_day(self) -> date:
        """The day on which it is to take effect; today's where the file names none."""
        version = self.data.get("version")
        written = version.get("effective_from") if isinstance(version, dict) else None
        try:
            return date.fromisoformat(str(written))
        except ValueError:
            return timezone.localdate()

    def wrong(self) -> list[Wrong]:
        """Return what is to be put right, each with its part."""
        return [_wrong(self, problem) for problem in self.problems]

    def failed(self) -> list[Failed]:
        """Return the tests that do not hold."""
        numbers = dict.fromkeys(int(failure.loc[1]) for failure in self.failures)
        return [self._failed(number) for number in numbers]

    def _failed(self, number: int) -> Failed:
        told = tuple(_told(self, one) for one in self.failures if one.loc[1] == number)
        return Failed(number, self.cases[number].name, told)


def read(text: str) -> Reading:
    """Read a draft; what is wrong is told, and never raised."""
    triage_or_form, source, problems = _loaded(text)
    if triage_or_form is None or source is None:
        return Reading(None, None, _data(text), problems)
    if isinstance(triage_or_form, Triage):
        return _read_event(triage_or_form, source)
    return Reading(triage_or_form, None, source.data)


def _read_event(triage: Triage, source: Source) -> Reading:
    """Read a life event with the procedures that are in force when it is: it is tested as people will go through it."""
    forms = procedures.in_force(_first_day(triage.form))
    called = _called(triage, forms)
    problems = (*unknown_steps(triage, source, forms), *between_procedures(triage, source, called))
    return Reading(triage.form, triage, source.data, problems, called)


def _called(triage: Triage, forms: Mapping[str, Form]) -> dict[str, Form]:
    names = [step.procedure for step in triage.event.procedures]
    return {name: forms[name] for name in names if name in forms}


def is_event(data: dict[str, Any]) -> bool:
    """Tell whether what was read is a life event: it calls procedures and belongs to no business."""
    return "procedures" in data and "business_id" not in data


def versions(identity: str) -> tuple[Form | Triage, ...]:
    """Return all versions of a procedure or a life event, oldest first."""
    return procedures.versions(identity) or procedures.event_versions(identity)


def changes(one: Form | Triage, names: Names | None = None) -> tuple[str, ...]:
    """Return what a version changes against the one before it; `names` knows what a life event's procedures ask."""
    number = form_of(one).version
    before = [each for each in versions(form_of(one).id) if form_of(each).version < number]
    return every_difference(before[-1], one, names=names) if before else ()


def lost_in_tests(reading: Reading) -> set[tuple[str | int, ...]]:
    """Return where tests expect something of parts that are gone."""
    return {
        problem.loc
        for problem in reading.problems
        if problem.loc[:1] == ("tests",) and len(problem.loc) > 3 and problem.loc[2] in _EXPECTED
    }


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """A version that was published after a draft was begun: its number, and what it changed."""

    number: int
    changes: tuple[str, ...]


def meanwhile(identity: str, based_on: int | None, reading: Reading) -> Meanwhile | None:
    """Return what was published since a draft was begun, as its reader calls it; nothing where it has the newest version under it."""
    known = {form_of(one).version: one for one in versions(identity)}
    newest = max(known, default=0)
    if newest <= (based_on or 0):
        return None
    before = known.get(based_on or 0)
    return Meanwhile(newest, every_difference(before, known[newest], names=reading.names) if before else ())


def _events(form: Form) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each life event that uses the procedure, with what of it this version no longer has."""
    on = _first_day(form)
    for triage in procedures.events_calling(form.id, on=on):
        text = procedures.text_of(triage.form)
        forms = {**procedures.in_force(on), form.id: form}
        found = unknown_steps(triage, Source(text.encode(), triage.event.id), forms)
        yield triage.event.title["ja"], tuple(problem.what for problem in found)


def _first_day(form: Form) -> date:
    return date.fromisoformat(form.procedure.version.effective_from)


def _loaded(text: str) -> tuple[Form | Triage | None, Source | None, tuple[Problem, ...]]:
    try:
        found, source = procedures.read_beside(text, "下書き", is_event=is_event(_data(text)))
    except DefinitionError as error:
        return None, None, tuple(error.problems)
    return found, source, ()


def _data(text: str) -> dict[str, Any]:
    """Return what can be read of a text that is no procedure (yet)."""
    try:
        data = Source(text.encode(), "下書き").data
    except DefinitionError:
        return {}
    return data if isinstance(data, dict) else {}


def _wrong(reading: Reading, problem: Problem) -> Wrong:
    if not reading.data:
        return Wrong(problem.what, "", "", f"ファイルの{problem.line}行目")
    part = named(reading.data, problem.loc, vocabulary(), reading.names.called)
    what = problem.what
    if part.kind in {"people", "chosen"}:
        what = _CODE.sub(lambda found: f"「{_in_a_word(reading.names, found[1])}」", what)
    return Wrong(what, part.kind, part.place, part.words)


# A path of a list or of a name, as the engine tells of it.
_CODE = re.compile(r"「([a-z][a-z0-9_.-]*)」")


def _in_a_word(names: Names, path: str) -> str:
    asked = path if names.question(path) else f"{path}.name"
    return names.called(asked) if names.question(asked) else path


# What a test expects, as the page says it.
_EXPECTED = {
    "asked": "聞く質問",
    "not_asked": "聞かない質問",
    "missing": "足りない答え",
    "errors": "直すよう求める検査",
    "warnings": "注意を示す検査",
    "undecided": "職員が決める検査",
    "documents": "要る書類",
    "procedures": "当てはまる手続",
    "elsewhere": "当てはまる用事",
    "fee": "手数料",
    "derived": "計算した値",
    "delivers": "基幹へ渡す中身",
}


def expected_words(reading: Reading, name: str, value: Any) -> tuple[str, str]:
    """Return what a test expects, in words: what of it, and which."""
    what = _EXPECTED.get(name, CALLED.get(name, name))
    if isinstance(value, dict):
        return what, "、".join(f"{key} は「{_plain(each)}」" for key, each in value.items()) or "なし"
    return what, _list(reading, name, value)


def _told(reading: Reading, failure: Failure) -> str:
    """Say what a test expected and what came out."""
    number, name = int(failure.loc[1]), str(failure.loc[2])
    expected = getattr(reading.cases[number], name)
    what = _EXPECTED.get(name, CALLED.get(name, name))
    if isinstance(expected, dict):
        found = failure.found or {}
        odd = [key for key in expected if expected[key] != found.get(key)]
        pairs = (f"{key}が「{_plain(expected[key])}」のはずが「{_plain(found.get(key))}」" for key in odd)
        return f"{what}の{'、'.join(pairs)}になりました。"
    before, after = (_list(reading, name, each) for each in (expected, failure.found))
    if name in {"asked", "not_asked"}:
        lost = [each for each in expected if each not in failure.found]
        tail = "聞かなくなりました" if name == "asked" else "聞くようになりました"
        return f"「{_list(reading, name, lost)}」を{tail}。"
    return f"{what}が「{before}」のはずが「{after}」になりました。"


def _plain(value: Any) -> str:
    return "なし" if value is None else str(value)


def _list(reading: Reading, name: str, value: Any) -> str:
    if name == "fee":
        return f"{value:,}円" if isinstance(value, int) else "なし"
    return "、".join(_name(reading, name, str(one)) for one in value or ()) or "なし"


_OF_CHECKS = frozenset({"errors", "warnings", "undecided"})


def _name(reading: Reading, expected: str, name: str) -> str:
    """Return what a question, check, document or procedure is called, as what is expected tells which of them it is."""
    if expected == "procedures":
        called = procedures.versions(name)
        return called[-1].procedure.title["ja"] if called else name
    if expected in {"documents", "elsewhere"} or expected in _OF_CHECKS:
        return next((said for each, said in _parts(reading, expected) if each == name), name)
    whole = reading.whole
    question = whole.question(name) if whole else None
    return question.label["ja"] if question is not None else name


def _parts(reading: Reading, expected: str) -> Iterable[tuple[str, str]]:
    if reading.form is None:
        return ()
    own, event = reading.form.procedure, reading.triage.event if reading.triage else None
    if expected in _OF_CHECKS:
        return ((check.id, check.message["ja"]) for check in (event or own).checks)
    steps = event.elsewhere if event else own.documents
    return ((one.id, one.title["ja"]) for one in steps)
