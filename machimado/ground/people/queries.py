"""The journal in words, for the auditor's page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps

from machimado.ground.journal.queries import Row
from machimado.ground.people.directory import directory, uuids
from machimado.ground.people.models import Officer

SYSTEM, RESIDENT = "system", "resident"
ACTORS = {SYSTEM: "システム", RESIDENT: "住民（画面）"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the journal as an auditor reads it."""

    seq: int
    recorded_at: datetime
    actor: str
    actor_id: str
    action: str
    action_code: str
    subject: str
    subject_id: str
    case: str
    case_id: str
    detail: list[tuple[str, str]]
    is_forgotten: bool
    hash: str


def lines(rows: Iterable[Row]) -> list[Line]:
    """Return the journal's rows with people, actions and cases in words; what nobody knows keeps its id."""
    found = list(rows)
    known = directory()
    actors = ACTORS | _officers(row.actor for row in found)
    subjects = known.name_subjects({row.subject for row in found if row.subject})
    cases = known.name_cases({row.case for row in found if row.case})
    words, parts = journal_words(), detail_words()
    return [
        Line(
            seq=row.seq,
            recorded_at=row.recorded_at,
            actor=actors.get(row.actor, row.actor),
            actor_id=row.actor,
            action=words.get(row.action, row.action),
            action_code=row.action,
            subject=subjects.get(row.subject, row.subject),
            subject_id=row.subject,
            case=cases.get(row.case, row.case),
            case_id=row.case,
            detail=[(parts.get(key, key), _words(value)) for key, value in (row.content or {}).items()],
            is_forgotten=row.is_forgotten,
            hash=row.hash,
        )
        for row in found
    ]


def _officers(ids: Iterable[str]) -> dict[str, str]:
    """Return the names of those ids that are officers."""
    found = Officer.objects.filter(pk__in=uuids(ids)).values_list("pk", "name")
    return {str(pk): name for pk, name in found}


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, list):
        return "、".join(map(_words, value))
    if isinstance(value, dict):
        return "、".join(f"{key} {_words(each)}" for key, each in value.items())
    return "" if value is None else str(value)


def actors() -> list[tuple[str, str]]:
    """Return who can have acted: all officers, those who left included, the residents' screen and the system."""
    officers = Officer.objects.order_by("kana").values_list("pk", "name")
    return [*((str(pk), name) for pk, name in officers), *ACTORS.items()]


def journal_words() -> Mapping[str, str]:
    """Return each action of the journal in words, as the rooms that record it say in their `journal_words`."""
    return _gathered("journal_words")


def detail_words() -> Mapping[str, str]:
    """Return the names of details in words, as the rooms say in their `journal_details`."""
    return _gathered("journal_details")


def _gathered(name: str) -> dict[str, str]:
    words: dict[str, str] = {}
    for config in apps.get_app_configs():
        words |= getattr(config, name, {})
    return words
