"""How each entry of a part's form is read and written: the file's values as people type and choose them."""

import re
from collections.abc import Mapping
from typing import Any

from machimado.cases.authoring.rules.parts import LANGUAGES, Field, free

Entered = Mapping[str, str]
# Rows for what is to be added.
SPARE_OPTIONS = 4
SPARE_LAWS = 1
SPARE_GIVEN = 3
MOST_LAWS = 30
MOST_TICKS = 500
LAW = ("law", "article", "url")
SPANS = ("years", "months", "days")
# How two answers may stand to each other: what a page says of it, and the rule.
COMPARISONS = {
    "same": ("同じであること", "{} == {}"),
    "other": ("違うこと", "{} != {}"),
    "not_after": ("後の日でないこと（同じ日か、前の日）", "not_after({}, {})"),
    "not_before": ("前の日でないこと（同じ日か、後の日）", "not_before({}, {})"),
}


def shown(field: Field, value: Any) -> Any:
    """Return what stands in a form for a value of the file."""
    if field.look in _SHOWN:
        return _SHOWN[field.look](value)
    if field.look in {"rule", "expression"} and not isinstance(value, str):
        return {True: "はい", False: "", None: ""}.get(value, str(value))
    return "" if value is None else value


def _texts_shown(value: Any) -> dict[str, str]:
    return {language: str(_mapping(value).get(language, "")) for language in LANGUAGES}


def _law_shown(value: Any) -> dict[str, str]:
    return {part: str(_mapping(value).get(part) or "") for part in LAW}


def _laws_shown(value: Any) -> list[dict[str, str]]:
    laws = value if isinstance(value, list) else []
    return [*map(_law_shown, laws), *[_law_shown(None)] * SPARE_LAWS]


def _due_shown(value: Any) -> dict[str, Any]:
    due = _mapping(value)
    counts = {part: due.get(part) or "" for part in SPANS}
    return {**counts, "since": str(due.get("from") or ""), "fixed": due.get("fixed") is True}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _options_shown(value: Any) -> dict[str, Any]:
    """Return the name of the shared options, or a row for each of the question's own, with empty ones to add more."""
    own = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    rows = [{"code": str(one.get("code", "")), **_labels(one.get("label"))} for one in own]
    return {"shared": value if isinstance(value, str) else "", "rows": rows + [_labels({})] * SPARE_OPTIONS}


def _labels(label: Any) -> dict[str, str]:
    texts = label if isinstance(label, dict) else {}
    return {language.replace("-", "_"): str(texts.get(language, "")) for language in LANGUAGES}


def written(field: Field, given: Entered) -> Any:
    """Return the value that a form's entry gives to the file; None where nothing was entered.

    `given` has what was typed by name (`label.ja` for a text of several languages), and `several` what was ticked.
    """
    if field.look in _PARTS_READ:
        return _PARTS_READ[field.look](field.name, given)
    typed = given.get(field.name, "").strip()
    if field.look == "rule":
        # Sentences that were chosen stand for the rule that they say.
        typed = _compared(field.name, given) or _chosen(field.name, given) or typed
    return _READ.get(field.look, lambda text: text or None)(typed)


def _texts(name: str, given: Entered) -> Any:
    texts = {language: given.get(f"{name}.{language}", "").strip() for language in LANGUAGES}
    return {language: text for language, text in texts.items() if text} or None


def _lines(name: str, given: Entered) -> Any:
    typed = (line.strip() for line in given.get(name, "").splitlines())
    return list(dict.fromkeys(line for line in typed if line)) or None


def _several(name: str, given: Entered) -> Any:
    ticked = (given.get(f"{name}.{number}", "").strip() for number in range(MOST_TICKS))
    return [one for one in ticked if one] or None


def in_order(ticked: list[str] | None, before: Any) -> list[str] | None:
    """Return what was ticked in the order in which it stood, with what is new at the end."""
    if ticked is None:
        return None
    stood = [one for one in _list(before) if one in ticked]
    return [*stood, *(one for one in ticked if one not in stood)]


def _law(name: str, given: Entered) -> Any:
    typed = {part: given.get(f"{name}.{part}", "").strip() for part in LAW}
    return {part: text for part, text in typed.items() if text} or None


