"""The store itself refuses to change the journal: no code of ours is asked."""

import pytest
from django.db import IntegrityError, connection, transaction

from machimado.ground.journal import guard, queries
from machimado.ground.journal.actions import record
from machimado.ground.journal.models import Detail

FORGERIES = [
    "UPDATE journal_entry SET actor = 'nobody' WHERE seq = 2",
    "UPDATE journal_entry SET recorded_at = '2020-01-01 00:00:00+00:00' WHERE seq = 2",
    "DELETE FROM journal_entry WHERE seq = 3",
    "DELETE FROM journal_entry",
    "UPDATE journal_detail SET content = '{}' WHERE entry_id = 2",
    "UPDATE journal_detail SET keep_until = '2020-01-01' WHERE entry_id = 2",
]
COLUMNS = 'seq, recorded_at, actor, action, subject, "case", detail_hash, previous_hash, hash'
# The second line once more, as somebody else's.
FORGED = "SELECT " + COLUMNS.replace("actor", "'nobody'") + " FROM journal_entry WHERE seq = 2"


@pytest.fixture(autouse=True)
def _three_lines(db: None) -> None:
    for name in ("佐藤", "鈴木", "高橋"):
        with transaction.atomic():
            record(by=None, action="resident.viewed", detail={"name": name})


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("statement", FORGERIES)
def test_a_change_is_refused_with_what_to_do_instead(statement: str) -> None:
    with pytest.raises(IntegrityError, match=guard.REFUSAL):
        run(statement)
    assert not list(queries.verify())


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own way to change a row")
@pytest.mark.parametrize("way", ["INSERT OR REPLACE", "REPLACE"])
def test_a_line_is_not_replaced(way: str) -> None:
    with pytest.raises(IntegrityError, match=guard.REFUSAL):
        run(f"{way} INTO journal_entry ({COLUMNS}) {FORGED}")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's own ways to change rows")
@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE journal_entry CASCADE",
        f"INSERT INTO journal_entry ({COLUMNS}) {FORGED} ON CONFLICT (seq) DO UPDATE SET actor = 'nobody'",
    ],
)
def test_nor_emptied_nor_merged(statement: str) -> None:
    connection.check_constraints()
    with pytest.raises(IntegrityError, match=guard.REFUSAL):
        run(statement)


def test_what_was_taken_down_is_seen_and_put_up_again() -> None:
    assert guard.is_up(connection)
    guard.take_down(connection)
    assert not guard.is_up(connection)
    for _ in range(2):
        guard.keep_up(connection)
        assert guard.is_up(connection)
    with pytest.raises(IntegrityError, match=guard.REFUSAL):
        run(FORGERIES[0])


def test_a_detail_may_go() -> None:
    assert Detail.objects.filter(pk=3).delete()[0] == 1
    with transaction.atomic():
        record(by=None, action="resident.viewed", detail={"name": "伊藤"})
    assert [found.reason for found in queries.verify()] == [queries.MISSING_DETAIL]
