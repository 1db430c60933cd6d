"""Answers as one nested document; a path such as `children.0.name` names a place in it."""

import copy
from itertools import pairwise
from typing import Any

Document = dict[str, Any]

MAX_ITEMS = 50

# Where an answer came from (`source`) when nobody here has said it: the core system's record, or, while the core is
# away, the copy of it that is kept for searching.
RECORD, INDEX = "record", "index"
REGISTERED = frozenset({RECORD, INDEX})
# From the card that the resident showed with its PIN.
CARD = "card"
# From the city's identity provider, where the resident signed in on their own pages.
IDENTITY = "identity"
# What a resident has answered without an officer: typed, or taken over from the identity provider.
SAID_ALONE = frozenset({"resident", IDENTITY})


class PathRefused(Exception):
    """The path names no place that can be in a document."""


def take(document: Document, path: str) -> Any:
    """Return the value at `path`, or None where there is none."""
    here: Any = document
    for part in path.split("."):
        if isinstance(here, dict):
            here = here.get(part)
        elif isinstance(here, list) and part.isdecimal() and int(part) < len(here):
            here = here[int(part)]
        else:
            return None
    return here


def is_within(path: str) -> bool:
    """Return whether the path stays within the rows that a group may have."""
    return all(int(part) < MAX_ITEMS for part in path.split(".") if part.isdecimal())


def group_of(path: str) -> str:
    """Return the group in one of whose rows the path lies (`children` of `children.0.name`); nothing where there is none."""
    parts = path.split(".")
    place = next((number for number, part in enumerate(parts) if part.isdecimal()), 0)
    return ".".join(parts[:place])


def put(document: Document, path: str, value: Any) -> Document:
    """Return a copy of `document` with `value` at `path`; None takes the answer away. What lies beside the path is shared.

    Rows of a group are made up to the index named.
    Raises: PathRefused when the path runs through an answer that is no group, or past MAX_ITEMS.
    """
    changed = document.copy()
    parts = path.split(".")
    here: Any = changed
    for part, following in pairwise(parts):
        here = _step(here, part, following)
    last = parts[-1]
    if not isinstance(here, dict):
        raise PathRefused(path)
    if value is None:
        here.pop(last, None)
    else:
        here[last] = value
    return changed


def _step(here: Any, part: str, following: str) -> Any:
    """Go one part down into a copy, making what is missing: a list where a row's index follows, a mapping otherwise."""
    if isinstance(here, list):
        return _row(here, part)
    if not isinstance(here, dict):
        raise PathRefused(part)
    here[part] = copy.copy(here.get(part, [] if following.isdecimal() else {}))
    return here[part]


def _row(rows: list[Any], part: str) -> Any:
    if not part.isdecimal() or int(part) >= MAX_ITEMS:
        raise PathRefused(part)
    index = int(part)
    rows += [{} for _ in range(index + 1 - len(rows))]
    rows[index] = copy.copy(rows[index])
    return rows[index]


def add_row(document: Document, group: str) -> tuple[Document, int]:
    """Return a copy with an empty row more in `group`, and the row's index.

    Raises: PathRefused when there are MAX_ITEMS already.
    """
    index = len(take(document, group) or [])
    if index >= MAX_ITEMS:
        raise PathRefused(group)
    changed = put(document, group, [*(take(document, group) or []), {}])
    return changed, index


def drop_row(document: Document, group: str, index: int) -> Document:
    """Return a copy without row `index` of `group`; the rows behind it move up."""
    rows = list(take(document, group) or [])
    if not 0 <= index < len(rows):
        raise PathRefused(f"{group}.{index}")
    del rows[index]
    return put(document, group, rows)


def move_up(paths: dict[str, Any], group: str, index: int) -> dict[str, Any]:
    """Return what is kept by path (sources) after row `index` of `group` was dropped."""
    moved = {}
    for path, kept in paths.items():
        row = _row_of(path, group)
        if row is None or row < index:
            moved[path] = kept
        elif row > index:
            rest = path.removeprefix(f"{group}.{row}")
            moved[f"{group}.{row - 1}{rest}"] = kept
    return moved


def _row_of(path: str, group: str) -> int | None:
    if not path.startswith(f"{group}."):
        return None
    part = path.removeprefix(f"{group}.").split(".")[0]
    return int(part) if part.isdecimal() else None
