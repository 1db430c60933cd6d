"""Static types of expressions: enough to find wrong names, wrong types, wrong codes and absurd costs at load."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

UNBOUNDED = 1_000  # items assumed for a list whose length nobody limits


@dataclass(frozen=True, slots=True)
class Type:
    """A type; `fields` of an object, `element` and most items (`limit`) of a list, `codes` of a choice."""

    kind: str
    element: "Type | None" = None
    fields: "Mapping[str, Type] | None" = None
    limit: int = UNBOUNDED
    codes: frozenset[str] | None = None


BOOL = Type("bool")
INT = Type("int")
DOUBLE = Type("double")
STRING = Type("string")
DATE = Type("date")
NULL = Type("null")
DYN = Type("dyn")

JAPANESE = {
    "bool": "はい・いいえ（bool）",
    "int": "整数（int）",
    "double": "小数（double）",
    "string": "文字列（string）",
    "date": "日付",
    "null": "null",
    "list": "一覧（list）",
    "map": "対応表（map）",
    "object": "項目の組",
    "dyn": "不定",
}


def list_of(element: Type, limit: int) -> Type:
    """Return the type of a list with at most `limit` items."""
    return Type("list", element=element, limit=limit)


def choice(codes: Iterable[str]) -> Type:
    """Return the type of a code out of some."""
    return Type("string", codes=frozenset(codes))


def record(fields: Mapping[str, Type]) -> Type:
    """Return the type of an object with known fields."""
    return Type("object", fields=fields)


def join(types: Iterable[Type]) -> Type:
    """Return the type of a value that has one of these types; DYN where they have nothing in common."""
    kinds = [each for each in types if each.kind != "null"]
    if not kinds:
        return NULL
    first, *others = kinds
    for other in others:
        first = _join(first, other)
    return first


def _join(left: Type, right: Type) -> Type:
    if {left.kind, right.kind} == {"string", "date"}:
        return STRING
    if left.kind != right.kind or left.fields != right.fields:
        return DYN
    codes = left.codes | right.codes if left.codes is not None and right.codes is not None else None
    element = join([left.element or DYN, right.element or DYN]) if left.kind == "list" else None
    return replace(left, codes=codes, element=element, limit=max(left.limit, right.limit))
