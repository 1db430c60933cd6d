"""Changes one place of a YAML text and leaves everything else (comments, order, quotes, line breaks) as it stands.

A place is given as in problems of definitions: ("sections", 0, "questions", 2, "label").
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from machimado.cases.procedures.rules.problems import DefinitionError
from machimado.cases.procedures.rules.source import Source

Loc = tuple[str | int, ...]


class NoSuchPlace(LookupError):
    """The text has no such place (any more); the message says so in Japanese."""

    def __init__(self) -> None:
        super().__init__("その箇所は、もうありません。画面を読み込み直してください。")


def put(text: str, loc: Loc, value: Any) -> str:
    """Return the text with a value at a place; None takes it away.

    Raises: NoSuchPlace.
    """
    *way, last = loc
    with _opened(text, () if value is None and not way else loc) as part:
        here = _at(part.data, tuple(way))
        try:
            if value is None:
                here.pop(last, None) if isinstance(here, dict) else here.pop(last)
            else:
                here[last] = _styled(value)
        except (IndexError, TypeError, KeyError):
            raise NoSuchPlace from None
    return part.text


def insert(text: str, loc: Loc, index: int, value: Any) -> str:
    """Return the text with a value more in the list at a place; the list is made where there is none.

    Raises: NoSuchPlace.
    """
    with _opened(text, loc) as part:
        holder = _at(part.data, loc[:-1])
        if isinstance(holder, dict) and loc[-1] not in holder:
            holder[loc[-1]] = CommentedSeq()
        found = _at(part.data, loc)
        if not isinstance(found, list):
            raise NoSuchPlace
        found.insert(index, _styled(value, block=True))
    return part.text


def enter(text: str, loc: Loc, name: str, value: Any) -> str:
    """Return the text with an entry more in the mapping at a place; the mapping is made where there is none.

    Raises: NoSuchPlace.
    """
    data = _load(text)
    holder = _at(data, loc[:-1])
    if isinstance(holder, dict) and not holder.get(loc[-1]):
        holder[loc[-1]] = CommentedMap()
    found = _at(data, loc)
    if not isinstance(found, dict):
        raise NoSuchPlace
    found[name] = _styled(value, block=True)
    return _dump(data)


def move(text: str, loc: Loc, by: int) -> str:
    """Return the text with one entry of a list moved; at the end of the list it stays.

    Raises: NoSuchPlace.
    """
    with _opened(text, loc) as part:
        entries, index = _at(part.data, loc[:-1]), loc[-1]
        if not isinstance(entries, list) or not isinstance(index, int) or index >= len(entries):
            raise NoSuchPlace
        to = min(max(index + by, 0), len(entries) - 1)
        entries.insert(to, entries.pop(index))
    return part.text


@dataclass(slots=True)
class _Part:
    """What is being changed: its data, and the whole text, with the change when it is made."""

    data: Any
    text: str


@contextmanager
def _opened(text: str, loc: Loc) -> Iterator[_Part]:
    """Open what holds a place, and write it back: one entry of the whole where it can be cut out.

    To read and write a life event with all its comments takes a second, to do so with one entry a small part of it.
    """
    text = text.replace("\r\n", "\n")
    start, end = _span(text, loc)
    part = _Part(_load(text[start:end]), text)
    yield part
    part.text = f"{text[:start]}{_dump(part.data)}{text[end:]}"


def _span(text: str, loc: Loc) -> tuple[int, int]:
    """Return where the entry begins and ends that holds a place; where there is none yet, all of the text."""
    try:
        starts = Source(text.encode(), "").entries()
    except DefinitionError:
        return 0, len(text)
    lines = all(start == 0 or text[start - 1] == "\n" for start in starts.values())
    if not lines or not loc or loc[0] not in starts:
        return 0, len(text)
    start = starts[str(loc[0])]
    return start, min((other for other in starts.values() if other > start), default=len(text))


def _at(data: Any, loc: Loc) -> Any:
    here = data
    for part in loc:
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            raise NoSuchPlace from None
    return here


def _styled(value: Any, *, block: bool = False) -> Any:
    """Return a value as people write it: texts and plain words in one line, an entry of a list over several."""
    if isinstance(value, Mapping):
        made = CommentedMap({key: _styled(each) for key, each in value.items()})
        if not block:
            made.fa.set_flow_style()
        return made
    if isinstance(value, Sequence) and not isinstance(value, str):
        entries = CommentedSeq([_styled(each) for each in value])
        if all(isinstance(each, str) for each in value):
            entries.fa.set_flow_style()
        return entries
    return value


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 100_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _load(text: str) -> Any:
    try:
        return _yaml().load(text)
    except YAMLError:
        raise NoSuchPlace from None


def _dump(data: Any) -> str:
    made = io.StringIO()
    _yaml().dump(data, made)
    return made.getvalue()
