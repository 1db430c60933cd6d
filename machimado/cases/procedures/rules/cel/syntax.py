"""The tree of an expression. `at` is the offset in the expression's text, for messages."""

from dataclasses import dataclass
from typing import Literal as Either


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal value."""

    value: bool | int | float | str | None
    at: int


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Select:
    """target.field."""

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
    """target[key]."""

    target: "Node"
    key: "Node"
    at: int


@dataclass(frozen=True, slots=True)
class Unary:
    """! and -."""

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
    """&& and ||."""

    operator: Either["&&", "||"]
    left: "Node"
    right: "Node"
    at: int


@dataclass(frozen=True, slots=True)
class Conditional:
    """condition ? then : otherwise."""

    condition: "Node"
    then: "Node"
    otherwise: "Node"
    at: int


@dataclass(frozen=True, slots=True)
class ListOf:
    """[…]."""

    items: "tuple[Node, ...]"
    at: int


@dataclass(frozen=True, slots=True)
class MapOf:
    """{key: value, …}."""

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

Path = tuple[str, ...]


def path_of(node: Node) -> Path | None:
    """Return the names of a chain such as a.b.c, or None when the node is something else."""
    if isinstance(node, Name):
        return (node.name,)
    if isinstance(node, Select):
        target = path_of(node.target)
        return None if target is None else (*target, node.field)
    return None


def uses(node: Node, bound: frozenset[str] = frozenset()) -> frozenset[Path]:
    """Return the chains of names that an expression reads, those bound by its own macros left out."""
    path = path_of(node)
    if path:
        return frozenset() if path[0] in bound else frozenset({path})
    if isinstance(node, Comprehension):
        inner = bound | {node.variable}
        parts = [uses(part, inner) for part in (node.predicate, node.transform) if part is not None]
        return uses(node.over, bound).union(*parts)
    return frozenset().union(*(uses(part, bound) for part in parts_of(node)))


def parts_of(node: Node) -> "tuple[Node, ...]":  # noqa: PLR0911  # one line for each kind of node
    """Return what a node is made of, but for the inside of its macros."""
    match node:
        case Select(target, _, _) | Has(target, _):
            return (target,)
        case Index(left, right, _) | Binary(_, left, right, _) | Logical(_, left, right, _):
            return (left, right)
        case Unary(_, operand, _):
            return (operand,)
        case Conditional(condition, then, otherwise, _):
            return (condition, then, otherwise)
        case ListOf(items, _) | Call(_, items, _, _):
            return items
        case MapOf(entries, _):
            return tuple(part for entry in entries for part in entry)
        case _:
            return ()
