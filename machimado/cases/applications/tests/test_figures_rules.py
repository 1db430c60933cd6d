"""The statistics against a second way of computing them, and against sums that must not depend on how one adds."""

import statistics
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machimado.cases.applications.rules.duration import officer_seconds, wait_seconds
from machimado.cases.applications.rules.figures import (
    Cell,
    Key,
    month_before,
    months_between,
    percentage,
    quantile,
    roll_up,
    spread,
    total,
)

values = st.lists(st.integers(0, 3000), min_size=1, max_size=60)
counts = st.integers(0, 10_000)
keys = st.builds(
    Key,
    st.sampled_from(["residence-certificate", "child-allowance-claim"]),
    st.sampled_from(["head", "kawakami"]),
    st.sampled_from(["2026-03", "2026-04"]),
)
histograms = st.lists(st.integers(0, 50), max_size=10).map(Counter)
cells = st.dictionaries(keys, st.builds(Cell, counts, counts, counts, counts, histograms, histograms))
months = st.tuples(st.integers(1990, 2100), st.integers(1, 12)).map(lambda pair: f"{pair[0]}-{pair[1]:02d}")


@given(values)
def test_quartiles_agree_with_the_standard_library(many: list[int]) -> None:
    expected = statistics.quantiles(many, n=4, method="inclusive") if len(many) > 1 else [many[0]] * 3
    found = [quantile(Counter(many), share) for share in (0.25, 0.5, 0.75)]
    assert found == pytest.approx(expected)


@given(values)
def test_the_middle_half_lies_in_order_and_within_the_values(many: list[int]) -> None:
    found = spread(Counter(many))
    assert found is not None
    assert min(many) / 10 <= found.lower <= found.median <= found.upper <= max(many) / 10
    assert found.count == len(many)


@given(values, values)
def test_histograms_that_are_added_give_the_median_of_all_values(some: list[int], others: list[int]) -> None:
    added = Cell(officer_tenths=Counter(some))
    added.add(Cell(officer_tenths=Counter(others)))
    assert added.officer is not None
    assert added.officer.median == pytest.approx(statistics.median(some + others) / 10)


@given(cells)
def test_every_way_of_adding_up_gives_the_same_total(given_cells: dict[Key, Cell]) -> None:
    whole = total(given_cells.values())
    for by in (lambda key: key.procedure, lambda key: key.office, lambda key: key.month):
        assert total(roll_up(given_cells, by).values()) == whole


@given(cells)
def test_adding_up_leaves_what_was_added_alone(given_cells: dict[Key, Cell]) -> None:
    before = {
        key: (cell.applications, sum(cell.officer_tenths.values())) for key, cell in given_cells.items()
    }
    roll_up(given_cells, lambda key: key.office)
    assert before == {
        key: (cell.applications, sum(cell.officer_tenths.values())) for key, cell in given_cells.items()
    }


@given(counts, counts)
def test_a_share_is_a_percentage_or_nothing(paperless: int, paper: int) -> None:
    share = Cell(paperless=paperless, paper=paper).share
    if paperless + paper == 0:
        assert share is None
    else:
        assert share is not None
        assert 0 <= share <= 100


def test_the_published_share_is_reproduced_from_its_kind_of_counts() -> None:
    found = percentage(271, 1000)
    assert found == pytest.approx(27.1)


def test_of_nothing_there_is_no_figure() -> None:
    empty = Cell()
    assert (empty.share, empty.officer, empty.waiting, empty.typed_each, empty.rekeyed_each) == (None,) * 5


def test_few_is_said() -> None:
    assert Cell(paperless=9).is_few
    assert not Cell(paperless=9, paper=1).is_few


@given(months, st.integers(0, 60))
def test_months_are_counted_without_gaps(month: str, count: int) -> None:
    listed = months_between(month_before(month, count), month)
    assert len(listed) == count + 1
    assert listed == sorted(set(listed))
    assert listed[-1] == month


def test_months_the_wrong_way_round_are_none() -> None:
    assert months_between("2026-04", "2026-03") == []


NINE = datetime(2026, 4, 10, 0, 0, tzinfo=UTC)


def test_the_times_of_a_case_s_applications_add_up_to_the_time_of_the_case() -> None:
    sent = [NINE + timedelta(minutes=minutes) for minutes in (7, 12, 30)]
    before = [None, *sent]
    each = [officer_seconds(NINE, last, at) for last, at in zip(before, sent, strict=False)]
    assert each == [7 * 60, 5 * 60, 18 * 60]


def test_a_call_after_the_last_sending_counts_from_the_call() -> None:
    assert officer_seconds(NINE, NINE - timedelta(minutes=5), NINE + timedelta(minutes=3)) == 180


def test_clocks_that_went_back_give_no_negative_time() -> None:
    assert officer_seconds(NINE, None, NINE - timedelta(seconds=1)) == 0


def test_nobody_waited_who_came_straight_to_a_desk() -> None:
    assert wait_seconds(NINE, NINE) is None
    assert wait_seconds(None, NINE) is None
    assert officer_seconds(None, None, NINE) is None


def test_waiting_runs_from_arrival_to_call() -> None:
    assert wait_seconds(NINE, NINE + timedelta(minutes=23)) == 23 * 60
