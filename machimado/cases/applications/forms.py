"""Reads a posted page: which questions it answers, and what stands in their parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from machimado.cases.applications.rules.answers import take
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.questions import WITHHELD
from machimado.ground.japanese import postal

PARTS = {
    "name": ("text", "kana"),
    "address": ("postal_code", "prefecture", "city", "town", "block", "building"),
    "account": ("bank_code", "bank_name", "branch_code", "branch_name", "kind", "number", "holder_kana"),
}
# Not typed into a field of the page: rows have their own buttons, a signature its pad, files their upload.
ELSEWHERE = frozenset({"group", "signature", "files"})
MAX_QUESTIONS = 2000


@dataclass(frozen=True, slots=True)
class Posted:
    """What a page says about one question, as it was typed."""

    raw: Any


def posted(post: QueryDict, form: Form, answers: Mapping[str, Any]) -> dict[str, Posted]:
    """Return what the page says by the path of each question.

    The page names the questions that it holds in `path`, so that an emptied check box is not mistaken for
    a question that the page does not have.
    """
    paths = post.getlist("path")[:MAX_QUESTIONS]
    return {path: Posted(_raw(post, form, path, answers)) for path in paths if _is_typed(form, path, answers)}


def _is_typed(form: Form, path: str, answers: Mapping[str, Any]) -> bool:
    question = form.question(path)
    # A withheld address has no fields.
    return question is None or not (question.kind in ELSEWHERE or take(dict(answers), path) == WITHHELD)


def _raw(post: QueryDict, form: Form, path: str, answers: Mapping[str, Any]) -> Any:
    question = form.question(path)
    kind = question.kind if question else "text"
    if kind in PARTS:
        return {part: _part(post, path, part, answers) for part in PARTS[kind]}
    if kind == "choices":
        return post.getlist(path)
    if kind == "declaration":
        return path in post
    return post.get(path, "")


def _part(post: QueryDict, path: str, part: str, answers: Mapping[str, Any]) -> Any:
    """Return what stands in a part; a part that the page does not show keeps its answer."""
    name = f"{path}.{part}"
    return post.get(name, "") if name in post else (take(dict(answers), name) or "")


def with_town(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Complete an address of which only the postal code was typed, where the code belongs to one town."""
    return {path: _completed(value) if isinstance(value, Mapping) else value for path, value in raw.items()}


def _completed(value: Mapping[str, Any]) -> Mapping[str, Any]:
    if not value.get("postal_code") or any(value.get(part) for part in ("prefecture", "city", "town")):
        return value
    try:
        found = postal.find_addresses(str(value["postal_code"]))
    except postal.UnreadablePostalCodeError:
        return value
    if not found:
        return value
    known = {part: found[0][part] for part in ("prefecture", "city")}
    town = {"town": found[0]["town"]} if len(found) == 1 else {}
    return {**value, **known, **town}
