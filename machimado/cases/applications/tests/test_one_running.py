"""Of each procedure one application runs in a case: a constraint of the store, and what people are told when they meet it."""

import threading
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from machimado.cases.applications import actions
from machimado.cases.applications.models import Application, Case
from machimado.cases.applications.permissions import RUNNING, State, WrongState
from machimado.cases.applications.tests import claim
from machimado.cases.applications.tests.claim import NOW
from machimado.ground.journal import queries as journal
from tests.universe import Universe

BEFORE = [("applications", "0003_submission_attachments")]
# Of all rooms: what stands on these goes back with them.
NEWEST = MigrationLoader(None).graph.leaf_nodes()


def put_beside(application: Application, state: str) -> Application:
    """Put a second application beside the first, past all actions."""
    twin = type(application)._default_manager.get(pk=application.pk)
    twin.pk, twin.reference, twin.state = uuid4(), f"T{uuid4().hex[:10]}", state
    with transaction.atomic():
        twin.save(force_insert=True)
    return twin


@pytest.mark.parametrize("state", RUNNING)
def test_the_store_refuses_a_second_one(universe: Universe, state: str) -> None:
    application = claim.begun(universe.officer)
    with pytest.raises(IntegrityError):
        put_beside(application, state)
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=put_beside(application, State.CANCELLED).pk).update(state=state)


@pytest.mark.parametrize("state", sorted(set(State) - set(RUNNING)))
def test_what_is_over_stands_beside_a_running_one(universe: Universe, state: str) -> None:
    application = claim.begun(universe.officer)
    for _ in range(2):
        put_beside(application, state)
    assert Application.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_moment_begin_one(universe: Universe) -> None:
    case = claim.begun(universe.officer).case
    actions.cancel(application=case.applications.get(), by=universe.officer, at=NOW)
    found = at_once(
        lambda: actions.begin(case=case, procedure=claim.CLAIM, by=universe.officer, at=NOW).pk, times=5
    )
    assert found == {case.applications.get(state=State.INTERVIEW).pk}


@pytest.mark.django_db(transaction=True)
def test_a_correction_and_a_new_beginning_at_the_same_moment_leave_one(universe: Universe) -> None:
    sent = claim.signed(universe.officer)
    actions.submit(application=sent, by=universe.officer, at=NOW)
    turn = iter([True, False] * 2)

    def either() -> UUID:
        if next(turn):
            return actions.correct(application=sent, by=universe.officer, at=NOW).pk
        return actions.begin(case=sent.case, procedure=claim.CLAIM, by=universe.officer, at=NOW).pk

    found = at_once(either, times=4, refusals=(actions.NotReady, WrongState))
    running = Application.objects.get(state__in=RUNNING)
    assert found - {None} == {running.pk}


def at_once(act: Any, *, times: int, refusals: tuple[type[Exception], ...] = ()) -> set[Any]:
    """Do it in so many threads at the same moment; return what came of it, None for a refusal."""
    start, found, failures = threading.Barrier(times), set(), []

    def work() -> None:
        try:
            start.wait(10)
            found.add(act())
        except refusals:
            found.add(None)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in a thread fails the test
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failures
    return found


def test_a_correction_beside_a_new_one_is_told_what_to_do(universe: Universe) -> None:
    sent = claim.signed(universe.officer)
    actions.submit(application=sent, by=universe.officer, at=NOW)
    newer = actions.begin(case=sent.case, procedure=claim.CLAIM, by=universe.officer, at=NOW)
    with pytest.raises(actions.NotReady, match=newer.reference):
        actions.correct(application=sent, by=universe.officer, at=NOW)
    sent.refresh_from_db()
    assert sent.state == State.SUBMITTED
    actions.cancel(application=newer, by=universe.officer, at=NOW)
    assert actions.correct(application=sent, by=universe.officer, at=NOW).state == State.INTERVIEW


@pytest.mark.django_db(transaction=True)
def test_a_store_in_which_two_run_is_put_right(universe: Universe) -> None:
    furthest = claim.signed(universe.officer)
    other = claim.begun(universe.officer, furthest.case.resident)
    executor = MigrationExecutor(connection)
    then = executor.migrate(BEFORE).apps.get_model("applications", "Application")
    try:
        for state in (State.REVIEW, State.INTERVIEW):
            put_beside(then.objects.get(pk=furthest.pk), state)
    finally:
        MigrationExecutor(connection).migrate(NEWEST)
    states = Application.objects.filter(case=furthest.case).values_list("state", flat=True)
    assert sorted(states) == ["cancelled", "cancelled", "signed"]
    assert set(Application.objects.filter(state__in=RUNNING)) == {furthest, other}
    assert len(journal.rows(action="application.cancelled", actor="system")) == 2
    assert not list(journal.verify())
    assert Case.objects.count() == 2
