"""Two officers never get the same resident, and no number is given twice, whatever the moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection
from django.utils import timezone

from machimado.cases.applications import actions
from machimado.cases.applications.models import Case, Lane, Step
from machimado.ground.journal.models import Entry
from machimado.ground.people.models import Officer
from tests.universe import Universe

T = TypeVar("T")


def at_the_same_moment(*doings: Callable[[], T]) -> list[T]:
    """Return what each returned, all begun together on threads with connections of their own."""
    barrier = Barrier(len(doings))

    def run(do: Callable[[], T]) -> T:
        barrier.wait(timeout=20)
        try:
            return do()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(run, doings))


def arrive(universe: Universe) -> Case:
    return actions.open_case(
        office=universe.branch, lane=Lane.WITH_HELP, by=universe.officer, at=timezone.now()
    )


@pytest.mark.django_db(transaction=True)
def test_a_resident_is_called_by_exactly_one_of_many_officers(universe: Universe) -> None:
    for _ in range(5):
        case = arrive(universe)
        officers = [universe.officer, universe.colleague, universe.supervisor, universe.specialist]
        called = at_the_same_moment(*(calling(case, officer) for officer in officers))
        case.refresh_from_db()
        assert called.count(True) == 1
        assert case.officer == officers[called.index(True)]
        assert case.stamps.filter(step=Step.CALLED).count() == 1
        assert Entry.objects.filter(case=str(case.pk), action="case.called").count() == 1


def calling(case: Case, officer: Officer) -> Callable[[], bool]:
    return lambda: actions.call(case=Case.objects.get(pk=case.pk), by=officer, at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_calling_and_taking_back_never_both_happen(universe: Universe) -> None:
    for _ in range(5):
        case = arrive(universe)
        called, withdrawn = at_the_same_moment(
            calling(case, universe.colleague), withdrawing(case, universe.officer)
        )
        case.refresh_from_db()
        assert called != withdrawn
        assert (case.officer is not None, case.closed_at is not None) == (called, withdrawn)


def withdrawing(case: Case, officer: Officer) -> Callable[[], bool]:
    def withdraw() -> bool:
        try:
            actions.withdraw(case=Case.objects.get(pk=case.pk), by=officer, at=timezone.now())
        except actions.NotReady:
            return False
        return True

    return withdraw


@pytest.mark.django_db(transaction=True)
def test_arrivals_at_the_same_moment_get_numbers_without_gaps(universe: Universe) -> None:
    cases = at_the_same_moment(*[lambda: arrive(universe)] * 8)
    assert sorted(case.number or 0 for case in cases) == list(range(1, 9))


def test_who_called_may_call_again(universe: Universe) -> None:
    case = arrive(universe)
    assert actions.call(case=case, by=universe.officer, at=timezone.now())
    assert actions.call(case=case, by=universe.officer, at=timezone.now())
    assert not actions.call(case=case, by=universe.colleague, at=timezone.now())


def test_what_was_taken_back_comes_back_at_its_place(universe: Universe) -> None:
    first, _ = arrive(universe), arrive(universe)
    for _ in range(2):
        actions.withdraw(case=first, by=universe.officer, at=timezone.now())
    assert not actions.call(case=first, by=universe.officer, at=timezone.now())
    for _ in range(2):
        actions.restore_arrival(case=first, by=universe.officer, at=timezone.now())
    assert actions.call(case=first, by=universe.officer, at=timezone.now() + timedelta(minutes=7))
    first.refresh_from_db()
    assert first.wait_seconds is not None
    assert 7 * 60 - 5 <= first.wait_seconds <= 7 * 60 + 60


def test_who_is_being_served_is_not_taken_back(universe: Universe) -> None:
    case = arrive(universe)
    actions.call(case=case, by=universe.officer, at=timezone.now())
    with pytest.raises(actions.NotReady, match="すでに呼び出されています"):
        actions.withdraw(case=case, by=universe.colleague, at=timezone.now())
    with pytest.raises(actions.NotReady, match="新しく受け付けて"):
        actions.restore_arrival(case=case, by=universe.colleague, at=timezone.now())
