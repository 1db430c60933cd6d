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


_BORN = "item.birth_date"
_UNKNOWN = f"!has({_BORN}) || "
_LATER = "（生年月日をまだ伺っていない方も）"
_END_18, _END_22 = (f"fiscal_year_end_of_age({_BORN}, {age})" for age in (18, 22))
# Whoever can be chosen, by age; of some people the day of birth is asked only later.
_BY_AGE = (
    Condition(f"{_UNKNOWN}not_after(today, {_END_18})", f"18歳に達する年度の末日までの方{_LATER}"),
    Condition(
        f"after(today, {_END_18}) && not_after(today, {_END_22})",
        "大学生年代の方（18歳に達した年度の次から、22歳に達する年度まで）",
    ),
    Condition(f"after(today, {_END_18})", "18歳に達する年度を過ぎた方"),
    Condition(f"{_UNKNOWN}age_at_least({_BORN}, 15, today)", f"15歳以上の方{_LATER}"),
    Condition(f"{_UNKNOWN}age_at_least({_BORN}, 18, today)", f"18歳以上の方{_LATER}"),
)


def conditions_of_person(
    leaves: Mapping[str, Question], questions: Iterable[Question], words: Words
) -> tuple[About, ...]:
    """Return what can be made a condition of whoever can be chosen; `leaves` is what is known of them."""
    found = [About("選ぶ方の年齢", _BY_AGE)] if "birth_date" in leaves else []
    others = tuple(_but(one) for one in questions if one.kind == "name" and one.id.endswith(".name"))
    found += [About("選ばない方", others)] if others else []
    for leaf, question in leaves.items():
        path, options = f"item.{named(leaf)}", [(each.code, each.label["ja"]) for each in question.options]
        made = tuple(_made(question.kind, path, words.questions[path].label, options))
        found += [About(words.questions[path].label, made)] if made else []
    return tuple(found)


def _but(asked: Question) -> Condition:
    """Return that somebody bears another name than whoever is asked for by themselves; who is not asked for is nobody."""
    name = named(asked.id)
    return Condition(
        f"!has({name}) || item.name.text != {name}.text", f"「{asked.label['ja']}」の方を除いた方"
    )


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
