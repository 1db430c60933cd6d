"""Reads what is answered on the page that tries a draft: answers go from page to page in one sealed field."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core import signing
from django.http import QueryDict

from machimado.cases.applications.forms import posted, with_town
from machimado.cases.applications.rules.answers import Document, PathRefused, is_within, put, take
from machimado.cases.applications.rules.sheet import Refusal
from machimado.cases.procedures.rules.definition import Channel
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.reading import read_value
from machimado.cases.procedures.rules.refusals import ValueRefusedError
from machimado.cases.procedures.rules.saying import CHANNELS

_SALT = "authoring.tried"
_MANY_ROWS = 20


class Unsealed(Exception):
    """The answers of the page are not those that we gave it; the message says what to do."""

    def __init__(self) -> None:
        super().__init__("試していた答えを読めません。もう一度、はじめから試してください。")


def seal(answers: Document) -> str:
    """Return answers as a page takes them along."""
    return signing.dumps(answers, salt=_SALT, compress=True)


def unseal(text: str) -> Document:
    """Return the answers that a page took along; none where it took none.

    Raises: Unsealed.
    """
    if not text:
        return {}
    try:
        found: Document = signing.loads(text, salt=_SALT)
    except signing.BadSignature as error:
        raise Unsealed from error
    return found


def day_of(text: str, otherwise: date) -> date:
    """Return the day that was typed, or another one."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


def channel_of(text: str) -> Channel:
    """Return the channel that was chosen; the counter where there is none of that name."""
    return text if text in CHANNELS else "counter"  # type: ignore[return-value]  # its keys are the channels


def answered(
    post: QueryDict, form: Form, answers: Document, today: date
) -> tuple[Document, dict[str, Refusal]]:
    """Return the answers with what the page says, and what of it could not be taken."""
    refusals: dict[str, Refusal] = {}
    raw = {path: one.raw for path, one in posted(post, form, answers).items()}
    for path, typed in with_town(raw).items():
        question = form.question(path)
        if question is None or not is_within(path):
            continue
        try:
            answers = _with(answers, path, read_value(question, typed, today=today.isoformat()))
        except ValueRefusedError as refused:
            refusals[path] = Refusal(typed, str(refused), refused.refusal.message)
        except PathRefused:
            continue
    return _rows(post.get("row", ""), form, _left_with(post, form, answers)), refusals


def _with(answers: Document, path: str, value: Any) -> Document:
    """Return the answers with one more; what nobody said is not said by an empty field, nor by a box that is not ticked."""
    before = take(answers, path)
    is_same = before == value or (before is None and value is False)
    return answers if is_same else put(answers, path, value)


def _left_with(post: QueryDict, form: Form, answers: Document) -> Document:
    """Return the answers with papers and signatures, of which a test says only whether they are there."""
    for path in post.getlist("path"):
        question = form.question(path)
        if question is not None and question.kind in {"files", "signature"}:
            is_there = f"has.{path}" in post
            if is_there and not take(answers, path):
                answers = put(answers, path, _stand_in(question.kind, path))
            elif not is_there:
                answers = _with(answers, path, None)
    return answers


def _stand_in(kind: str, path: str) -> Any:
    """Return what stands for a paper or a signature in a test."""
    whole = {"file_id": "example", "sha256": hashlib.sha256(path.encode()).hexdigest()}
    if kind == "signature":
        return {**whole, "signed_at": "2026-04-01T10:00:00+09:00"}
    return [{**whole, "name": "見本.pdf"}]


def _rows(wish: str, form: Form, answers: Document) -> Document:
    """Return the answers with a row more or less, where a button asks for it."""
    doing, _, path = wish.partition(":")
    group, _, number = path.rpartition(".") if doing == "drop" else (path, "", "")
    question = form.question(group)
    if question is None or question.kind != "group":
        return answers
    rows: list[Mapping[str, Any]] = list(take(answers, group) or [])
    if doing == "add" and len(rows) < min(question.most, _MANY_ROWS):
        return put(answers, group, [*rows, {}])
    if doing == "drop" and number.isdecimal() and int(number) < len(rows):
        rest = [row for place, row in enumerate(rows) if place != int(number)]
        return put(answers, group, rest or None)
    return answers
