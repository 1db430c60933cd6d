"""The functions that expressions may call, with the types that they take: CEL's own and those of our domain."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from machimado.cases.procedures.rules import dates
from machimado.cases.procedures.rules.cel import operators
from machimado.cases.procedures.rules.cel.errors import EvaluationError
from machimado.ground.japanese.kana import search_kana


@dataclass(frozen=True, slots=True)
class Function:
    """A function: names of the kinds it takes for each argument, the kind it returns, what it may cost."""

    takes: tuple[frozenset[str], ...]
    returns: str
    run: Callable[..., Any]
    method: bool = False
    cost: int = 5


def same_kana(left: Any, right: Any) -> bool:
    """Tell whether two readings are the same person's: width, spaces, small kana and long vowels don't count.

    Banks write account holders without small kana and long marks of their own (シヨウジ), registers with (ショウジ).
    """
    return search_kana(operators.text(left)) == search_kana(operators.text(right))


_TEXT = frozenset({"string"})
_DATE = frozenset({"date"})
_INT = frozenset({"int"})
_SIZED = frozenset({"string", "list", "map", "object"})
_LIST = frozenset({"list"})
_ANY_PRIMITIVE = frozenset({"int", "double", "string", "date"})


def _starts(value: Any, start: Any) -> bool:
    return operators.text(value).startswith(operators.text(start))


def _ends(value: Any, end: Any) -> bool:
    return operators.text(value).endswith(operators.text(end))


def _includes(value: Any, part: Any) -> bool:
    return operators.text(part) in operators.text(value)


def _dated(*kinds: frozenset[str], returns: str, run: Callable[..., Any]) -> Function:
    """Make a function of dates that guards itself: hostile answers may hold anything where a date should be."""

    def guarded(*arguments: Any) -> Any:
        for kind, argument in zip(kinds, arguments, strict=True):
            if argument.__class__ is not (str if kind is _DATE else int):
                raise EvaluationError("日付や整数ではありません。")
        return run(*arguments)

    return Function(kinds, returns, guarded)


FUNCTIONS: dict[str, Function] = {
    # CEL's own. Source: cel-spec, langdef.md, "List of Standard Definitions".
    "size": Function((_SIZED,), "int", operators.size, method=True, cost=1),
    "startsWith": Function((_TEXT, _TEXT), "bool", _starts, method=True),
    "endsWith": Function((_TEXT, _TEXT), "bool", _ends, method=True),
    "contains": Function((_TEXT, _TEXT), "bool", _includes, method=True),
    "int": Function((frozenset({"int", "double", "string"}),), "int", operators.to_int),
    "double": Function((frozenset({"int", "double", "string"}),), "double", operators.to_double),
    "string": Function((frozenset({"int", "bool", "string", "date"}),), "string", operators.to_string),
    # Our domain's.
    "sum": Function((_LIST,), "int", operators.total, cost=20),
    "before": _dated(_DATE, _DATE, returns="bool", run=dates.before),
    "after": _dated(_DATE, _DATE, returns="bool", run=dates.after),
    "not_before": _dated(_DATE, _DATE, returns="bool", run=dates.not_before),
    "not_after": _dated(_DATE, _DATE, returns="bool", run=dates.not_after),
    "age": _dated(_DATE, _DATE, returns="int", run=dates.age),
    "age_at_least": _dated(_DATE, _INT, _DATE, returns="bool", run=dates.age_at_least),
    "fiscal_year": _dated(_DATE, returns="int", run=dates.fiscal_year),
    "fiscal_year_end_of_age": _dated(_DATE, _INT, returns="date", run=dates.fiscal_year_end_of_age),
    "days_between": _dated(_DATE, _DATE, returns="int", run=dates.days_between),
    "days_after": _dated(_DATE, _INT, returns="date", run=dates.days_after),
    "within": _dated(_DATE, _INT, _DATE, returns="bool", run=dates.within),
    "next_month": _dated(_DATE, returns="string", run=dates.next_month),
    "same_kana": Function((_TEXT, _TEXT), "bool", same_kana, cost=20),
}
