"""The ledger of applications (申請): one entry for each, whatever the network does."""

import base64
import binascii
import datetime as dt
import hashlib
import json
import sqlite3
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from samplecore.database import transaction
from samplecore.messages import Reason

Entry = dict[str, Any]

MAX_ATTACHMENTS = 20
KEY_LENGTH = 255
REFERENCE_LENGTH = 100


class InvalidApplication(ValueError):
    """The envelope can't be read; the sentence says what is missing or wrong."""


class KeyReused(Exception):
    """The key stands for another body already."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with an application."""

    name: str
    media_type: str
    sha256: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Application:
    """An application as it came, read but not judged. `digest` tells two bodies apart, whatever their key order."""

    reference: str
    system: str
    message: str
    fields: Mapping[str, Any]
    attachments: tuple[Attachment, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of an application: accepted or rejected, at once or (settles_at, in seconds) later."""

    reasons: tuple[Reason, ...] = ()
    settles_at: float | None = None
    lookups: int = 0

    @property
    def final_state(self) -> str:
        """Return how it ends."""
        return "rejected" if self.reasons else "accepted"


def read_application(body: Mapping[str, Any]) -> Application:
    """Read the envelope.

    Raises:
        InvalidApplication: where a part is missing or of a wrong shape.
    """
    unknown = set(body) - {"reference", "system", "message", "fields", "attachments"}
    if unknown:
        raise InvalidApplication(
            f"知らない項目です: {', '.join(sorted(unknown))}。項目名を確かめてください。"
        )
    texts = {key: _text(body, key) for key in ("reference", "system", "message")}
    fields = body.get("fields")
    if not isinstance(fields, dict):
        raise InvalidApplication("fields を項目のまとまり（オブジェクト）で送ってください。")
    canonical = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
    return Application(**texts, fields=fields, attachments=_attachments(body), digest=digest)


def record(
    store: sqlite3.Connection, application: Application, verdict: Verdict, *, client: str, key: str | None
) -> tuple[Entry, bool]:
    """Write an application into the ledger; return its entry as first answered, and whether it is new.

    With a key that is known, nothing is written and the first answer comes again. The constraint in the store decides
    who was first, so this also holds for two processes in the same moment.

    Raises:
        KeyReused: where the key stands for another body.
    """
    with transaction(store):
        known = _by_key(store, client, key)
        if known is None:
            serial = _insert(store, application, verdict, client, key)
            known = _row(store, serial)
            return _first_answer(known), True
    if known["body_digest"] != application.digest:
        raise KeyReused
    return _first_answer(known), False


def by_reference(store: sqlite3.Connection, reference: str, systems: Iterable[str]) -> list[Entry]:
    """Return the entries with our caller's reference, after what time and look-ups have decided."""
    return _looked_up(store, "reference = ?", reference, systems)


def by_core_number(store: sqlite3.Connection, core_number: str, systems: Iterable[str]) -> Entry | None:
    """Return one entry by our own number."""
    serial = core_number.rpartition("-")[2]
    if not (serial.isascii() and serial.isdecimal() and len(serial) <= 15):
        return None
    found = _looked_up(store, "serial = ?", int(serial), systems)
    return found[0] if found and found[0]["core_number"] == core_number else None


def entries(
    store: sqlite3.Connection, systems: Iterable[str] | None, limit: int | None = None
) -> list[Entry]:
    """Return the ledger, oldest first; with a limit the newest ones, newest first. `systems` None means all."""
    settle(store, time.time())
    order = "serial" if limit is None else "serial DESC"
    rows = store.execute(f"SELECT * FROM applications ORDER BY {order} LIMIT ?", (limit or -1,))  # noqa: S608 - order is ours
    wanted = None if systems is None else set(systems)
    return [_entry(row) for row in rows if wanted is None or row["system"] in wanted]


def counts(store: sqlite3.Connection) -> dict[str, int]:
    """Return how many entries there are in each state."""
    rows = store.execute("SELECT state, count(*) FROM applications GROUP BY state")
    return {row[0]: row[1] for row in rows}


def settle(store: sqlite3.Connection, now: float) -> None:
    """Decide the pending entries whose time has come."""
    due = "state = 'pending' AND (settles_at <= ? OR lookups_left <= 0)"
    if store.execute(f"SELECT 1 FROM applications WHERE {due} LIMIT 1", (now,)).fetchone():  # noqa: S608 - ours
        store.execute(f"UPDATE applications SET state = {FINAL} WHERE {due}", (now,))  # noqa: S608 - ours


# While an entry is pending, its reasons are kept but not yet told: they say how it will end.
FINAL = "CASE WHEN reasons = '[]' THEN 'accepted' ELSE 'rejected' END"


def _looked_up(
    store: sqlite3.Connection, condition: str, value: str | int, systems: Iterable[str]
) -> list[Entry]:
    """Return entries of these systems, counting the look-up for those that are pending."""
    pending = f"{condition} AND state = 'pending'"
    if store.execute(f"SELECT 1 FROM applications WHERE {pending} LIMIT 1", (value,)).fetchone():  # noqa: S608 - ours
        sql = f"UPDATE applications SET lookups_left = lookups_left - 1 WHERE {pending}"  # noqa: S608 - ours
        store.execute(sql, (value,))
        settle(store, time.time())
    rows = store.execute(f"SELECT * FROM applications WHERE {condition} ORDER BY serial", (value,))  # noqa: S608 - ours
    wanted = set(systems)
    return [_entry(row) for row in rows if row["system"] in wanted]


def _by_key(store: sqlite3.Connection, client: str, key: str | None) -> sqlite3.Row | None:
    sql = "SELECT * FROM applications WHERE client = ? AND idempotency_key = ?"
    found: sqlite3.Row | None = store.execute(sql, (client, key)).fetchone()
    return found


def _row(store: sqlite3.Connection, serial: int) -> sqlite3.Row:
    row: sqlite3.Row = store.execute("SELECT * FROM applications WHERE serial = ?", (serial,)).fetchone()
    return row


def _insert(
    store: sqlite3.Connection, application: Application, verdict: Verdict, client: str, key: str | None
) -> int:
    state = verdict.final_state if verdict.settles_at is None else "pending"
    values = {
        "client": client,
        "idempotency_key": key,
        "body_digest": application.digest,
        "reference": application.reference,
        "system": application.system,
        "message": application.message,
        "fields": json.dumps(application.fields, ensure_ascii=False),
        "received_at": dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"),
        "first_state": state,
        "state": state,
        "reasons": json.dumps([reason._asdict() for reason in verdict.reasons], ensure_ascii=False),
        "settles_at": verdict.settles_at,
        "lookups_left": verdict.lookups,
    }
    columns, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    cursor = store.execute(f"INSERT INTO applications ({columns}) VALUES ({marks})", values)  # noqa: S608 - columns are ours
    serial = cursor.lastrowid or 0
    rows = [
        (serial, position, file.name, file.media_type, file.sha256, file.content)
        for position, file in enumerate(application.attachments)
    ]
    store.executemany("INSERT INTO attachments VALUES (?, ?, ?, ?, ?, ?)", rows)
    return serial


def _first_answer(row: sqlite3.Row) -> Entry:
    return _answer(row, row["first_state"])


def _entry(row: sqlite3.Row) -> Entry:
    about = {key: row[key] for key in ("reference", "system", "message", "received_at")}
    return {**_answer(row, row["state"]), **about, "fields": json.loads(row["fields"])}


def _answer(row: sqlite3.Row, state: str) -> Entry:
    reasons = json.loads(row["reasons"]) if state == "rejected" else []
    return {"core_number": f"{row['system']}-{row['serial']:010d}", "state": state, "reasons": reasons}


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value or len(value) > REFERENCE_LENGTH or not value.isprintable():
        raise InvalidApplication(f"{key} を{REFERENCE_LENGTH}文字以内の文字で送ってください。")
    return value


def _attachments(body: Mapping[str, Any]) -> tuple[Attachment, ...]:
    files = body.get("attachments", [])
    if not isinstance(files, list) or len(files) > MAX_ATTACHMENTS:
        raise InvalidApplication(f"attachments は{MAX_ATTACHMENTS}件以内の一覧で送ってください。")
    return tuple(_attachment(file, f"attachments[{index}]") for index, file in enumerate(files))


def _attachment(file: Any, path: str) -> Attachment:
    """Read {name, media_type, sha256, content (base64)} and check that the file arrived as it was sent."""
    try:
        content = base64.b64decode(file["content"], validate=True)
        name, media_type, sha256 = str(file["name"]), str(file["media_type"]), str(file["sha256"])
    except (KeyError, TypeError, binascii.Error, ValueError) as error:
        raise InvalidApplication(
            f"{path} を読めません。name・media_type・sha256・content（base64）を送ってください。"
        ) from error
    if hashlib.sha256(content).hexdigest() != sha256.lower():
        raise InvalidApplication(f"{path} の内容が sha256 と合いません。もう一度送ってください。")
    return Attachment(name, media_type, sha256.lower(), content)
