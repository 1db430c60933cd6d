"""Booking what came on paper."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from machimado.cases.applications import actions
from machimado.cases.applications.models import Application, Channel
from machimado.cases.applications.queries import habits, on_paper
from machimado.ground.people.models import Officer
from tests.universe import Universe

SignIn = Callable[[Officer], Client]
PAGE = "applications:paper"
PROCEDURE = "seal-certificate"


def book(client: Client, **fields: str) -> str:
    answer = client.post(reverse(PAGE), {"key": str(uuid4()), "procedure": PROCEDURE, **fields})
    return " ".join(map(str, get_messages(answer.wsgi_request)))


def test_one_booking_and_its_undo(universe: Universe, sign_in: SignIn) -> None:
    client = sign_in(universe.officer)
    assert "1件数えました" in book(client)
    booked = Application.objects.get()
    assert (booked.channel, booked.case.closed_at is None) == ("paper", False)
    page = client.get(reverse(PAGE))
    assert page.context["count"] == 1
    client.post(reverse("applications:paper-undo", args=[booked.pk]))
    page = client.get(reverse(PAGE))
    assert page.context["count"] == 0
    assert "取消済み" in page.content.decode()


def test_five_enters_are_one_booking(universe: Universe, sign_in: SignIn) -> None:
    client, key = sign_in(universe.officer), str(uuid4())
    for _ in range(5):
        book(client, key=key)
    assert Application.objects.count() == 1


@pytest.mark.parametrize("fields", [{"procedure": ""}, {"procedure": "x" * 500}, {"key": "1"}, {"key": ""}])
def test_what_cannot_be_booked_is_said(universe: Universe, sign_in: SignIn, fields: dict[str, str]) -> None:
    assert "手続のキーを押してから" in book(sign_in(universe.officer), **fields)
    assert not Application.objects.exists()


def test_a_key_of_another_office_books_nothing(universe: Universe, sign_in: SignIn) -> None:
    booked = actions.book_paper(
        office=universe.branch, procedure=PROCEDURE, by=universe.officer, at=timezone.now()
    )
    assert "読み込み直して" in book(sign_in(universe.outsider), key=str(booked.case_id))


def test_only_paper_is_undone_and_only_the_own_office_s(universe: Universe, sign_in: SignIn) -> None:
    booked = actions.book_paper(
        office=universe.branch, procedure=PROCEDURE, by=universe.officer, at=timezone.now()
    )
    address = reverse("applications:paper-undo", args=[booked.pk])
    assert sign_in(universe.outsider).post(address).status_code == 404
    Application.objects.update(channel=Channel.COUNTER)
    answer = sign_in(universe.officer).post(address)
    assert "紙の申請として数えたものだけ" in " ".join(map(str, get_messages(answer.wsgi_request)))


TODAY = date(2026, 5, 12)


def months_ago(days: int) -> datetime:
    return datetime(2026, 5, 12, 10, 0, tzinfo=ZoneInfo("Asia/Tokyo")) - timedelta(days=days)


def first(universe: Universe) -> habits.Choice:
    return next(iter(habits.choices(universe.branch, TODAY, Channel.PAPER)))


def test_the_office_s_habits_come_first_and_keys_do_not_move_within_a_month(universe: Universe) -> None:
    def came(procedure: str, days: int, times: int) -> None:
        for _ in range(times):
            actions.book_paper(
                office=universe.branch, procedure=procedure, by=universe.officer, at=months_ago(days)
            )

    came("child-allowance-end", 40, 2)
    assert (first(universe).id, first(universe).key) == ("child-allowance-end", "1")
    came(PROCEDURE, 2, 5)  # this month: not yet a habit
    came("residence-certificate", 200, 5)  # no longer one
    assert first(universe).id == "child-allowance-end"
    came(PROCEDURE, 60, 3)
    assert first(universe).id == PROCEDURE


def test_every_key_is_given_once(universe: Universe) -> None:
    choices = habits.choices(universe.branch, TODAY, Channel.PAPER)
    keys = [choice.key for choice in choices.often]
    assert all(keys)
    assert len(keys) == len(set(keys)) == habits.OFTEN
    assert not any(choice.key for choice in choices.others)
    assert not {"b", "h", "s", "t", "u", "y"} & set(habits.KEYS)


def test_bookings_are_those_of_the_day(universe: Universe) -> None:
    for days in (0, 1):
        actions.book_paper(
            office=universe.branch, procedure=PROCEDURE, by=universe.officer, at=months_ago(days)
        )
    found = on_paper.bookings(universe.branch, TODAY, {PROCEDURE: "印鑑登録証明書"})
    assert [(booking.title, booking.officer) for booking in found] == [("印鑑登録証明書", "小野　美咲")]
