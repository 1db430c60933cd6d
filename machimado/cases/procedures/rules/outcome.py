"""What the engine answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from machimado.cases.procedures.rules.definition import LegalBasis, Level, Text


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong (or, as a warning, remarkable): `id` is a check's id or `value.<code>`; `fields` are paths."""

    id: str
    level: Level
    fields: tuple[str, ...]
    message: Text
    legal_basis: LegalBasis | None = None
    # What whoever answers alone is told instead of `message`, which is for the officer.
    alone: Text | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """An answer by which a rule was decided; of a list, the `codes` of what was looked for in it."""

    path: str
    codes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What a life event calls for, as it stands: `id` is a procedure's, or that of an errand.

    `because` are the answers that decided it; `open_points` how many questions of the procedure still need something.
    """

    id: str
    due_date: date | None
    because: tuple[Reason, ...]
    is_put_off: bool = False
    open_points: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """Somebody who was named before and can be chosen: where they were named; `row` is their number in the list, of a list."""

    place: str
    name: Mapping[str, str]
    row: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What holds for a form with its answers.

    Paths are written `resident.name` and, in groups, `children.0.name`. `required` are those that a rule requires now,
    beside those that always are; `undecided` are checks that unknown parts of dates (不詳) leave open: the officer
    decides. `answers` are only those that are asked and acceptable.
    """

    asked: tuple[str, ...]
    missing: tuple[str, ...]
    required: frozenset[str]
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    undecided: tuple[str, ...]
    derived: Mapping[str, Any]
    delivers: Mapping[str, Any]
    documents: tuple[str, ...]
    fee: int | None
    answers: Mapping[str, Any]
    # Of a life event: the steps that apply, in their order; which procedures ask a shared question now, in theirs.
    route: tuple[Step, ...] = ()
    askers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # What the event itself says in rows of which the rest is asked, by its path (`children.0.name`).
    given: Mapping[str, Any] = field(default_factory=dict)
    # Whom a list is about was said elsewhere: by the path in the list, the one that asks; empty where it follows from there.
    asked_at: Mapping[str, str] = field(default_factory=dict)
    # By the list, who was named before and can be chosen.
    offers: Mapping[str, tuple[Offer, ...]] = field(default_factory=dict)
    # By a question that asks for one name, who was named before and can be chosen.
    candidates: Mapping[str, tuple[Offer, ...]] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Tell whether the application may be submitted."""
        return not self.missing and not self.errors
