"""The tree of an expression. `at` is the offset in the expression's text, for messages."""

from dataclasses import dataclass
from typing import Literal as Either


@dataclass(frozen=True, slots=True)
class Literal:
    value: bool | int | float | str | None
    at: int


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Select:
    target: "Node"
    field: str
    at: int


@dataclass(frozen=True, slots=True)
class Has:
    """has(a.b): whether the field is there."""

    target: "Select | Name"
    at: int


@dataclass(frozen=True, slots=True)
class Index:
    target: "Node"
    key: "Node"
    at: int


@dataclass(frozen=True, slots=True)
class Unary:
    operator: Either["!", "-"]
    operand: "Node"
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    """Everything with two sides but && and ||."""

    operator: str
    left: "Node"
    right: "Node"
    at: int


@dataclass(frozen=True, slots=True)
class Logical:
    operator: Either["&&", "||"]
    left: "Node"
    right: "Node"
    at: int


@dataclass(frozen=True, slots=True)
class Conditional:
    condition: "Node"
    then: "Node"
    otherwise: "Node"
    at: int


@dataclass(frozen=True, slots=True)
class ListOf:
    items: "tuple[Node, ...]"
    at: int


@dataclass(frozen=True, slots=True)
class MapOf:
    entries: "tuple[tuple[Node, Node], ...]"
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function; for a method the target is the first argument."""

    function: str
    arguments: "tuple[Node, ...]"
    method: bool
    at: int


@dataclass(frozen=True, slots=True)
class Comprehension:
    """A macro over a list or the keys of a map; `predicate` is None for map() with two arguments."""

    macro: Either["all", "exists", "exists_one", "filter", "map"]
    over: "Node"
    variable: str
    predicate: "Node | None"
    transform: "Node | None"
    at: int


Node = (
    Literal
    | Name
    | Select
    | Has
    | Index
    | Unary
    | Binary
    | Logical
    | Conditional
    | ListOf
    | MapOf
    | Call
    | Comprehension
)
