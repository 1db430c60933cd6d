"""What the register already knows of the answers, with the place in the record that each comes from.

The record is the core system's (with its `household`); it is enlarged by `died_on`, `spouse`, `head`, `children[]`
and `household[]`.
The address of a person under protection (支援措置, `restricted`) is withheld: it must not appear on a screen, and is
neither asked nor typed. The core system, which has it, goes by its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

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


def prefill(form: Form, record: Record, *, today: date) -> dict[str, Known]:
    """Return the known answers by path (`resident.name`, `children.0.name`).

    Who stands at the counter is not known, and asked. Values that the question would refuse (a code it does not
    have, a date that is none) are left out, so that they are asked as well.
    """
    people = _people(_shielded(record))
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


def _people(record: Record) -> dict[str, list[_Person]]:
    """Take the record apart: the person themselves, the spouse, the children, everybody of the household."""
    household = [person for person in record.get("household") or [] if isinstance(person, Mapping)]
    spouse = spouse_of(record, household)
    return {
        "": [_Person({**record, "died_on": _died_on(record)}, "")],
        "spouse": [] if spouse is None else [_spouse(household[spouse], spouse)],
        "head": [
            _Person(person, f"household.{place}") for place, person in enumerate(household) if person.get("head")
        ],
        "children": [_child(household[place], place) for place in children_of(record, household)],
        "household": [_Person(person, f"household.{place}") for place, person in enumerate(household)],
    }


def _died_on(record: Record) -> Any:
    """Return the day on which somebody was removed from the register because of death."""
    return record.get("removed_on") if record.get("status") == "deceased" else None


def _spouse(record: Record, place: int) -> _Person:
    return _Person({**record, "exists": "yes", "living": "together"}, f"household.{place}")


def _child(record: Record, place: int) -> _Person:
    kin = "adopted" if is_adopted(record) else "child"
    return _Person({**record, "kin": kin, "living": "together"}, f"household.{place}")


def _plain(question: Question, people: dict[str, list[_Person]], today: date) -> Iterator[tuple[str, Known]]:
    root, _, rest = (question.prefill or "").partition(".")
    someone, path = (people[root], rest) if root in _SOMEBODY else (people[""], question.prefill or "")
    known = _fitting(question, someone[0], path, today) if someone and path else None
    if known:
        yield question.id, known


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
