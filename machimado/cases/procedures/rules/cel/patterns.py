"""Patterns for matches(): Python's own engine, but only those that can't run away.

CEL asks for RE2's syntax, which is linear. Python's engine goes back and tries again, so the number of ways in
which a pattern can try is computed beforehand, and a pattern that could try too often is refused.
"""

import importlib
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from machimado.cases.procedures.rules.cel.errors import EvaluationError

LONGEST_PATTERN = 200
LONGEST_TEXT = 1_000
MOST_WAYS = 2_000_000

# The standard library's own parser of patterns; its tree is the only reliable account of what a pattern does.
_parser: Any = importlib.import_module("re._parser")


class PatternError(ValueError):
    """A pattern that can't be used; the message says why in Japanese."""


@cache
def searcher(pattern: str) -> Callable[[str], bool]:
    """Return a function that tells whether a text contains the pattern.

    Raises: PatternError when it can't be read or could run too long.
    """
    if len(pattern) > LONGEST_PATTERN:
        raise PatternError(f"正規表現が{LONGEST_PATTERN}文字を超えています。短くしてください。")
    compiled = _compiled(pattern)

    def found(text: str) -> bool:
        if len(text) > LONGEST_TEXT:
            raise EvaluationError("文字列が長すぎて正規表現を当てられません。")
        return compiled.search(text) is not None

    return found


def _compiled(pattern: str) -> re.Pattern[str]:
    python = _only_at_the_end(pattern)
    try:
        tree = _parser.parse(python, re.ASCII)
        ways = _ways(tree) * (1 if _anchored(tree) else LONGEST_TEXT)
        if ways > MOST_WAYS:
            raise PatternError(
                "繰返し（* や +）が重なり、時間がかかりすぎる正規表現です。回数を {1,4} のように決めるか、先頭に ^ を付けてください。"
            )
        return re.compile(python, re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError(f"正規表現「{pattern[:40]}」が読めません（{error}）。") from None


def _only_at_the_end(pattern: str) -> str:
    r"""Write $ as \Z: in RE2 it means the very end, in Python also before a last line break."""
    parts = re.findall(r"\\.|\[\^?\]?(?:\\.|[^\]])*\]|.", pattern, re.DOTALL)
    return "".join(r"\Z" if part == "$" else part for part in parts)


def _anchored(tree: Iterable[Any]) -> bool:
    first = next(iter(tree), None)
    return (
        first is not None
        and str(first[0]) == "AT"
        and str(first[1]) in {"AT_BEGINNING", "AT_BEGINNING_STRING"}
    )


def _ways(tree: Iterable[Any]) -> int:
    """Return an upper bound for the ways in which a sequence can be matched from one place."""
    ways = 1
    for operation, argument in tree:
        ways = min(ways * _ways_of(str(operation), argument), MOST_WAYS + 1)
    return ways


def _ways_of(operation: str, argument: Any) -> int:
    if operation in {"LITERAL", "NOT_LITERAL", "IN", "ANY", "AT"}:
        return 1
    if operation == "SUBPATTERN":
        return _ways(argument[-1])
    if operation == "BRANCH":
        return sum(_ways(branch) for branch in argument[1])
    if operation in {"MAX_REPEAT", "MIN_REPEAT"}:
        return _ways_of_repeat(*argument)
    raise PatternError("先読み・後読み・後方参照などは使えません（RE2 にない書き方です）。")


def _ways_of_repeat(least: int, most: int, inner: Iterable[Any]) -> int:
    most = min(int(most), LONGEST_TEXT)
    one: int = _ways(inner)
    if one == 1 and _one_character(inner):
        return most - least + 1
    if most > 64:
        return MOST_WAYS + 1
    ways: int = (one + 1) ** most
    return min(ways, MOST_WAYS + 1)


def _one_character(inner: Iterable[Any]) -> bool:
    return [str(operation) in {"LITERAL", "NOT_LITERAL", "IN", "ANY"} for operation, _ in inner] == [True]
