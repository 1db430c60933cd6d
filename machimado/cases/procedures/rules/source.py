"""YAML text → plain data, with the line and column of each value.

Only the part of YAML that is data is read: anchors, aliases, merge keys, tags, duplicate keys, several documents,
control characters and absurd sizes are refused, so that a small file can't become a large one (billion laughs) and
nobody can hide text from a reader (Trojan Source). Scalars follow the core schema of YAML 1.2: `no` is a word.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from machimado.cases.procedures.rules.problems import DefinitionError, Problem

LARGEST_BYTES = 512 * 1024
DEEPEST = 24
MOST_NODES = 40_000

Loc = tuple[str | int, ...]

# C0 and C1 controls, surrogates, marks of writing direction, byte order marks and noncharacters.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)

_CORE_SCHEMA: tuple[tuple[re.Pattern[str], Any], ...] = (
    (re.compile(r"null|Null|NULL|~|"), lambda _text: None),
    (re.compile(r"true|True|TRUE"), lambda _text: True),
    (re.compile(r"false|False|FALSE"), lambda _text: False),
    (re.compile(r"[-+]?[0-9]{1,19}"), int),
    (re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]{1,3})?"), float),
)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value begins and ends in the text, as offsets, and where its key is (or the value itself)."""

    start: int
    end: int
    key: int


class Source:
    """A YAML file read as data that knows where each value stands."""

    def __init__(self, raw: bytes, name: str) -> None:
        self.name = name
        self.text = _decoded(raw, name)
        self._places: dict[Loc, _Place] = {}
        self.data = _Reader(self, self._places).read()

    def problem(self, loc: Loc, what: str, offset: int = 0, *, key: bool = False) -> Problem:
        """Describe a problem at a value: at its key, at its start, or `offset` characters into its text."""
        place = self._place(loc)
        if key:
            return self.at(place.key, what, loc)
        return self.at(self._inside(place, loc, offset) if offset else place.start, what, loc)

    def at(self, position: int, what: str, loc: Loc = ()) -> Problem:
        """Describe a problem at an offset of the text."""
        before = self.text[:position]
        return Problem(self.name, before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1, what, loc)

    def entries(self) -> dict[str, int]:
        """Return where each entry of the whole begins, as offsets of its key, in their order."""
        return {str(loc[0]): place.key for loc, place in self._places.items() if len(loc) == 1}

    def _place(self, loc: Loc) -> _Place:
        while loc not in self._places and loc:
            loc = loc[:-1]
        return self._places.get(loc, _Place(0, 0, 0))

    def _inside(self, place: _Place, loc: Loc, offset: int) -> int:
        """Find a character of a scalar in the file: line folding, indentation and quotes stand between."""
        value = _value(self.data, loc)
        position = place.start
        for character in value[:offset] if isinstance(value, str) else "":
            position = self._follow(position, character, place.end)
        wanted = value[offset : offset + 1] if isinstance(value, str) else ""
        while (
            wanted
            and position < place.end
            and self.text[position] in " \n>|'\""
            and self.text[position] != wanted
        ):
            position += 1
        return position

    def _follow(self, position: int, character: str, end: int) -> int:
        if character.isspace():
            while position < end and self.text[position].isspace():
                position += 1
            return position
        found = self.text.find(character, position, end)
        return position if found < 0 else found + 1


def _value(data: Any, loc: Loc) -> Any:
    for step in loc:
        data = data[step]
    return data


