"""The waiting time that is shown comes from this office's own stamps, and where there are too few it says so."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Lane
from machimado.frontyard.reception import actions, queries
from machimado.frontyard.reception.models import Ticket
from machimado.frontyard.reception.rules.waiting import FEW, Usual
from machimado.ground.people.models import Office, Officer
from tests.devices import connected
from tests.universe import Universe

SignIn = Callable[[Officer], Client]
MINUTE = timedelta(minutes=1)


def wait_each_week(universe: Universe, count: int, *, office: Office, minutes: int = 7) -> None:
    """Let one person a week come at this hour and weekday, and wait so long."""
    at = timezone.now()
    for week in range(1, count + 1):
        arrived = at - timedelta(weeks=week)
        ticket = actions.arrive(office=office, lane=Lane.ALONE, by=universe.specialist, at=arrived)
        cases.call(case=ticket.case, by=universe.supervisor, at=arrived + MINUTE * minutes)


def usual(office: Office, at: datetime | None = None) -> Usual | None:
    return queries.usual_waits(office, at or timezone.now())[Lane.ALONE]


def test_it_is_counted_from_the_offices_own_stamps(universe: Universe) -> None:
    wait_each_week(universe, FEW, office=universe.branch)
    assert usual(universe.branch) == Usual(7, 7, 7, FEW, is_of_weekday=True)
    assert usual(universe.head) is None
    assert queries.usual_waits(universe.branch, timezone.now())[Lane.WITH_HELP] is None


def test_too_few_say_nothing(universe: Universe) -> None:
    wait_each_week(universe, FEW - 1, office=universe.branch)
    assert usual(universe.branch) is None


def test_who_has_booked_does_not_count(universe: Universe) -> None:
    wait_each_week(universe, FEW, office=universe.branch)
    Ticket.objects.filter(case__number=1).update(booked_at=timezone.now())
    assert usual(universe.branch) is None


def test_everybody_sees_it_or_why_there_is_none(universe: Universe, sign_in: SignIn) -> None:
    officer, display = sign_in(universe.officer), connected(universe.officer, "display")
    home = reverse("reception:home")
    assert "10人分たまると出ます" in officer.get(home).content.decode()
    assert "まだ出せません" in display.get("/lobby/").content.decode()
    ticket = actions.arrive(office=universe.branch, lane=Lane.ALONE, by=universe.officer, at=timezone.now())
    phone = reverse("reception:ticket", args=[actions.code_of(ticket.case)])
    assert "記録がまだ少ない" in Client().get(phone).content.decode()


def test_everybody_sees_the_same_figure(universe: Universe, sign_in: SignIn) -> None:
    wait_each_week(universe, FEW, office=universe.branch)
    officer, home = sign_in(universe.officer), reverse("reception:home")
    answer = officer.post(home, {"key": "0b7a8d4e-3f63-4a52-9d1c-0d6f4b9c1e11", "lane": "alone"}, follow=True)
    assert "ふだん7分ほど（10人のうち8人は7〜7分）" in answer.content.decode()
    assert "<strong>7分</strong>" in connected(universe.officer, "display").get("/lobby/").content.decode()
    mine = Ticket.objects.order_by("queued_at").last()
    assert mine is not None
    phone = reverse("reception:ticket", args=[actions.code_of(mine.case)])
    assert "ふだん 7分ほどお待ちです" in Client().get(phone).content.decode()


def test_it_is_worked_out_once_an_hour(
    universe: Universe, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    at = timezone.localtime().replace(minute=10)
    usual(universe.branch, at)
    with django_assert_num_queries(0):
        usual(universe.branch, at + MINUTE * 20)
    with django_assert_num_queries(1):
        usual(universe.branch, at + MINUTE * 60)
