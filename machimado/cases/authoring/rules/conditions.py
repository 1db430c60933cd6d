"""Conditions as sentences to choose from: whoever writes a procedure need not know how a rule is written."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from machimado.cases.procedures.rules.crosscheck import named
from machimado.cases.procedures.rules.definition import Meaning, Vocabulary
from machimado.cases.procedures.rules.questions import Question
from machimado.cases.procedures.rules.saying import Asked, Words, say_rule


@dataclass(frozen=True, slots=True)
class Condition:
    """A rule, and what it says."""

    rule: str
    sentence: str


@dataclass(frozen=True, slots=True)
class About:
    """The conditions that one question allows."""

    question: str
    conditions: tuple[Condition, ...]


def conditions(data: Mapping[str, Any], vocabulary: Vocabulary, group: str = "") -> tuple[About, ...]:
    """Return what can be made a condition: each answer of each question with choices, and each confirmation.

    Within a group also the answers of the same row.
    """
    found: list[About] = []
    applicants = data.get("applicants")
    roles = set(applicants) if isinstance(applicants, list) else None
    for section in _list(data, "sections"):
        for question in _list(section, "questions"):
            name = str(question.get("id", ""))
            found += _of(question, name, "", vocabulary, roles if name == "applicant.role" else None)
            for row in _list(question, "questions") if name == group else ():
                found += _of(row, f"item.{row.get('id', '')}", f"{question.get('id', '')}[].", vocabulary)
    return tuple(found)


def conditions_of(questions: Iterable[Question]) -> tuple[About, ...]:
    """Return what can be made a condition of a life event's checks, which see the answers of its procedures."""
    found: list[About] = []
    for question in questions:
        options = [(option.code, option.label["ja"]) for option in question.options]
        made = tuple(_made(question.kind, named(question.id), question.label["ja"], options))
        found += [About(question.label["ja"], made)] if made else []
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Operand:
    """An answer that can be compared with another, as a rule writes it."""

    rule: str
    label: str


# What of an answer is compared: of a name its letters.
_COMPARED = {"date": "", "text": "", "number": "", "money": "", "choice": "", "name": ".text"}


def operands(questions: Iterable[Question]) -> tuple[Operand, ...]:
    """Return the answers that can be compared with each other."""
    found = (each for each in questions if each.kind in _COMPARED)
    days = (Operand("today", "今日"),)
    return (
        *(Operand(f"{named(each.id)}{_COMPARED[each.kind]}", each.label["ja"]) for each in found),
        *days,
    )


def words_of_bundle(questions: Iterable[Question], derived: Mapping[str, str]) -> Words:
    """Return what the checks of a life event speak of."""
    asked: dict[str, Asked] = {}
    for one in questions:
        asked[named(one.id)] = _asked_of(one)
        asked |= {f"{named(one.id)}[].{named(row.id)}": _asked_of(row) for row in one.questions}
    return Words(asked, dict(derived))


def _asked_of(question: Question) -> Asked:
    return Asked(question.label["ja"], {option.code: option.label["ja"] for option in question.options})


def words_in(data: Mapping[str, Any], vocabulary: Vocabulary) -> Words:
    """Return what the rules of a file speak of, whether or not the file can be loaded."""
    found: dict[str, Asked] = {}
    for section in _list(data, "sections"):
        for question in _list(section, "questions"):
            name = str(question.get("id", ""))
            found[name] = _asked(question, name, "", vocabulary)
            for row in _list(question, "questions"):
                path = f"{name}[].{row.get('id', '')}"
                found[path] = _asked(row, path, f"{name}[].", vocabulary)
    derived = data.get("derived")
    kept = {str(name): str(rule) for name, rule in derived.items()} if isinstance(derived, dict) else {}
    return Words(found, kept)


def in_words(rule: Any, words: Words) -> str:
    """Return what a condition says; the rule itself where there are no words for it; nothing where there is none."""
    return "" if rule is None else say_rule(rule, words)


def _asked(question: Mapping[str, Any], path: str, group: str, vocabulary: Vocabulary) -> Asked:
    meaning = _meaning(question, group, vocabulary)
    options = _options(question.get("options") or (meaning.options if meaning else None), vocabulary)
    return Asked(_label(question, meaning, path), dict(options))


def _meaning(question: Mapping[str, Any], group: str, vocabulary: Vocabulary) -> Meaning | None:
    name = f"{group}{question.get('id', '')}"
    return vocabulary.meanings.get(name) or vocabulary.meanings.get(f"{name}[]")


def _label(question: Mapping[str, Any], meaning: Meaning | None, path: str) -> str:
    own = question.get("label")
    label = own if isinstance(own, dict) else (meaning.label if meaning else {})
    return str(label.get("ja", path))


def _list(holder: Any, name: str) -> list[dict[str, Any]]:
    found = holder.get(name) if isinstance(holder, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _of(
    question: Mapping[str, Any],
    path: str,
    group: str,
    vocabulary: Vocabulary,
    allowed: set[str] | None = None,
) -> Iterator[About]:
    meaning = _meaning(question, group, vocabulary)
    kind, label = question.get("kind") or (meaning.kind if meaning else ""), _label(question, meaning, path)
    options = _options(question.get("options") or (meaning.options if meaning else None), vocabulary)
    options = [option for option in options if allowed is None or option[0] in allowed]
    made = tuple(_made(kind, path, label, options))
    if made:
        yield About(label, made)


def _options(written: Any, vocabulary: Vocabulary) -> list[tuple[str, str]]:
    if isinstance(written, str):
        return [(option.code, option.label["ja"]) for option in vocabulary.option_sets.get(written, ())]
    if isinstance(written, tuple):  # those of a shared question
        return [(option.code, option.label["ja"]) for option in written]
    plain = written if isinstance(written, list) else []
    return [
        (str(one["code"]), str(one.get("label", {}).get("ja", one["code"])))
        for one in plain
        if isinstance(one, dict) and "code" in one
    ]


def _made(kind: str, path: str, label: str, options: list[tuple[str, str]]) -> Iterator[Condition]:
    for code, words in options:
        if kind == "choice":
            yield Condition(f'{path} == "{code}"', f"「{label}」が「{words}」のとき")
            yield Condition(f'{path} != "{code}"', f"「{label}」が「{words}」でないとき")
        elif kind == "choices":
            yield Condition(f'"{code}" in {path}', f"「{label}」で「{words}」を選んだとき")
    if kind == "declaration":
        yield Condition(f"{path} == true", f"「{label}」を確認したとき")
