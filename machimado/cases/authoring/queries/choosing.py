"""What can be chosen in the form of a part: procedures, questions, answers that are known already, laws that the house knows."""

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any

from machimado.cases.authoring.queries.offered import Choices, Known, Pairs, with_gone
from machimado.cases.authoring.queries.people import of_chosen, of_people, said_in_words
from machimado.cases.authoring.queries.reading import Reading
from machimado.cases.authoring.rules.conditions import operands
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.load import vocabulary
from machimado.cases.procedures.rules.questions import Question
from machimado.cases.procedures.rules.saying import Words, words_between, words_of
from machimado.ground.ui.languages import Language


def choices(reading: Reading, kind: str, value: Mapping[str, Any]) -> Choices:
    """Return what can be chosen in the form of a part of a draft."""
    offered = _OFFERED.get(kind)
    return offered(reading, value) if offered else Choices()


def _of_errand(reading: Reading, value: Mapping[str, Any]) -> Choices:
    return Choices(days=_days(reading, value))


def _of_whole(_reading: Reading, _value: Mapping[str, Any]) -> Choices:
    return Choices(several={"languages": [("", [(one.value, one.label) for one in Language if one != "ja"])]})


def _of_chapter(reading: Reading, value: Mapping[str, Any]) -> Choices:
    return Choices(several={"meanings": [("", _meanings_of_chapters(reading, value.get("meanings")))]})


def _of_wording(reading: Reading, _value: Mapping[str, Any]) -> Choices:
    worded = reading.data.get("wording") or {}
    return Choices(
        shared=tuple((one.id, one.label["ja"]) for one in _shared(reading) if one.id not in worded)
    )


def _shared(reading: Reading) -> list[Question]:
    """Return the questions that the procedures of a life event share, but for those that are asked at its beginning."""
    first = {question.id for question in reading.form.questions} if reading.form else set()
    meanings = {name.removesuffix("[]") for name in vocabulary().meanings}
    asked = reading.whole.questions if reading.whole else ()
    found = [one for one in asked if one.id in meanings and one.id not in first]
    order = {root: place for place, root in enumerate(dict.fromkeys(map(_root, found)))}
    return sorted(found, key=lambda one: order[_root(one)])


def _meanings_of_chapters(reading: Reading, chosen: Any) -> Pairs:
    """Return what can stand in a chapter: each shared question, and before those of one word all of them together."""
    ticked = chosen if isinstance(chosen, list) else []
    told: Pairs = []
    for root, questions in groupby(_shared(reading), key=_root):
        each = [(one.id, one.label["ja"]) for one in questions]
        is_group = len(each) > 1 and each[0][0] != root
        if is_group or root in ticked:
            words = _together(label for _, label in each)
            told.append((root, f"まとめて　{words}" if is_group else words))
        told += each if is_group or root not in ticked else []
    known = {code for code, _ in told}
    return [*told, *((str(one), meant(reading, str(one))) for one in ticked if one not in known)]


def _root(question: Question) -> str:
    return question.id.partition(".")[0]


def meant(reading: Reading, name: str) -> str:
    """Return what a chapter's word means: a question, or all that begin with it; in the words of the event where it asks them."""
    asked = {one.id: one.label["ja"] for one in _shared(reading)}
    known = {
        called: each.label["ja"]
        for called, each in ((path.removesuffix("[]"), each) for path, each in vocabulary().meanings.items())
        if "[]" not in called
    }
    for labels in (asked, known):
        found = [label for path, label in labels.items() if path == name or path.startswith(f"{name}.")]
        if found:
            return _together(found)
    return name


def _together(labels: Iterable[str]) -> str:
    each = list(labels)
    return "・".join(each[:3]) + (f"など{len(each)}問" if len(each) > 3 else "")


def said_of(reading: Reading, name: str) -> dict[str, Any]:
    """Return how a shared question is said in a life event, as it stands."""
    question = reading.whole.question(name) if reading.whole else None
    if question is None:
        return {}
    return {
        "label": dict(question.label),
        "ask": dict(question.ask or {}),
        "alone": dict(question.alone or {}),
    }


