"""Writes the search index. Only this room's actions use it; each function runs in the caller's transaction."""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.models import Exists, OuterRef

from machimado.cases.register.models import ImportRun, Resident, SearchEntry, Status
from machimado.cases.register.rules import records
from machimado.cases.register.rules.records import ResidentRecord


@dataclass(frozen=True, slots=True)
class _Known:
    id: uuid.UUID
    fingerprint: bytes


def write(people: Sequence[ResidentRecord], *, run: ImportRun | None, at: datetime) -> int:
    """Bring the index up to date with these records; return how many were new or different."""
    latest = {person.resident_number: person for person in people}
    known, protected = _look_up(latest)
    rows, same = [], []
    for person in latest.values():
        shielded = person.restricted or person.household_number in protected
        fingerprint = person.fingerprint(shielded=shielded)
        before = known.get(person.resident_number)
        if before is None or before.fingerprint != fingerprint:
            rows.append((before.id if before else uuid.uuid4(), person, shielded, fingerprint))
        else:
            same.append(before.id)
    _save_residents(rows, run=run, at=at)
    _replace_entries([(key, person, shielded) for key, person, shielded, _ in rows], known)
    _mark_seen(same, run=run, at=at)
    _shield_others(protected, latest)
    return len(rows)


def remove(numbers: Collection[str]) -> int:
    """Forget people whom the core no longer knows: an opaque id stays for cases and the journal; return how many."""
    gone = Resident.objects.filter(resident_number__in=numbers).exclude(status=Status.GONE)
    SearchEntry.objects.filter(resident__in=gone).delete()
    return _empty(gone)


def remove_unseen(run: ImportRun) -> int:
    """Forget everybody whom a whole import did not meet; return how many."""
    # Whoever was indexed since the import began came by a change or was read for a case: they are there.
    old = Resident.objects.filter(indexed_at__lt=run.started_at).exclude(status=Status.GONE)
    return remove(list(old.exclude(import_run=run).values_list("resident_number", flat=True)))


def needlessly_shielded() -> list[str]:
    """Return, for each household in which nobody is protected any more, the number of one member still shielded."""
    protected = Resident.objects.filter(household_number=OuterRef("household_number"), restricted=True)
    shielded = Resident.objects.filter(~Exists(protected), shielded=True)
    return list(dict(shielded.values_list("household_number", "resident_number")).values())


def _look_up(latest: Mapping[str, ResidentRecord]) -> tuple[dict[str, _Known], set[str]]:
    """Return what is known of these people, and those of their households in which somebody is protected, by the newest that is known."""
    households = {person.household_number for person in latest.values()}
    select = (
        f"SELECT resident_number, id, fingerprint, household_number, restricted FROM {_table(Resident)} WHERE"  # noqa: S608 - our own names
    )
    theirs = f"restricted AND household_number IN ({_marks(households)})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"{select} resident_number IN ({_marks(latest)}) UNION ALL {select} {theirs}",
            [*latest, *households],
        )
        rows = cursor.fetchall()
    known = {number: _Known(_id(key), bytes(before)) for number, key, before, *_ in rows if number in latest}
    others = {household for number, *_, household, restricted in rows if restricted and number not in latest}
    return known, others | {person.household_number for person in latest.values() if person.restricted}


def _save_residents(
    rows: Iterable[tuple[uuid.UUID, ResidentRecord, bool, bytes]], *, run: ImportRun | None, at: datetime
) -> None:
    """Insert or update the people's rows."""
    run_id = run.pk if run else None
    stored = _stored_id()
    values = [
        (
            stored(key),
            person.resident_number,
            person.household_number,
            person.status,
            person.name.text,
            person.name.kana,
            person.alias.text if person.alias else "",
            person.alias.kana if person.alias else "",
            person.latin_name or "",
            person.former_name.text if person.former_name else "",
            person.birth_date,
            person.birth_date_text or "",
            person.sex,
            person.relationship,
            person.head,
            "" if shielded else person.address.display(),
            person.restricted,
            shielded,
            fingerprint,
            run_id,
            at,
        )
        for key, person, shielded, fingerprint in rows
    ]
    columns = _columns(Resident)
    updated = ", ".join(
        f"{column} = excluded.{column}" for column in columns if column not in {"id", "import_run_id"}
    )
    # What did not come with a whole import keeps the mark of the last one.
    kept = f"import_run_id = coalesce(excluded.import_run_id, {_table(Resident)}.import_run_id)"
    _insert(Resident, columns, values, f" ON CONFLICT (resident_number) DO UPDATE SET {updated}, {kept}")


def _replace_entries(
    rows: Sequence[tuple[uuid.UUID, ResidentRecord, bool]], known: Mapping[str, _Known]
) -> None:
    changed = [key for key, person, _ in rows if person.resident_number in known]
    if changed:
        SearchEntry.objects.filter(resident__in=changed).delete()
    columns = [column for column in _columns(SearchEntry) if column != "id"]
    stored = _stored_id()
    values = [
        (stored(key), *entry)
        for key, person, shielded in rows
        for entry in records.entries(person, shielded=shielded)
    ]
    _insert(SearchEntry, columns, values)


def _mark_seen(people: Sequence[uuid.UUID], *, run: ImportRun | None, at: datetime) -> None:
    """Note that the core still holds people whose records are as they were."""
    if not people:
        return
    marked = "indexed_at = %s, import_run_id = coalesce(%s, import_run_id)"
    stored = _stored_id()
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_table(Resident)} SET {marked} WHERE id IN ({_marks(people)})",  # noqa: S608 - our own names
            [at, run.pk if run else None, *map(stored, people)],
        )


def _shield_others(protected: Collection[str], latest: Collection[str]) -> None:
    """Take the address from members of protected households whose own records did not come along."""
    if not protected:
        return
    told = Resident.objects.filter(household_number__in=protected, shielded=False)
    others = [key for key, number in told.values_list("id", "resident_number") if number not in latest]
    SearchEntry.objects.filter(resident__in=others).update(place=b"", block=b"", building=b"")
    Resident.objects.filter(id__in=others).update(address="", shielded=True, fingerprint=b"")


_KEPT = {"resident_number", "status", "fingerprint", "is_head", "restricted", "shielded"}


def _empty(people: models.QuerySet[Resident]) -> int:
    text = {field: "" for field in Resident.personal_data if field not in _KEPT}
    flags = {"is_head": False, "restricted": False, "shielded": False}
    return people.update(status=Status.GONE, fingerprint=b"", **text, **flags)


def _insert(
    model: type[models.Model], columns: Sequence[str], values: Sequence[tuple[Any, ...]], tail: str = ""
) -> None:
    """Insert many rows with one prepared statement: several times faster than bulk_create, and imports are large."""
    if not values:
        return
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {_table(model)} ({names}) VALUES ({marks}){tail}", values)  # noqa: S608 - our own names


def _marks(values: Collection[Any]) -> str:
    """Return the places of values in a statement; NULL, which nothing equals, where there are none."""
    return ", ".join(["%s"] * len(values)) or "NULL"


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table  # noqa: SLF001 - Django's documented name


def _columns(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]  # noqa: SLF001 - Django's documented name


def _id(stored: str | uuid.UUID) -> uuid.UUID:
    return stored if isinstance(stored, uuid.UUID) else uuid.UUID(stored)


def _stored_id() -> Callable[[uuid.UUID], str | uuid.UUID]:
    """Return what writes an id as the store keeps it."""
    return (lambda key: key) if connection.features.has_native_uuid_field else (lambda key: key.hex)
