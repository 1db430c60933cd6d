from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from machimado.cases.delivery.rules.contract import Entry
from machimado.cases.delivery.rules.ledgers import TITLES, WHAT_TO_DO, Kind, Ours, compare
from machimado.cases.delivery.rules.machine import State

AT = datetime(2026, 4, 1, 18, tzinfo=UTC)
OURS = Ours(1, "R-1", State.ACCEPTED, AT - timedelta(hours=1), "K-1", {"name": "山田　太郎"})
THEIRS = Entry("K-1", "R-1", "027", "accepted", {"name": "山田　太郎"})


def kinds(ours: list[Ours], theirs: list[Entry]) -> list[Kind]:
    return [difference.kind for difference in compare(ours, theirs, read_at=AT)]


def mine(**changes: Any) -> Ours:
    return replace(OURS, **changes)


def test_equal_ledgers_have_no_difference() -> None:
    assert kinds([OURS], [THEIRS]) == []
    assert kinds([], []) == []


def test_each_difference_is_found() -> None:
    assert kinds([OURS], []) == [Kind.MISSING_THERE]
    assert kinds([], [THEIRS]) == [Kind.NOT_OURS]
    assert kinds([OURS], [THEIRS, replace(THEIRS, core_number="K-2")]) == [Kind.DOUBLED]
    assert kinds([OURS], [replace(THEIRS, state="rejected")]) == [Kind.STATE_DIFFERS]
    assert kinds([OURS], [replace(THEIRS, core_number="K-9")]) == [Kind.NUMBER_DIFFERS]
    assert kinds([mine(state=State.UNKNOWN, core_number="")], [THEIRS]) == [Kind.KNOWN_ONLY_THERE]
    assert kinds([mine(state=State.UNDECIDED, core_number="")], [THEIRS]) == [Kind.KNOWN_ONLY_THERE]


def test_fields_are_named_and_never_shown() -> None:
    (difference,) = compare([OURS], [replace(THEIRS, fields={"name": "山口　次郎"})], read_at=AT)
    assert difference.kind is Kind.FIELDS_DIFFER
    assert "name" in difference.detail
    assert "山" not in repr(difference)


def test_a_ledger_without_contents_does_not_differ_in_them() -> None:
    assert kinds([OURS], [replace(THEIRS, fields=None)]) == []


def test_what_is_not_yet_there_is_no_difference() -> None:
    assert kinds([mine(state=State.WAITING, core_number="")], []) == []


def test_what_moved_while_the_ledger_was_read_is_left_to_the_next_time() -> None:
    assert kinds([mine(since=AT + timedelta(seconds=1))], []) == []


def test_the_gravest_come_first() -> None:
    other = mine(id=2, reference="R-0", core_number="K-3")
    assert kinds([other, OURS], [THEIRS, THEIRS]) == [Kind.DOUBLED, Kind.MISSING_THERE]


def test_each_difference_says_what_to_do() -> None:
    assert set(TITLES) == set(WHAT_TO_DO) == set(Kind)
