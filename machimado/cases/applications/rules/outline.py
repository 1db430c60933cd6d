"""What the standard layout of a form draws: the definition's chapters, with the questions that stand beside each other.

A municipality that draws its own form for a procedure needs none of this.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.questions import Question

# Entries that are short enough for half a line.
_NARROW = frozenset({"date", "number", "money"})
_SHORT_TEXT = 40
_FEW_LETTERS = 18
# Not written on paper: files lie beside it, the signature has its own place at the end.
_APART = frozenset({"files", "signature"})
# Rows of people that the form has room for; more of them go to a sheet of their own.
MOST_ROWS = 4
# The date in the corner: 届 are handed in, everything else is applied for.
_HANDED_IN = ("届", "届出", "申告", "申告書")

# Draws any definition, for procedures without a layout of their own.
STANDARD = "_standard.typ"

type_of_part = dict[str, Any]


def layout_of(form: Form, folder: Path) -> Path:
    """Return the municipality's own layout for a procedure, or the standard one where it has drawn none."""
    own = folder / (form.procedure.form or f"{form.id}.typ")
    return own if own.is_file() or isinstance(form, Bundle) else folder / STANDARD


def printed_parts(form: Form) -> type_of_part:
    """Return what a form prints whoever applies: the outline for the standard layout, the labels, the choices."""
    return {
        "outline": outline(form),
        "labels": {path: question.label["ja"] for path, question in form.walk()},
        "options": {
            path: [{"code": option.code, "label": option.label["ja"]} for option in question.options]
            for path, question in form.walk()
            if question.options
        },
    }


def outline(form: Form) -> type_of_part:
    """Return the chapters of a form as JSON data: each with lines of one or two entries."""
    title = form.procedure.title["ja"]
    law = form.procedure.legal_basis[0].law if form.procedure.legal_basis else ""
    return {
        "title": title,
        "law": law,
        "date_kind": "届出日" if title.endswith(_HANDED_IN) else "申請日",
        "has_fee": form.procedure.fee != 0,
        "is_signed": form.question("signature") is not None,
        "chapters": [
            {
                "title": section.title["ja"],
                "lines": list(_lines(form.by_path[one.id] for one in section.questions)),
            }
            for section in form.procedure.sections
            if any(form.by_path[one.id].kind not in _APART for one in section.questions)
        ],
    }


def _lines(questions: Iterable[Question]) -> Iterator[list[type_of_part]]:
    """Yield one or two entries at a time, in their order."""
    waiting: Question | None = None
    for question in questions:
        if question.kind in _APART:
            continue
        if not _is_narrow(question):
            yield from ([_entry(waiting)],) if waiting else ()
            yield [_entry(question)]
            waiting = None
        elif waiting:
            yield [_entry(waiting), _entry(question)]
            waiting = None
        else:
            waiting = question
    yield from ([_entry(waiting)],) if waiting else ()


def _is_narrow(question: Question) -> bool:
    is_short = question.kind == "text" and (question.maximum or _SHORT_TEXT) <= _SHORT_TEXT
    few = question.kind in {"choice", "choices"} and _letters(question) <= _FEW_LETTERS
    return question.kind in _NARROW or is_short or few


def _letters(question: Question) -> int:
    """Return how many letters the options of a question take side by side, each with its box."""
    return sum(len(option.label["ja"]) + 3 for option in question.options)


def _entry(question: Question) -> type_of_part:
    found: type_of_part = {
        "path": question.id,
        "kind": question.kind,
        "label": question.label["ja"],
        "long": question.kind == "text" and (question.maximum or _SHORT_TEXT + 1) > 100,
        "letters": _letters(question),
    }
    if question.kind == "group":
        found["rows"] = min(question.most, MOST_ROWS)
        found["lines"] = list(_lines(question.questions))
    return found
