"""What the register already knows of the answers, with the place in the record that each comes from.

The record is the core system's (with its `household`); it is enlarged by `died_on`, `death_notified`, `headship`, `spouse`,
`head`, `children[]` and `household[]`.
The address of a person under protection (支援措置, `restricted`) is withheld: it must not appear on a screen, and is
neither asked nor typed. The core system, which has it, goes by its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from machimado.cases.procedures.rules.cel.errors import EvaluationError
from machimado.cases.procedures.rules.dates import age_at_least
from machimado.cases.procedures.rules.evaluation import holds
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.kinship import Record, children_of, is_adopted, spouse_of
from machimado.cases.procedures.rules.questions import ADDRESS_PARTS, WITHHELD, Question
from machimado.cases.procedures.rules.reading import read_value
from machimado.cases.procedures.rules.refusals import ValueRefusedError


@dataclass(frozen=True, slots=True)
class Known:
    """An answer that is known, and where in the record it stands (`birth_date`, `household.2.name`)."""

    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class _Person:
    """Somebody's part of the record, and where it stands."""

    record: Mapping[str, Any]
    place: str

    def known(self, path: str) -> Known | None:
        value: Any = self.record
        for step in path.split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        return None if value is None else Known(value, f"{self.place}.{path}".lstrip("."))


# Whose part of the record a path may begin with.
_SOMEBODY = frozenset({"spouse", "head"})
# The option of a list that says that nothing of it is so.
NONE = "none"


def prefill(form: Form, record: Record, *, today: date) -> dict[str, Known]:
    """Return the known answers by path (`resident.name`, `children.0.name`).

    Who stands at the counter is not known, and asked. Values that the question would refuse (a code it does not
    have, a date that is none) are left out, so that they are asked as well.
    """
    people = _people(_shielded(record), today)
    found: dict[str, Known] = {}
    for question in form.questions:
        found.update(
            _group(question, people, today) if question.kind == "group" else _plain(question, people, today)
        )
    return found


def _shielded(record: Record) -> Record:
    """Return the record with everybody under protection where somebody of the household is: they share the address."""
    household = [person for person in record.get("household") or [] if isinstance(person, Mapping)]
    if not any(person.get("restricted") for person in (record, *household)):
        return record
    return {
        **record,
        "restricted": True,
        "household": [{**person, "restricted": True} for person in household],
    }


def _people(record: Record, today: date) -> dict[str, list[_Person]]:
    """Take the record apart: the person themselves, the spouse, the children, everybody of the household."""
    household = [person for person in record.get("household") or [] if isinstance(person, Mapping)]
    spouse = spouse_of(record, household)
    return {
        "": [_Person({**record, **_told_otherwise(record, household, today)}, "")],
        "spouse": [] if spouse is None else [_spouse(household[spouse], spouse)],
        "head": [
            _Person(person, f"household.{place}")
            for place, person in enumerate(household)
            if person.get("head")
        ],
        "children": [_child(household[place], place) for place in children_of(record, household)],
        "household": [_Person(person, f"household.{place}") for place, person in enumerate(household)],
    }


def _told_otherwise(record: Record, household: list[Record], today: date) -> dict[str, Any]:
    """Return what a record says in its own way: the day of death, that it was notified, what becomes of the household."""
    died = record.get("status") == "deceased"
    return {
        "died_on": record.get("removed_on") if died else None,
        "death_notified": "yes" if died else None,
        "headship": _headship(record, household, today),
    }


# Whether a head of household has to be chosen once this one is gone. Source: 住民基本台帳法 第25条.
_OLD_ENOUGH = 15


def _headship(record: Record, household: list[Record], today: date) -> str | None:
    """Return whether somebody is head, and of whom: `of_several` others of 15 and more, or `alone` with at most one."""
    if record.get("head") is None:
        return None
    if not record["head"]:
        return "member"
    own = record.get("resident_number")
    others = [
        one
        for one in household
        if one.get("resident_number") != own and one.get("status", "resident") == "resident"
    ]
    try:
        old = [age_at_least(str(one.get("birth_date")), _OLD_ENOUGH, today.isoformat()) for one in others]
    except (EvaluationError, ValueError):
        return None  # somebody's birth date is not known well enough: it is asked
    return "of_several" if sum(old) > 1 else "alone"


def _spouse(record: Record, place: int) -> _Person:
    return _Person({**record, "exists": "yes", "living": "together"}, f"household.{place}")


def _child(record: Record, place: int) -> _Person:
    kin = "adopted" if is_adopted(record) else "child"
    return _Person({**record, "kin": kin, "living": "together"}, f"household.{place}")


def _plain(question: Question, people: dict[str, list[_Person]], today: date) -> Iterator[tuple[str, Known]]:
    if question.prefill_each:
        yield from _each(question, people[""][0])
        return
    root, _, rest = (question.prefill or "").partition(".")
    someone, path = (people[root], rest) if root in _SOMEBODY else (people[""], question.prefill or "")
    known = _fitting(question, someone[0], path, today) if someone and path else None
    if known:
        yield question.id, known


def _each(question: Question, person: _Person) -> Iterator[tuple[str, Known]]:
    """Yield the options that the record says yes to, where it says yes or no to any; `none` where it says no to all."""
    paths = {code: path for code, path in (question.prefill_each or {}).items() if code in question.codes}
    said = {code: known.value for code, path in paths.items() if (known := person.known(path))}
    chosen = [option.code for option in question.options if said.get(option.code) == "yes"]
    if not chosen and said and NONE in question.codes:
        chosen = [NONE]
    if chosen:
        yield question.id, Known(chosen, ",".join(paths[code] for code in said))


def _group(group: Question, people: dict[str, list[_Person]], today: date) -> Iterator[tuple[str, Known]]:
    if not group.prefill:
        return
    rows = [_row(group, person, today) for person in people[group.prefill.removesuffix("[]")]]
    kept = [row for row in rows if row and _wanted(group, row, today)][: group.most]
    for place, row in enumerate(kept):
        for name, known in row.items():
            yield f"{group.id}.{place}.{name}", known


def _row(group: Question, person: _Person, today: date) -> dict[str, Known]:
    found = {
        question.id: _fitting(question, person, question.prefill, today)
        for question in group.questions
        if question.prefill
    }
    return {name: known for name, known in found.items() if known}


def _wanted(group: Question, row: dict[str, Known], today: date) -> bool:
    item = {name: known.value for name, known in row.items()}
    return holds(
        group.prefill_where, {"item": item, "index": 0, "today": today.isoformat(), "channel": "counter"}
    )


def _fitting(question: Question, person: _Person, path: str, today: date) -> Known | None:
    """Return what is known as the question takes it, or None."""
    # Also where the record at hand has no address, as while the core is away: it must not be asked instead.
    if question.kind == "address" and person.record.get("restricted"):
        return Known(dict(WITHHELD), f"{person.place}.{path}".lstrip("."))
    known = person.known(path)
    if known is None:
        return None
    raw = known.value
    if question.kind == "address" and isinstance(raw, Mapping):
        raw = {part: raw[part] for part in ADDRESS_PARTS if raw.get(part) is not None}
    try:
        value = read_value(question, raw, today=today.isoformat())
    except ValueRefusedError:
        return None
    return None if value is None else Known(value, known.source)
