"""Reads and changes the register. Records pass as the JSON that is stored, as bytes, never parsed on the way out.

CAST(record AS BLOB) hands SQLite's UTF-8 over as it is; as text it would be decoded and encoded again, ten times slower.
"""

import datetime as dt
import json
import sqlite3
from collections.abc import Mapping
from typing import Any, NamedTuple

from samplecore.database import transaction
from samplecore.population.numbers import as_text, is_number

Record = dict[str, Any]

# What may be written from outside: all that a 異動 changes. Numbers never change.
CHANGEABLE = frozenset({
    "status", "name", "alias", "latin_name", "former_name", "birth_date", "birth_date_text", "sex", "relationship",
    "head", "address", "domicile", "nationality", "residence_status", "residence_until", "resident_since",
    "moved_in_from", "restricted", "seal", "removed_on", "moved_out_to",
})  # fmt: skip
STATUSES = ("resident", "moved_out", "deceased")
SEARCH_LIMIT = 100


class UnknownResident(LookupError):
    """No record has this number."""


class InvalidChange(ValueError):
    """A change can't be written; the sentence says which item and why."""


class Page(NamedTuple):
    """Records as JSON and the number after which the next page begins, or None."""

    records: list[bytes]
    next: str | None


def sequence(store: sqlite3.Connection) -> int:
    """Return the number of the latest change, 0 before the first."""
    return int(store.execute("SELECT coalesce(max(sequence), 0) FROM changes").fetchone()[0])


def export(store: sqlite3.Connection, after: int, limit: int) -> Page:
    """Return the next records in the order of their numbers."""
    rows = store.execute(
        "SELECT number, CAST(record AS BLOB) FROM residents WHERE number > ? ORDER BY number LIMIT ?",
        (after, limit),
    ).fetchall()
    return Page([row[1] for row in rows], as_text(rows[-1][0]) if len(rows) == limit else None)


def search(store: sqlite3.Connection, terms: Mapping[str, str]) -> list[bytes]:
    """Find records by the beginning of kana or name, by birth date (EDTF, whole) and 町字ID; all terms must fit."""
    conditions, values = [], []
    for column in ("kana", "name"):
        if prefix := terms.get(column, ""):
            # A range uses the index, LIKE would not.
            conditions.append(f"{column} >= ? AND {column} < ?")
            values += [prefix, prefix + "\U0010ffff"]
    for column in ("birth_date", "town_code"):
        if value := terms.get(column, ""):
            conditions.append(f"{column} = ?")
            values.append(value)
    where = " AND ".join(conditions)
    sql = f"SELECT CAST(record AS BLOB) FROM residents WHERE {where} ORDER BY kana, number LIMIT ?"  # noqa: S608 - columns are ours
    return [row[0] for row in store.execute(sql, (*values, SEARCH_LIMIT))]


def record(store: sqlite3.Connection, number: str) -> bytes:
    """Return one record as JSON.

    Raises:
        UnknownResident: where there is none.
    """
    sql = "SELECT CAST(record AS BLOB) FROM residents WHERE number = ?"
    row = store.execute(sql, (_number(number),)).fetchone()
    if row is None:
        raise UnknownResident(number)
    return bytes(row[0])


def household(store: sqlite3.Connection, number: str) -> list[bytes]:
    """Return the records of everybody in the household of that person, the person included."""
    rows = store.execute(
        "SELECT CAST(record AS BLOB) FROM residents WHERE household ="
        " (SELECT household FROM residents WHERE number = ?) ORDER BY number",
        (_number(number),),
    )
    return [row[0] for row in rows]


def living_household(store: sqlite3.Connection, number: str) -> list[str]:
    """Return the numbers of those who live in the household of that person.

    Raises:
        UnknownResident: where there is no such person, or nobody lives there.
    """
    rows = store.execute(
        "SELECT number FROM residents WHERE status = 'resident' AND household ="
        " (SELECT household FROM residents WHERE number = ?) ORDER BY number",
        (_number(number),),
    ).fetchall()
    if not rows:
        raise UnknownResident(number)
    return [as_text(row[0]) for row in rows]


def changes(store: sqlite3.Connection, since: int, limit: int) -> list[tuple[int, str, bytes | None]]:
    """Return changes after `since`: sequence, number, and the record as it is now."""
    rows = store.execute(
        "SELECT sequence, number, CAST(record AS BLOB) FROM changes LEFT JOIN residents USING (number)"
        " WHERE sequence > ? ORDER BY sequence LIMIT ?",
        (since, limit),
    )
    return [(row[0], as_text(row[1]), row[2]) for row in rows]


def change(store: sqlite3.Connection, numbers: list[str], items: Mapping[str, Any]) -> int:
    """Write the same items into the records of these people and return the number of the latest change.

    An item that is an object is merged into the old one, as JSON Merge Patch does.
    Source: RFC 7396.

    Raises:
        UnknownResident: where a number has no record.
        InvalidChange: where an item is unknown or of a wrong shape.
    """
    _check(items)
    with transaction(store):
        for number in numbers:
            _write(store, _merged(json.loads(record(store, number)), items))
        return sequence(store)


def _merged(old: Record, items: Mapping[str, Any]) -> Record:
    merged = {**old}
    for key, value in items.items():
        both = isinstance(value, dict) and isinstance(old.get(key), dict)
        merged[key] = {**old[key], **value} if both else value
    return merged


def _write(store: sqlite3.Connection, new: Record) -> None:
    number = int(new["resident_number"])
    text = json.dumps(new, ensure_ascii=False, separators=(",", ":"))
    name, town = new["name"], new["address"]["town_code"]
    store.execute(
        "UPDATE residents SET status=?, kana=?, name=?, birth_date=?, town_code=?, record=? WHERE number=?",
        (new["status"], name["kana"], name["text"], new["birth_date"], town, text, number),
    )
    now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
    store.execute("INSERT INTO changes (number, changed_at) VALUES (?, ?)", (number, now))


# The shape of each item that is more than text or null.
SHAPES: Mapping[str, tuple[str, ...]] = {
    "name": ("text", "kana"),
    "alias": ("text", "kana"),
    "former_name": ("text", "kana"),
    "address": (
        "postal_code", "city_code", "town_code", "prefecture", "city", "town", "block", "building",
    ),
    "domicile": ("address", "head"),
    "seal": ("registered_on", "number"),
}  # fmt: skip
NEVER_NULL = frozenset(
    {"status", "name", "birth_date", "sex", "relationship", "head", "address", "restricted"}
)


def _check(items: Mapping[str, Any]) -> None:
    if not items:
        raise InvalidChange("変更する項目がありません。変更する項目を1つ以上送ってください。")
    for key, value in items.items():
        if key not in CHANGEABLE:
            raise InvalidChange(f"{key} は変更できない項目です。項目名を確かめてください。")
        if not _fits(key, value):
            raise InvalidChange(f"{key} の値の形が違います。samplecore/README.md の項目一覧を見てください。")


def _fits(key: str, value: object) -> bool:
    if value is None:
        return key not in NEVER_NULL
    if key in ("head", "restricted"):
        return isinstance(value, bool)
    if key == "status":
        return value in STATUSES
    if key in SHAPES:
        return isinstance(value, dict) and all(
            name in SHAPES[key] and isinstance(part, str) for name, part in value.items()
        )
    return isinstance(value, str) and value != ""


def _number(text: str) -> int:
    """Return the number in the store.

    Raises:
        UnknownResident: where the text is no 宛名番号 at all.
    """
    if not is_number(text):
        raise UnknownResident(text)
    return int(text)
