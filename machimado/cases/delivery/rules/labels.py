"""What a field of the core system is called in the application, so that an officer knows which answer to look at."""

from collections.abc import Iterator, Mapping
from typing import Any

OF_ALL = "申請全体"


def label_of(frozen: Mapping[str, Any], field: str) -> str:
    """Return the Japanese label of the question from which `field` is filled; the field's own name where none is known.

    `frozen` is a definition as an application keeps it (`procedure` and `vocabulary`). `field` may go on after a dot or
    a bracket (`children[0]`).
    """
    if not field:
        return OF_ALL
    procedure = frozen.get("procedure") or {}
    name = field.replace("[", ".").partition(".")[0]
    source = next((str(one.get("from", "")) for one in _mapped(procedure) if one.get("to") == name), name)
    found = [
        question for question in _questions(procedure) if _is_within(source, str(question.get("id", "")))
    ]
    best = max(found, key=lambda question: len(str(question["id"])), default={})
    return _japanese(best.get("label")) or _shared(frozen, str(best.get("id", ""))) or field


def _mapped(procedure: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list((procedure.get("delivery") or {}).get("fields") or [])


def _questions(procedure: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for section in procedure.get("sections") or []:
        yield from section.get("questions") or []


def _is_within(source: str, question: str) -> bool:
    """Return whether the expression reads the question's answer, or a part of it."""
    return question != "" and (source == question or source.startswith((f"{question}.", f"{question} ")))


def _shared(frozen: Mapping[str, Any], question: str) -> str:
    """Return the label that a shared meaning has in the vocabulary."""
    meanings = (frozen.get("vocabulary") or {}).get("meanings") or {}
    return _japanese((meanings.get(question) or {}).get("label"))


def _japanese(label: Any) -> str:
    if isinstance(label, Mapping):
        return str(label.get("ja") or "")
    return str(label or "")
