"""The journal on the store: in the transaction, one after the other, and true after details were deleted."""

from argparse import Namespace
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from machimado.ground.journal import commands, queries
from machimado.ground.journal.actions import forget, record
from machimado.ground.journal.models import Detail, Entry
from machimado.ground.journal.rules.keeping import KEEP_DAYS
from tests.tampering import as_owner_of_the_store
from tests.universe import Universe

WRITERS = 6
LINES_EACH = 15


def write(count: int) -> None:
    for number in range(1, count + 1):
        with transaction.atomic():
            record(
                by=None,
                action="case.opened",
                subject=f"resident-{number}",
                detail={"name": f"山田　{number}"},
            )


def numbers_of_breaks() -> list[int]:
    return [found.seq for found in queries.verify()]


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_nothing_is_recorded() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        record(by=None, action="case.opened")
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_no_line() -> None:
    write(1)
    with transaction.atomic():
        record(by=None, action="case.closed")
        transaction.set_rollback(True)
    write(1)
    assert [entry.seq for entry in Entry.objects.all()] == [1, 2]
    assert numbers_of_breaks() == []


@pytest.mark.django_db(transaction=True)
def test_many_writers_make_one_chain() -> None:
    def work(_: int) -> None:
        try:
            write(LINES_EACH)
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(work, range(WRITERS)))
    assert list(Entry.objects.values_list("seq", flat=True)) == list(range(1, WRITERS * LINES_EACH + 1))
    assert numbers_of_breaks() == []


def test_an_officer_is_named_by_an_opaque_id(universe: Universe) -> None:
    entry = record(by=universe.officer, action="resident.viewed", subject="abc")
    assert entry.actor == str(universe.officer.pk)
    assert universe.officer.name not in str(vars(entry))


@pytest.mark.django_db
def test_a_change_on_the_store_is_found() -> None:
    write(5)
    with as_owner_of_the_store():
        Entry.objects.filter(seq=3).update(subject="somebody else")
    assert numbers_of_breaks() == [3]


@pytest.mark.django_db
def test_a_line_deleted_on_the_store_is_found() -> None:
    write(5)
    with as_owner_of_the_store():
        Entry.objects.filter(seq=2).delete()
    assert set(numbers_of_breaks()) == {3}


@pytest.mark.django_db
def test_a_changed_detail_is_found() -> None:
    write(5)
    with as_owner_of_the_store():
        Detail.objects.filter(pk=4).update(content={"name": "別人"})
    assert numbers_of_breaks() == [4]


@pytest.mark.django_db
def test_details_go_when_their_time_is_over_and_the_chain_holds() -> None:
    write(4)
    last_day = timezone.localdate() + timedelta(days=KEEP_DAYS)
    assert forget(today=last_day) == 0
    assert forget(today=last_day + timedelta(days=1)) == 4
    assert not Detail.objects.exists()
    assert Entry.objects.count() == 4
    assert not list(queries.verify(today=last_day + timedelta(days=1)))
    assert queries.verify_part(after=0, size=9, today=last_day + timedelta(days=1)).broken == []


@pytest.mark.django_db
def test_details_that_go_before_their_time_are_found() -> None:
    write(3)
    Detail.objects.filter(pk=2).delete()
    assert numbers_of_breaks() == [2]
    assert [found.seq for found in queries.verify_part(after=0, size=9).broken] == [2]


@pytest.mark.django_db
def test_details_whose_time_somebody_shortened_are_kept() -> None:
    write(2)
    today = timezone.localdate()
    with as_owner_of_the_store():
        Detail.objects.filter(pk=1).update(keep_until=today - timedelta(days=1))
    assert forget(today=today) == 0
    assert numbers_of_breaks() == []


@pytest.mark.django_db
def test_an_auditor_filters_and_turns_pages() -> None:
    write(queries.PAGE + 5)
    newest = queries.rows()
    assert [row.seq for row in newest][:2] == [queries.PAGE + 5, queries.PAGE + 4]
    assert len(newest) == queries.PAGE
    assert [row.seq for row in queries.rows(before=newest[-1].seq)] == [5, 4, 3, 2, 1]
    found = queries.rows(subject="resident-7")
    assert [(row.seq, row.content) for row in found] == [(7, {"name": "山田　7"})]
    assert queries.rows(since=timezone.localdate() + timedelta(days=1)) == []


class TestCommand:
    """`machimado journal verify`, as an auditor runs it."""

    @pytest.fixture(autouse=True)
    def _lines(self, db: None) -> None:
        write(3)

    def test_says_that_the_journal_holds(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert commands.run_verify(Namespace(expect=None)) == 0
        assert "正しくつながっています（3 件" in capsys.readouterr().out

    def test_names_the_line_that_was_changed(self, capsys: pytest.CaptureFixture[str]) -> None:
        with as_owner_of_the_store():
            Entry.objects.filter(seq=2).update(action="case.closed")
        assert commands.run_verify(Namespace(expect=None)) == 1
        assert "2 番: 記録の内容が書き換えられています。" in capsys.readouterr().out

    def test_says_that_nothing_guards_the_journal(self, capsys: pytest.CaptureFixture[str]) -> None:
        with as_owner_of_the_store():
            assert commands.run_verify(Namespace(expect=None)) == 1
        assert "トリガー" in capsys.readouterr().out

    def test_misses_the_end_that_was_noted_down(self, capsys: pytest.CaptureFixture[str]) -> None:
        noted = queries.head()[1]
        assert commands.run_verify(Namespace(expect=noted)) == 0
        with as_owner_of_the_store():
            Entry.objects.filter(seq=3).delete()
        assert commands.run_verify(Namespace(expect=noted)) == 1
        assert "台帳にありません" in capsys.readouterr().out