def _of_called(reading: Reading, value: Mapping[str, Any]) -> Choices:
    forms = procedures.in_force(reading.first_day)
    called = forms.get(str(value.get("procedure", "")))
    apart = with_gone(_apart(called) if called else [], value.get("apart"))
    return Choices(
        procedures=_by_business(forms.values()),
        days=_days(reading, value),
        known=tuple(_known(called, reading, value.get("given"))),
        may_be_known=tuple(_may_be_known(called, reading)) if called else (),
        questions=tuple((one.id, one.label["ja"]) for one in called.questions) if called else (),
        several={"apart": [("", apart)]},
    )


def _by_business(forms: Iterable[Form]) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    found = sorted(forms, key=lambda form: (form.procedure.business_id, form.id))
    grouped = groupby(found, key=procedures.business_name)
    return tuple(
        (name, tuple((form.id, form.procedure.title["ja"]) for form in each)) for name, each in grouped
    )


def _days(reading: Reading, value: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the days from which a span may run: the dates that are asked at the beginning."""
    asked = reading.form.questions if reading.form else ()
    found = [(question.id, question.label["ja"]) for question in asked if question.kind == "date"]
    due = value.get("due")
    return tuple(with_gone(found, [due.get("from")] if isinstance(due, dict) else []))


def _apart(called: Form) -> Pairs:
    """Return the questions of a procedure that others may ask as well."""
    shared = {name.removesuffix("[]") for name in vocabulary().meanings}
    plain = (question for question in called.questions if question.id in shared and "." not in question.id)
    return [(question.id, question.label["ja"]) for question in plain]


def _known(called: Form | None, reading: Reading, given: Any) -> Iterable[Known]:
    words = words_of(reading.form) if reading.form else Words({}, {})
    for name, rule in given.items() if isinstance(given, dict) else ():
        question = called.question(name) if called else None
        label = question.label["ja"] if question else name
        yield Known(name, str(rule), f"「{label}」は{said_in_words(str(rule), question, words)}")


def _may_be_known(called: Form, reading: Reading) -> Iterable[tuple[str, tuple[Known, ...]]]:
    """Yield for each question of a procedure the answers that can be known: one of its options, or what was asked before."""
    triage = reading.form.questions if reading.form else ()
    for question in called.questions:
        same = (each for each in triage if each.kind == question.kind and each.codes <= question.codes)
        found = [*_constant(question), *(_the_same(question, each) for each in same)]
        if found and question.kind not in {"group", "files", "signature"}:
            yield question.label["ja"], tuple(found)


def _constant(question: Question) -> Iterable[Known]:
    label = question.label["ja"]
    if question.kind == "choice":
        for option in question.options:
            yield Known(question.id, f'"{option.code}"', f"「{label}」は「{option.label['ja']}」")


def _the_same(question: Question, asked: Question) -> Known:
    words = f"「{question.label['ja']}」は、はじめに聞く「{asked.label['ja']}」と同じ"
    return Known(question.id, asked.id, words)


def _of_check(reading: Reading, value: Mapping[str, Any]) -> Choices:
    shown = reading.whole
    asked = tuple(shown.questions) if shown else ()
    found = [(question.id, question.label["ja"]) for question in asked if question.kind != "signature"]
    return Choices(
        several={"fields": [("", with_gone(found, value.get("fields")))]}, operands=operands(asked)
    )


_OFFERED: Mapping[str, Callable[[Reading, Mapping[str, Any]], Choices]] = {
    "called": _of_called,
    "errand": _of_errand,
    "check": _of_check,
    "whole": _of_whole,
    "chapter": _of_chapter,
    "wording": _of_wording,
    "people": of_people,
    "chosen": of_chosen,
}


def words_of_checks(reading: Reading) -> Words | None:
    """Return what the checks of a life event speak of; nothing where it has none of its own words."""
    whole = reading.whole
    if reading.triage is None or whole is None:
        return None
    return words_between(whole.questions, reading.triage.event.derived)