def _decoded(raw: bytes, name: str) -> str:
    if len(raw) > LARGEST_BYTES:
        raise DefinitionError(
            [
                Problem(
                    name, 1, 1, f"ファイルが{LARGEST_BYTES // 1024}KiBを超えています。手続を分けてください。"
                )
            ]
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        good = raw[: error.start].decode("utf-8")
        raise DefinitionError(
            [_at(good, name, "UTF-8 ではない文字があります。UTF-8 で保存し直してください。")]
        ) from None
    bad = _FORBIDDEN.search(text)
    if bad:
        what = f"目に見えない制御文字（U+{ord(bad[0]):04X}）があります。消してください。"
        raise DefinitionError([_at(text[: bad.start()], name, what)])
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _at(before: str, name: str, what: str) -> Problem:
    lines = before.replace("\r\n", "\n").split("\n")
    return Problem(name, len(lines), len(lines[-1]) + 1, what)


class _Reader:
    """Builds data from the parser's events; PyYAML's own constructors would follow aliases and tags."""

    def __init__(self, source: Source, places: dict[Loc, _Place]) -> None:
        self._source = source
        self._places = places
        self._problems: list[Problem] = []
        self._count = 0
        self._events: Iterator[yaml.Event] = iter(())

    def read(self) -> Any:
        try:
            self._events = yaml.parse(self._source.text, Loader=yaml.CSafeLoader)
            data = self._document()
        except yaml.MarkedYAMLError as error:
            raise DefinitionError([*self._problems, self._syntax(error)]) from None
        if self._problems:
            raise DefinitionError(self._problems)
        return data

    def _syntax(self, error: yaml.MarkedYAMLError) -> Problem:
        mark = error.problem_mark or error.context_mark
        what = f"YAML として読めません（{error.problem}）。字下げ、「: 」の後の空白、引用符の閉じ忘れを確かめてください。"
        return self._source.at(mark.index if mark else 0, what)

    def _document(self) -> Any:
        data, documents = None, 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(
                        event, "一つのファイルに文書は一つです。「---」で区切らず、ファイルを分けてください。"
                    )
            elif isinstance(event, yaml.NodeEvent):
                data = self._node(event, (), _start(event))
        return data

    def _refuse(self, event: yaml.Event, what: str) -> None:
        """Stop at once: what follows a refused construct is not worth reading."""
        raise DefinitionError([*self._problems, self._source.at(_start(event), what)])

    def _node(self, event: yaml.Event, loc: Loc, key: int) -> Any:
        self._check(event, loc)
        if isinstance(event, yaml.ScalarEvent):
            self._places[loc] = _Place(_start(event), _end(event), key)
            return _scalar(event)
        start = _start(event)
        self._places[loc] = _Place(start, start, key)
        return self._mapping(loc) if isinstance(event, yaml.MappingStartEvent) else self._sequence(loc)

    def _check(self, event: yaml.Event, loc: Loc) -> None:
        self._count += 1
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, "別名（*名前）は使えません。内容をそのまま書いてください。")
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            self._refuse(event, "アンカー（&名前）は使えません。内容をそのまま書いてください。")
        if getattr(event, "tag", None) is not None:
            self._refuse(event, "タグ（!名前）は使えません。消してください。")
        if len(loc) > DEEPEST:
            self._refuse(event, f"入れ子が{DEEPEST}段を超えています。浅くしてください。")
        if self._count > MOST_NODES:
            self._refuse(event, f"項目が{MOST_NODES}個を超えています。手続を分けてください。")

    def _sequence(self, loc: Loc) -> list[Any]:
        items: list[Any] = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._node(event, (*loc, len(items)), _start(event)))
        return items

    def _mapping(self, loc: Loc) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event, data)
            data[key] = self._node(next(self._events), (*loc, key), _start(event))
        return data

    def _key(self, event: yaml.Event, data: dict[str, Any]) -> str:
        self._check(event, ())
        if not isinstance(event, yaml.ScalarEvent):
            self._refuse(event, "項目名には文字列だけを使えます。")
            raise TypeError("_refuse raises")
        key = str(event.value)
        if key == "<<" and event.implicit[0]:
            self._refuse(event, "マージ（<<）は使えません。内容をそのまま書いてください。")
        if key in data:
            what = f"「{key[:40]}」が二度書かれています。片方を消してください。"
            self._problems.append(self._source.at(_start(event), what))
        return key


def _scalar(event: yaml.ScalarEvent) -> Any:
    if event.style:  # quoted or a block: always text (the C parser gives plain scalars "")
        return event.value
    for pattern, convert in _CORE_SCHEMA:
        if pattern.fullmatch(event.value):
            return convert(event.value)
    return event.value


def _start(event: yaml.Event) -> int:
    """Return where an event begins; the parser always marks it, though its types leave that open."""
    return event.start_mark.index if event.start_mark else 0


def _end(event: yaml.Event) -> int:
    return event.end_mark.index if event.end_mark else 0


def read_limited(path: Path) -> bytes:
    """Read a file, but never more than a definition may have.

    Raises: DefinitionError when it can't be read.
    """
    if path.exists() and not path.is_file():  # a pipe would be waited for without end
        raise _unreadable(path, "普通のファイルではありません")
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise _unreadable(path, str(error.strerror)) from None


def _unreadable(path: Path, why: str) -> DefinitionError:
    what = f"ファイルを読めません（{why}）。場所と権限を確かめてください。"
    return DefinitionError([Problem(str(path), 1, 1, what)])
