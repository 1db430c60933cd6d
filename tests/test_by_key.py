"""A row by its key is what a queryset would have given, and costs one statement."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from machimado.cases.applications.models import (
    APPLICATIONS,
    APPLICATIONS_OF,
    CASES,
    CASES_OF,
    CHANGES,
    DEFINITIONS,
    STAMPS_OF,
    AnswerChange,
    Application,
    Case,
    Stamp,
    Step,
)
from machimado.cases.applications.tests import claim
from machimado.cases.register.models import RESIDENTS, Resident
from machimado.frontyard.counter.models import DESKS, Desk
from machimado.ground.people.models import OFFICERS, Officer
from machimado.ground.people.sessions import SESSIONS
from machimado.ground.rows.by_key import ByKey
from tests.universe import Universe


def values(row: Model) -> dict[str, Any]:
    """Return everything that the row has, by column."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.fixture
def application(universe: Universe) -> Application:
    return claim.begun(universe.officer)


@pytest.mark.parametrize("rows", [APPLICATIONS, CASES, DESKS, OFFICERS, RESIDENTS, SESSIONS])
def test_it_is_the_row_that_a_queryset_gives(
    rows: ByKey[Any], application: Application, universe: Universe, sign_in: Callable[[Officer], Client]
) -> None:
    sign_in(universe.officer)
    Desk.objects.create(office=universe.branch, number=1, shown=application)
    kept = rows._model._default_manager.first()
    read = rows.get(kept.pk)
    assert type(read) is type(kept)
    assert values(read) == values(kept)


def test_what_is_read_along_is_the_row_that_a_queryset_gives(application: Application) -> None:
    read = APPLICATIONS.get(application.pk).case
    assert values(read) == values(Case.objects.get(pk=application.case_id))
    assert read.resident is not None
    assert values(read.resident) == values(Resident.objects.get())


def test_what_is_read_along_costs_nothing_more(application: Application, universe: Universe) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert APPLICATIONS.get(application.pk).case.resident == application.case.resident
        assert OFFICERS.get(universe.officer.pk).office == universe.branch
    assert len(asked) == 2


def test_a_row_is_read_anew_each_time(universe: Universe) -> None:
    desk = Desk.objects.create(office=universe.branch, number=1)
    for objection in ("", "届出をする方"):
        Desk.objects.filter(pk=desk.pk).update(objection=objection)
        assert DESKS.get(desk.pk).objection == objection
    assert DESKS.get(desk.pk).screen is None


def test_a_key_may_be_written_as_text(application: Application) -> None:
    assert APPLICATIONS.get(str(application.pk)) == application


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [APPLICATIONS, CASES, DESKS, OFFICERS, RESIDENTS])
def test_a_key_that_nobody_has(rows: ByKey[Any]) -> None:
    assert rows.find(uuid4()) is None
    with pytest.raises(rows._model.DoesNotExist):
        rows.get(uuid4())
    with transaction.atomic(), pytest.raises(rows._model.DoesNotExist):
        rows.hold(uuid4())


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["x' OR '1'='1", "x\x00", "%s", ""])
def test_no_text_is_ever_part_of_the_statement(key: str) -> None:
    assert SESSIONS.find(key) is None


@pytest.mark.django_db
def test_a_hostile_cookie_is_a_visitor_who_has_not_signed_in() -> None:
    answer = Client(headers={"Cookie": 'machimado="abcdefghij\\000klmnop"'}).get("/")
    assert answer.headers["Location"].startswith("/accounts/login/")


def test_whether_there_is_a_row_is_asked_without_reading_it(application: Application) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert DEFINITIONS.has(application.definition_id)
        assert not DEFINITIONS.has("0" * 64)
        assert STAMPS_OF.has(application.case_id)
    assert all('definition",' not in each["sql"] for each in asked)


def test_another_column(universe: Universe) -> None:
    by_login = ByKey(Officer, "login")
    assert by_login.get(universe.officer.login) == universe.officer
    assert by_login.find("nobody") is None


