"""What the store itself refuses to do with the journal, whoever asks: triggers, put up by a migration and kept up by each later one."""

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

REFUSAL = "記録台帳は書き換えも削除もできません。まちがいは、新しい記録を足して正してください。"
# (table, what is refused). A detail may be deleted: so it is forgotten when its time is over.
REFUSED = (("journal_entry", "UPDATE"), ("journal_entry", "DELETE"), ("journal_detail", "UPDATE"))


def put_up(store: BaseDatabaseWrapper) -> None:
    """Let the store refuse changes of the journal from now on: they end in an IntegrityError."""
    _run(store, _POSTGRESQL if store.vendor == "postgresql" else _SQLITE)


def keep_up(store: BaseDatabaseWrapper) -> None:
    """Put up what is missing: Django makes a table of SQLite anew when a migration alters it, and its triggers go."""
    if not is_up(store):
        with transaction.atomic(using=store.alias):
            take_down(store)
            put_up(store)


def is_up(store: BaseDatabaseWrapper) -> bool:
    """Return whether the store refuses all that it should."""
    more = ("TRUNCATE",) if store.vendor == "postgresql" else ("REPLACE",)
    expected = {_name(*refused) for refused in (*REFUSED, *(("journal_entry", change) for change in more))}
    with store.cursor() as cursor:
        cursor.execute(_POSTGRESQL_UP if store.vendor == "postgresql" else _SQLITE_UP)
        return expected <= {name for (name,) in cursor.fetchall()}


def take_down(store: BaseDatabaseWrapper) -> None:
    """Let the store change the journal again, as whoever holds its password can."""
    # PostgreSQL alters no table whose foreign keys it has still to look at.
    store.check_constraints()
    _run(store, _POSTGRESQL_DOWN if store.vendor == "postgresql" else _SQLITE_DOWN)


def _run(store: BaseDatabaseWrapper, statements: list[str]) -> None:
    with store.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _name(table: str, change: str) -> str:
    return f"{table}_refuses_{change.lower()}"


_SQLITE_UP = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
_POSTGRESQL_UP = "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"
_REFUSE = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
_SQLITE = [
    *(
        f"CREATE TRIGGER {_name(*refused)} BEFORE {refused[1]} ON {refused[0]} {_REFUSE}"
        for refused in REFUSED
    ),
    # INSERT OR REPLACE deletes the line before without asking the trigger of DELETE.
    f"""CREATE TRIGGER journal_entry_refuses_replace BEFORE INSERT ON journal_entry
        WHEN EXISTS (SELECT 1 FROM journal_entry WHERE seq = NEW.seq OR hash = NEW.hash) {_REFUSE}""",  # noqa: S608 - put together from this file alone
]
_SQLITE_DOWN = [
    f"DROP TRIGGER IF EXISTS {_name(*refused)}" for refused in (*REFUSED, ("journal_entry", "REPLACE"))
]

_POSTGRESQL = [
    f"""CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$""",
    *(
        f"CREATE TRIGGER {_name(table, change)} BEFORE {change} ON {table} EXECUTE FUNCTION journal_refuse()"
        for table, change in (*REFUSED, ("journal_entry", "TRUNCATE"))
    ),
]
_POSTGRESQL_DOWN = ["DROP FUNCTION IF EXISTS journal_refuse() CASCADE"]