def _laws(name: str, given: Entered) -> Any:
    rows = (_law(f"{name}.{number}", given) for number in range(MOST_LAWS))
    return [row for row in rows if row is not None] or None


def _due(name: str, given: Entered) -> Any:
    """Return a span and the day from which it runs; what was typed and is no number stays to be told as wrong."""
    counts = {part: _number(given.get(f"{name}.{part}", "").strip()) for part in SPANS}
    due: dict[str, Any] = {part: count for part, count in counts.items() if count not in {None, 0}}
    since = given.get(f"{name}.since", "").strip()
    if not due and not since:
        return None
    due["from"] = since
    return {**due, "fixed": True} if given.get(f"{name}.fixed") else due


def _given(name: str, given: Entered) -> Any:
    """Return the answers that are known already: those that stay, and those that were chosen or written."""
    kept: dict[str, str] = {}
    for number in range(MOST_TICKS):
        question = given.get(f"{name}.{number}.question", "")
        if question and not given.get(f"{name}.{number}.drop"):
            kept[question] = given.get(f"{name}.{number}.rule", "")
    for number in range(SPARE_GIVEN):
        question, _, rule = given.get(f"{name}.add.{number}", "").partition("|")
        kept |= {question: rule} if rule else {}
    question, rule = (given.get(f"{name}.{which}", "").strip() for which in ("question", "rule"))
    return (kept | ({question: rule} if question and rule else {})) or None


def _compared(name: str, given: Entered) -> str:
    """Return the rule that two answers, compared, make."""
    left, how, right = (given.get(f"{name}.{which}", "").strip() for which in ("left", "how", "right"))
    return COMPARISONS[how][1].format(left, right) if left and right and how in COMPARISONS else ""


def _chosen(name: str, given: Entered) -> str:
    first, second = (given.get(f"{name}.{which}", "").strip() for which in ("chosen", "second"))
    if not first or not second:
        return first or second
    joined = "||" if given.get(f"{name}.joined") == "or" else "&&"
    return f"({first}) {joined} ({second})"


def _number(typed: str) -> Any:
    if re.fullmatch(r"\d{1,6}[.．]\d{1,3}", typed):
        return float(typed.replace("．", "."))
    return int(typed) if re.fullmatch(r"-?\d{1,9}", typed) else (typed or None)


def _rule(typed: str) -> Any:
    if typed in {"はい", "true"}:
        return True
    if typed in {"いいえ", "false"}:
        return None
    return _expression(typed)


def _expression(typed: str) -> Any:
    return int(typed) if re.fullmatch(r"\d{1,7}", typed) else (typed or None)


def _options(name: str, given: Entered) -> Any:
    """Return the name of shared options, or each row that has a Japanese word; what was there keeps its code."""
    shared = given.get(f"{name}.shared", "").strip()
    if shared:
        return shared
    rows: list[dict[str, Any]] = []
    for number in range(200):
        labels = {one: given.get(f"{name}.{number}.{one}", "").strip() for one in LANGUAGES}
        if labels["ja"]:
            code = given.get(f"{name}.{number}.code", "").strip()
            rows.append({"code": code, "label": {one: text for one, text in labels.items() if text}})
    taken = {row["code"] for row in rows}
    for row in rows:
        row["code"] = row["code"] or free("option", taken)
        taken.add(row["code"])
    return rows or None


_READ: Mapping[str, Any] = {
    "number": _number,
    "rule": _rule,
    "expression": _expression,
    "flag": lambda typed: True if typed else None,
}

_SHOWN: Mapping[str, Any] = {
    "texts": _texts_shown,
    "options": _options_shown,
    "law": _law_shown,
    "laws": _laws_shown,
    "due": _due_shown,
    "several": _list,
    "lines": lambda value: "\n".join(_list(value)),
    "given": _mapping,
}
_PARTS_READ: Mapping[str, Any] = {
    "texts": _texts,
    "options": _options,
    "lines": _lines,
    "several": _several,
    "law": _law,
    "laws": _laws,
    "due": _due,
    "given": _given,
}
