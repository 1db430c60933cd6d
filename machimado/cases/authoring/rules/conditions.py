"""Conditions as sentences to choose from: whoever writes a procedure need not know how a rule is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from machimado.cases.procedures.rules.definition import Vocabulary


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


def conditions(data: Mapping[str, Any], vocabulary: Vocabulary) -> tuple[About, ...]:
    """Return what can be made a condition: each answer of each question with choices, and each confirmation."""
    found: list[About] = []
    applicants = data.get("applicants")
    roles = set(applicants) if isinstance(applicants, list) else None
    for section in _list(data, "sections"):
        for question in _list(section, "questions"):
            name = str(question.get("id", ""))
            found += _of(question, name, "", vocabulary, roles if name == "applicant.role" else None)
            for row in _list(question, "questions"):
                found += _of(row, f"item.{row.get('id', '')}", f"{question.get('id', '')}[].", vocabulary)
    return tuple(found)


def in_words(rule: Any, known: tuple[About, ...]) -> str:
    """Return what a rule says; the rule itself where no sentence says the same."""
    if isinstance(rule, bool) or rule is None:
        return {True: "いつも", False: "しない"}.get(rule, "") if rule is not None else ""
    for about in known:
        for condition in about.conditions:
            if condition.rule == rule:
                return condition.sentence
    return str(rule)


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
    meaning = vocabulary.meanings.get(f"{group}{question.get('id', '')}")
    kind = question.get("kind") or (meaning.kind if meaning else "")
    label = (question.get("label") or (meaning.label if meaning else {})).get("ja", path)
    options = _options(question.get("options") or (meaning.options if meaning else None), vocabulary)
    options = [option for option in options if allowed is None or option[0] in allowed]
    made = tuple(_made(kind, path, label, options))
    if made:
        yield About(label, made)


def _options(written: Any, vocabulary: Vocabulary) -> list[tuple[str, str]]:
    if isinstance(written, str):
        return [(option.code, option.label["ja"]) for option in vocabulary.option_sets.get(written, ())]
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
