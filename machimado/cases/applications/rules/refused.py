"""Entries that could not be taken: they stay where they were typed until somebody puts them right."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from machimado.cases.procedures.rules.definition import Text
from machimado.ground.japanese.individual_number import contains_individual_number

# What somebody mistypes is short; a page that is pasted by mistake need not be kept.
MOST_CHARACTERS = 2_000

# path → {"typed": what stood in the field, "reason": why it was refused, "said": the same in every language}
type_of_refused = dict[str, dict[str, Any]]


def left_over(
    before: Mapping[str, Any], typed: Mapping[str, tuple[Any, Text]], taken: Iterable[str]
) -> type_of_refused:
    """Return what is to be put right after a page was saved: `typed` and refused now, or before and not `taken` since.

    An individual number is never kept, not even among mistakes; nor is what no store can hold.
    """
    gone = {*taken, *typed}
    kept = {path: entry for path, entry in before.items() if path not in gone}
    fresh = {
        path: {"typed": entry, "reason": said["ja"], "said": dict(said)}
        for path, (entry, said) in typed.items()
        if is_keepable(entry)
    }
    return {**kept, **fresh}


def is_keepable(typed: Any) -> bool:
    """Return whether a mistyped entry may be kept: no individual number, nothing that a store refuses, nothing long."""
    try:
        written = json.dumps(typed, ensure_ascii=False)
        written.encode()
    except (UnicodeEncodeError, TypeError, ValueError):
        return False
    if len(written) > MOST_CHARACTERS or "\\u0000" in written:
        return False
    return not any(map(contains_individual_number, _texts(typed)))


def _texts(typed: Any) -> Iterable[str]:
    if isinstance(typed, Mapping):
        parts = [text for part in typed.values() for text in _texts(part)]
        # A number may be spread over the parts of a question.
        return [*parts, "".join(parts)]
    if isinstance(typed, list):
        return [text for part in typed for text in _texts(part)]
    return [typed] if isinstance(typed, str) else []
