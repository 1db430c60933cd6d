"""What a part's form offers, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from machimado.cases.authoring.rules.conditions import Operand

Pairs = list[tuple[str, str]]
# What can be ticked, under headings; nothing stands for a heading where there is only one group.
Groups = list[tuple[str, Pairs]]


@dataclass(frozen=True, slots=True)
class Known:
    """An answer that a life event knows already, and in words; `rule` gives it."""

    question: str
    rule: str
    words: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What a part's form offers beside what its fields say themselves."""

    procedures: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    days: tuple[tuple[str, str], ...] = ()
    known: tuple[Known, ...] = ()
    may_be_known: tuple[tuple[str, tuple[Known, ...]], ...] = ()
    several: Mapping[str, Groups] | None = None
    operands: tuple[Operand, ...] = ()
    # Questions that procedures share and that are called as everywhere.
    shared: tuple[tuple[str, str], ...] = ()
    # Of which an answer can be told by an expression.
    questions: tuple[tuple[str, str], ...] = ()


def with_gone(found: Pairs, chosen: Any) -> Pairs:
    """Return what can be chosen with what was chosen and is not there: it must not be lost by looking at it."""
    known = {code for code, _ in found}
    gone = (
        [str(one) for one in chosen or () if one and str(one) not in known]
        if isinstance(chosen, list)
        else []
    )
    return [*found, *((one, one) for one in gone)]
