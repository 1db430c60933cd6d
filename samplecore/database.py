"""The core system's own store: one SQLite file, created once with the whole population."""

import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from samplecore.population import Parameters, Resident, generate

SCHEMA = Path(__file__).with_name("schema.sql")
FILE_NAME = "core.sqlite3"
BATCH = 5000
# How long a writer waits for another process on the same file.
BUSY_SECONDS = 10.0


class StoreError(Exception):
    """The store can't be opened; the sentence says what to do."""


def open_store(folder: Path) -> sqlite3.Connection:
    """Open the store of a folder that `create_store` has filled.

    A commit is on the disk before anybody hears of it (synchronous=FULL), so that neither kill -9 nor a power cut
    takes back what was acknowledged.
    """
    connection = sqlite3.connect(
        folder / FILE_NAME, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536"):
        connection.execute(f"PRAGMA {pragma}")
    _add_what_came_later(connection)
    return connection


def _add_what_came_later(connection: sqlite3.Connection) -> None:
    """Give a store of an earlier version the columns that it lacks."""
    columns = {row["name"] for row in connection.execute("PRAGMA table_info(certificates)")}
    if "application" not in columns:
        with transaction(connection):
            connection.execute(
                "ALTER TABLE certificates ADD COLUMN application INTEGER REFERENCES applications (serial)"
            )
            connection.execute("CREATE UNIQUE INDEX certificates_application ON certificates (application)")


def exists(folder: Path) -> bool:
    """Answer whether the folder has a finished store."""
    return (folder / FILE_NAME).exists()


def create_store(folder: Path, parameters: Parameters, count: int) -> None:
    """Fill a new store with the population, saying on stderr how far it is.

    The file gets its name only when it is complete: a start that was broken off leaves nothing half done.

    Raises:
        StoreError: where the folder can't be written.
    """
    unfinished = folder / f"{FILE_NAME}.new"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        connection = sqlite3.connect(unfinished, isolation_level=None)
    except (OSError, sqlite3.OperationalError) as error:
        raise StoreError(f"保存先 {folder} に書き込めません。--data を確かめてください: {error}") from error
    _fill(connection, parameters, count)
    connection.close()
    unfinished.rename(folder / FILE_NAME)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write everything inside or nothing; other writers wait."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _fill(connection: sqlite3.Connection, parameters: Parameters, count: int) -> None:
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", "cache_size=-131072"):
        connection.execute(f"PRAGMA {pragma}")
    tables, _, indexes = SCHEMA.read_text(encoding="utf-8").partition("-- indexes")
    connection.executescript(tables)
    connection.execute("BEGIN")
    _insert(connection, generate(parameters, count=count), count)
    _describe(connection, parameters, count)
    connection.execute("COMMIT")
    # Indexes are built at the end: far faster than growing them row by row.
    connection.executescript(indexes)


def _insert(connection: sqlite3.Connection, residents: Iterator[Resident], count: int) -> None:
    done = 0
    while batch := list(islice(residents, BATCH)):
        connection.executemany("INSERT INTO residents VALUES (?,?,?,?,?,?,?,?)", batch)
        done += len(batch)
        if done % (BATCH * 5) == 0 or len(batch) < BATCH:
            print(f"見本の住民を作成中: {done:,} 件（住民 {count:,} 人と除票）", file=sys.stderr, flush=True)


def _describe(connection: sqlite3.Connection, parameters: Parameters, count: int) -> None:
    """Keep what the core system must know of its city, so that a later start needs no other file."""
    towns = [[town.town_code, town.postal_code, town.name, town.kana] for town in parameters.towns.values]
    facts = {
        "prefecture": parameters.prefecture,
        "city": parameters.city,
        "city_code": parameters.city_code,
        "as_of": parameters.as_of.isoformat(),
        "seed": str(parameters.seed),
        "count": str(count),
        "towns": json.dumps(towns, ensure_ascii=False),
    }
    connection.executemany("INSERT INTO facts VALUES (?,?)", facts.items())
