"""What operators and built-in functions do with values, as CEL defines it and Python does not.

Values are Python's: bool, int (64 bits), float, str, None, list, dict. A bool is never a number here, an int and
a float never mix in arithmetic, and division truncates towards zero.
"""

import math
from collections.abc import Callable
from typing import Any

from machimado.cases.procedures.rules.cel.errors import EvaluationError

SMALLEST_INT, LARGEST_INT = -(2**63), 2**63 - 1
LONGEST = 20_000  # characters or items: no rule of a form needs more, and doubling can't run away


def equal(left: Any, right: Any) -> bool:
    """Tell whether two values are equal: numbers across int and float, otherwise only within one type."""
    kind, other = left.__class__, right.__class__
    if kind is other:
        if kind is list:
            return len(left) == len(right) and all(map(equal, left, right))
        if kind is dict:
            return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
        return bool(left == right)
    return {kind, other} == {int, float} and bool(left == right)


def unequal(left: Any, right: Any) -> bool:
    """Tell whether two values differ; the opposite of equal()."""
    return not equal(left, right)


_ORDERED = ({int, float}, {int}, {float}, {str}, {bool})


def _ordering(name: str, decide: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(left: Any, right: Any) -> bool:
        if {left.__class__, right.__class__} not in _ORDERED:
            raise EvaluationError(f"{name} では比べられません。")
        return decide(left, right)

    return compare


def _whole(value: int) -> int:
    if SMALLEST_INT <= value <= LARGEST_INT:
        return value
    raise EvaluationError("整数が64ビットを超えました。")


def _same_number(left: Any, right: Any, operator: str) -> type:
    kind = left.__class__
    if kind is right.__class__ and kind in {int, float}:
        return kind  # type: ignore[no-any-return]  # __class__ of Any is Any
    raise EvaluationError(f"{operator} の左右の型が合いません。")


def add(left: Any, right: Any) -> Any:
    """Add numbers of one type, or join strings or lists."""
    kind = left.__class__
    if kind is right.__class__ and kind in {str, list}:
        if len(left) + len(right) > LONGEST:
            raise EvaluationError("つないだ結果が長すぎます。")
        return left + right
    return _whole(left + right) if _same_number(left, right, "+") is int else left + right


def subtract(left: Any, right: Any) -> Any:
    """Subtract numbers of one type."""
    return _whole(left - right) if _same_number(left, right, "-") is int else left - right


def multiply(left: Any, right: Any) -> Any:
    """Multiply numbers of one type."""
    return _whole(left * right) if _same_number(left, right, "*") is int else left * right


def divide(left: Any, right: Any) -> Any:
    """Divide; ints truncate towards zero, floats follow IEEE 754."""
    if _same_number(left, right, "/") is float:
        return _divide_floats(left, right)
    if right == 0:
        raise EvaluationError("0で割りました。")
    quotient = abs(left) // abs(right)
    return _whole(quotient if (left < 0) == (right < 0) else -quotient)


def _divide_floats(left: float, right: float) -> float:
    if right:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def remainder(left: Any, right: Any) -> int:
    """Return the rest of an integer division; it has the sign of the dividend."""
    if _same_number(left, right, "%") is float or right == 0:
        raise EvaluationError("% は0でない整数で割るときだけ使えます。")
    rest: int = abs(left) % abs(right)
    return rest if left >= 0 else -rest


def contains(left: Any, right: Any) -> bool:
    """Tell whether a value is in a list, or a key in a map."""
    if right.__class__ is list:
        return any(equal(left, item) for item in right)
    if right.__class__ is dict:
        return left.__class__ is str and left in right
    raise EvaluationError("in の右側は一覧か対応表でなければなりません。")


def minus(value: Any) -> Any:
    """Return a number with its sign turned."""
    return _whole(-value) if _same_number(value, value, "-") is int else -value


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "==": equal,
    "!=": unequal,
    "<": _ordering("<", lambda left, right: left < right),
    "<=": _ordering("<=", lambda left, right: left <= right),
    ">": _ordering(">", lambda left, right: left > right),
    ">=": _ordering(">=", lambda left, right: left >= right),
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "%": remainder,
    "in": contains,
}


def size(value: Any) -> int:
    """Return the number of characters, items or keys."""
    if value.__class__ in {str, list, dict}:
        return len(value)
    raise EvaluationError("size は文字列か一覧にだけ使えます。")


def to_int(value: Any) -> int:
    """Return a whole number: a float loses its fraction, a string must be one."""
    try:
        return _whole(int(value))
    except (ValueError, TypeError, OverflowError):
        raise EvaluationError("整数になりません。") from None


def to_double(value: Any) -> float:
    """Return a floating-point number."""
    try:
        return float(value)
    except (ValueError, TypeError):
        raise EvaluationError("数になりません。") from None


def to_string(value: Any) -> str:
    """Return a string for an int, a bool or a string; how floats are written differs between systems."""
    if value.__class__ is bool:
        return "true" if value else "false"
    if value.__class__ in {int, str}:
        return str(value)
    raise EvaluationError("文字列になりません。")


def total(values: Any) -> int:
    """Return the sum of a list of whole numbers."""
    if values.__class__ is list and all(value.__class__ is int for value in values):
        return _whole(sum(values))
    raise EvaluationError("sum は整数の一覧にだけ使えます。")


def text(value: Any) -> str:
    """Return a value that must be a text.

    Raises: EvaluationError when it is none.
    """
    if isinstance(value, str):
        return value
    raise EvaluationError("文字列ではありません。")
