"""The figures from arrival to page: what is counted, once, and with how many questions to the store."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from machimado.cases.applications import actions
from machimado.cases.applications.models import Application, Lane, Tally
from machimado.cases.applications.queries import figures
from machimado.cases.applications.rules.figures import Cell, Key, total
from machimado.cases.applications.tests.served import PROCEDURE, arrive, send, serve
from machimado.ground.people.models import Officer
from tests.universe import Universe

TOKYO = ZoneInfo("Asia/Tokyo")
NINE = datetime(2026, 4, 10, 9, 0, tzinfo=TOKYO)
APRIL = Key(PROCEDURE, "kawakami", "2026-04")
MONTH = {"first": "2026-04", "last": "2026-04"}


def april() -> Cell:
    return total(figures.cells(**MONTH).values())


def test_the_share_counts_what_was_sent_and_what_came_on_paper(universe: Universe) -> None:
    for _ in range(2):
        actions.book_paper(office=universe.branch, procedure=PROCEDURE, by=universe.officer, at=NINE)
    serve(universe.officer, at=NINE, waited=4, took=6, typed=30)
    found = figures.cells(**MONTH)
    assert list(found) == [APRIL]
    assert (found[APRIL].paperless, found[APRIL].paper) == (1, 2)
    assert found[APRIL].share == pytest.approx(100 / 3)
    assert found[APRIL].typed_each == 30
    assert found[APRIL].rekeyed_each == 0


def test_times_are_those_of_the_stamps(universe: Universe) -> None:
    for took in (4, 6, 20):
        serve(universe.officer, at=NINE, waited=took - 1, took=took)
    found = april()
    assert found.officer is not None
    assert found.waiting is not None
    assert (found.officer.lower, found.officer.median, found.officer.upper) == (5.0, 6.0, 13.0)
    assert found.waiting.median == 5.0


def test_two_applications_of_one_case_share_its_time_and_its_wait(universe: Universe) -> None:
    case = serve(universe.officer, at=NINE, waited=3, took=7)
    send(case, universe.officer, at=NINE + timedelta(minutes=15))
    seconds = [kept.officer_seconds for kept in Tally.objects.order_by("officer_seconds")]
    assert seconds == [5 * 60, 7 * 60]
    assert list(Tally.objects.exclude(wait_seconds=None).values_list("wait_seconds", flat=True)) == [3 * 60]


def test_a_correction_after_a_rejection_is_no_second_application(universe: Universe) -> None:
    case = serve(universe.officer, at=NINE, waited=3, took=7, typed=10)
    later = NINE + timedelta(days=1)
    application = actions.correct(application=case.applications.get(), by=universe.officer, at=later)
    answers = {
        **application.answers,
        "signature": {"file_id": "s", "sha256": "0" * 64, "signed_at": "2026-04-11T09:00:00+09:00"},
    }
    Application.objects.filter(pk=application.pk).update(
        state=Application.State.SIGNED, typed_characters=25, answers=answers
    )
    actions.submit(application=Application.objects.get(pk=application.pk), by=universe.officer, at=later)
    kept = Tally.objects.get()
    assert (kept.officer_seconds, kept.typed_characters) == (7 * 60, 25)


def test_whoever_came_straight_to_a_desk_did_not_wait(universe: Universe) -> None:
    serve(universe.officer, at=NINE, waited=0, took=7)
    assert april().waiting is None
    assert april().officer is not None


def test_what_was_booked_by_mistake_is_not_counted(universe: Universe) -> None:
    booked = actions.book_paper(office=universe.branch, procedure=PROCEDURE, by=universe.officer, at=NINE)
    actions.unbook_paper(application=booked, by=universe.officer, at=NINE)
    assert figures.cells(**MONTH) == {}


def test_a_booking_sent_twice_counts_once(universe: Universe) -> None:
    key = uuid4()
    first, second = (
        actions.book_paper(office=universe.branch, procedure=PROCEDURE, by=universe.officer, at=NINE, key=key)
        for _ in range(2)
    )
    assert first.pk == second.pk
    assert april().paper == 1


def test_figures_stay_when_the_application_goes(universe: Universe) -> None:
    booked = actions.book_paper(office=universe.branch, procedure=PROCEDURE, by=universe.officer, at=NINE)
    booked.delete()
    assert april().paper == 1


@pytest.mark.parametrize(
    ("at", "month"),
    [
        (datetime(2026, 4, 30, 23, 59, tzinfo=TOKYO), "2026-04"),
        (datetime(2026, 5, 1, 0, 0, tzinfo=TOKYO), "2026-05"),
        (datetime(2025, 12, 31, 12, 0, tzinfo=TOKYO), "2025-12"),
    ],
)
def test_a_month_begins_and_ends_in_japan(universe: Universe, at: datetime, month: str) -> None:
    actions.book_paper(office=universe.branch, procedure=PROCEDURE, by=universe.officer, at=at)
    assert [key.month for key in figures.cells(first="2025-01", last="2026-12")] == [month]
    assert len(figures.cells(first=month, last=month)) == 1


def test_filters_narrow(universe: Universe) -> None:
    actions.book_paper(office=universe.branch, procedure=PROCEDURE, by=universe.officer, at=NINE)
    actions.book_paper(office=universe.outpost, procedure=PROCEDURE, by=universe.outsider, at=NINE)
    assert len(figures.cells(**MONTH)) == 2
    assert [key.office for key in figures.cells(**MONTH, office="sawaguchi")] == ["sawaguchi"]
    assert figures.cells(**MONTH, procedure="seal-certificate") == {}


def test_the_number_of_queries_does_not_grow(
    universe: Universe, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for minutes in range(12):
        serve(universe.officer, at=NINE + timedelta(days=minutes), waited=minutes, took=minutes + 2)
    with django_assert_num_queries(3):
        figures.cells(**MONTH)


SignIn = Callable[[Officer], Client]


def test_the_page_shows_the_figures_beside_paper(universe: Universe, sign_in: SignIn) -> None:
    serve(universe.officer, at=NINE, waited=4, took=6)
    page = sign_in(universe.officer).get(
        reverse("applications:figures"), {"first": "2026-04", "last": "2026-04"}
    )
    text = page.content.decode()
    for expected in ("令和8年4月", "n=1", "27.1%", "鶴岡市", "数え方"):
        assert expected in text


def test_an_empty_page_says_what_to_do(universe: Universe, sign_in: SignIn) -> None:
    text = sign_in(universe.officer).get(reverse("applications:figures")).content.decode()
    assert "期間を広げる" in text


@pytest.mark.parametrize(
    "query", ["first=2026-13", "last=x", "first=2026-05&last=2026-04", "office=nowhere&procedure=none"]
)
def test_what_cannot_be_asked_is_answered_all_the_same(
    universe: Universe, sign_in: SignIn, query: str
) -> None:
    assert sign_in(universe.officer).get(f"{reverse('applications:figures')}?{query}").status_code == 200


def test_csv_says_the_same(universe: Universe, sign_in: SignIn) -> None:
    serve(universe.officer, at=NINE, waited=4, took=6)
    answer = sign_in(universe.officer).get(
        reverse("applications:figures-export"), {"first": "2026-04", "last": "2026-04"}
    )
    raw = b"".join(answer)
    assert raw.startswith(b"\xef\xbb\xbf")
    header, row = csv.reader(io.StringIO(raw.decode("utf-8-sig")))
    assert len(header) == len(row)
    assert row[:2] == ["2026-04", "川上庁舎"]
    assert dict(zip(header, row, strict=True))["職員の所要時間 中央値（分）"] == "6.0"


def test_only_those_who_serve_see_figures(universe: Universe, sign_in: SignIn) -> None:
    assert sign_in(universe.auditor).get(reverse("applications:figures")).status_code == 403


def test_an_arrival_sent_twice_is_one(universe: Universe) -> None:
    key = uuid4()
    first, second = (
        actions.open_case(office=universe.branch, lane=Lane.ALONE, by=universe.officer, at=NINE, key=key)
        for _ in range(2)
    )
    assert first.pk == second.pk
    assert arrive(universe.officer, at=NINE).number == 2


def test_a_key_of_another_office_opens_nothing(universe: Universe) -> None:
    case = arrive(universe.officer, at=NINE)
    with pytest.raises(actions.NotReady, match="読み込み直して"):
        actions.open_case(
            office=universe.outpost, lane=Lane.ALONE, by=universe.outsider, at=NINE, key=case.pk
        )