def test_all_rows_of_a_key_stand_in_the_order_of_their_model(application: Application) -> None:
    case = Case.objects.get()
    for rows, key, kept in (
        (CASES_OF, case.resident_id, Case.objects.filter(resident=case.resident_id)),
        (APPLICATIONS_OF, case.pk, Application.objects.filter(case=case)),
        (STAMPS_OF, case.pk, Stamp.objects.filter(case=case)),
    ):
        read = rows.all(key)
        assert [values(row) for row in read] == [values(row) for row in kept]
        assert read
        assert rows.all(uuid4()) == []


def test_all_rows_cost_one_statement_with_what_is_read_along(application: Application) -> None:
    resident = Resident.objects.get()
    with CaptureQueriesContext(connection) as asked:
        read = APPLICATIONS_OF.all(application.case_id)
        assert [one.case.resident for one in read] == [resident]
    assert len(asked) == 1


@pytest.mark.django_db(transaction=True)
def test_a_row_is_held_in_a_transaction_only(application: Application) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        APPLICATIONS.hold(application.pk)
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        assert values(APPLICATIONS.hold(application.pk)) == values(application)
    assert ("FOR UPDATE" in asked[0]["sql"]) == connection.features.has_select_for_update


def test_a_row_is_added_as_django_would(application: Application) -> None:
    case = Case.objects.get()
    twin = Case(
        office=case.office, opened_date=case.opened_date, number=7, lane=case.lane, closed_at=claim.NOW
    )
    assert CASES.add(twin) is twin
    assert values(Case.objects.get(pk=twin.pk)) == values(twin)
    twin.purpose = "既にあるものとして書ける"
    twin.save()
    assert Case.objects.count() == 2


def test_a_number_is_given_by_the_store(application: Application, universe: Universe) -> None:
    change = AnswerChange(
        application=application, revision=99, before={"answers": {"a": [1, "二"]}}, officer=None, at=claim.NOW
    )
    CHANGES.add(change)
    read = AnswerChange.objects.get(revision=99)
    assert read.pk == change.pk
    assert (read.before, read.officer, read.at) == (change.before, None, claim.NOW)


def test_what_is_there_once_is_not_added_again(application: Application) -> None:
    case = Case.objects.get()
    STAMPS_OF.add_once(Stamp(case=case, step=Step.CALLED, at=claim.NOW + timedelta(hours=1)))
    kept = [stamp.at for stamp in STAMPS_OF.all(case.pk) if stamp.step == Step.CALLED]
    assert kept == [claim.NOW]
    STAMPS_OF.add_once(Stamp(case=case, step=Step.SIGNED, at=claim.NOW))
    assert Stamp.objects.get(step=Step.SIGNED).at == claim.NOW


def test_what_is_written_is_written_and_nothing_else(application: Application) -> None:
    mine, theirs = APPLICATIONS.get(application.pk), APPLICATIONS.get(application.pk)
    theirs.typed_characters = 5
    APPLICATIONS.write(theirs, "typed_characters")
    mine.answers, mine.state = {"名": {"前": None}}, Application.State.REVIEW
    APPLICATIONS.write(mine, "answers", "state")
    read = Application.objects.get(pk=application.pk)
    assert (read.answers, read.state, read.typed_characters) == ({"名": {"前": None}}, "review", 5)


def test_a_row_that_is_gone_is_not_written(application: Application, universe: Universe) -> None:
    desk = Desk.objects.create(office=universe.branch, number=1)
    Desk.objects.all().delete()
    with pytest.raises(Desk.DoesNotExist):
        DESKS.write(desk, "question")


def test_the_store_still_refuses_what_must_not_be(application: Application) -> None:
    application.state = "nonsense"
    with pytest.raises(IntegrityError), transaction.atomic():
        APPLICATIONS.write(application, "state")
    case = Case.objects.get()
    again = Case(office=case.office, opened_date=case.opened_date, number=case.number, lane=case.lane)
    with pytest.raises(IntegrityError), transaction.atomic():
        CASES.add(again)
