"""Bookings: no seat is given twice, all of it can be undone, and whoever comes stands in the one queue."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from uuid import uuid4

import icalendar
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Lane
from machimado.frontyard.reception import actions, queries
from machimado.frontyard.reception.models import Appointment, Timetable
from machimado.frontyard.reception.tests.test_calling import at_the_same_moment
from machimado.ground.journal.models import Entry
from machimado.ground.people.models import Officer
from machimado.ground.people.permissions import Refused
from tests.devices import connected
from tests.universe import Universe

SignIn = Callable[[Officer], Client]
TUESDAY = timezone.make_aware(datetime(2026, 6, 9, 8, 30))  # noqa: DTZ001 - made aware at once
MINUTE = timedelta(minutes=1)


def table(universe: Universe, capacity: int = 1, **more: object) -> Timetable:
    described = {
        "name": "おくやみの相談",
        "procedure": "death",
        "business_id": "001",
        "weekdays": list(range(7)),
        "opens": time(9),
        "closes": time(12),
        "minutes": 30,
        "capacity": capacity,
        "days_ahead": 60,
        **more,
    }
    return actions.make_timetable(office=universe.branch, by=universe.supervisor, at=TUESDAY, **described)


def first_free(found: Timetable) -> datetime:
    return next(slot.starts_at for day in queries.days(found, timezone.now()) for slot in day.slots)


def ten(day: datetime = TUESDAY) -> datetime:
    return timezone.localtime(day).replace(hour=10, minute=0)


def test_a_time_is_booked_once_and_the_second_hears_it(universe: Universe) -> None:
    found = table(universe)
    actions.book(timetable=found, starts_at=ten(), at=TUESDAY)
    with pytest.raises(actions.Full, match="いっぱい"):
        actions.book(timetable=found, starts_at=ten(), at=TUESDAY)
    free = {slot.starts_at: slot.free for slot in queries.days(found, TUESDAY)[0].slots}
    assert [free[ten()], free[ten() + 30 * MINUTE]] == [0, 1]


@pytest.mark.parametrize(
    "wrong", [timedelta(minutes=7), timedelta(hours=5), timedelta(days=-1), timedelta(days=61)]
)
def test_what_is_no_time_of_the_timetable_is_refused(universe: Universe, wrong: timedelta) -> None:
    with pytest.raises(actions.Full, match="予約できません"):
        actions.book(timetable=table(universe), starts_at=ten() + wrong, at=TUESDAY)


def test_closed_days_and_holidays_are_not_offered(universe: Universe) -> None:
    found, day = table(universe), TUESDAY.date() + timedelta(days=1)
    actions.close_day(office=universe.branch, day=day, is_closed=True, by=universe.supervisor, at=TUESDAY)
    offered = {one.date for one in queries.days(found, TUESDAY)}
    assert day not in offered
    assert datetime(2026, 7, 20).date() not in offered  # noqa: DTZ001 - 海の日
    actions.close_day(office=universe.branch, day=day, is_closed=False, by=universe.supervisor, at=TUESDAY)
    assert day in {one.date for one in queries.days(found, TUESDAY)}


@pytest.mark.django_db(transaction=True)
def test_many_at_the_same_moment_get_as_many_seats_as_there_are(universe: Universe) -> None:
    found = table(universe, capacity=2)

    def try_it() -> bool:
        try:
            actions.book(timetable=Timetable.objects.get(pk=found.pk), starts_at=ten(), at=TUESDAY)
        except actions.Full:
            return False
        return True

    assert at_the_same_moment(*[try_it] * 6).count(True) == 2
    assert sorted(Appointment.objects.values_list("seat", flat=True)) == [0, 1]


@pytest.mark.django_db(transaction=True)
def test_five_clicks_at_once_book_one_seat(universe: Universe) -> None:
    found, key = table(universe, capacity=3), uuid4()

    def book() -> Appointment:
        again = Timetable.objects.get(pk=found.pk)
        return actions.book(timetable=again, starts_at=ten(), at=TUESDAY, key=key)

    assert {made.pk for made in at_the_same_moment(*[book] * 5)} == {key}
    assert Appointment.objects.count() == 1


def test_a_booking_is_moved_cancelled_and_taken_back(universe: Universe) -> None:
    found = table(universe)
    made = actions.book(timetable=found, starts_at=ten(), at=TUESDAY)
    actions.move(appointment=made, starts_at=ten() + 30 * MINUTE, by=None, at=TUESDAY)
    other = actions.book(timetable=found, starts_at=ten(), at=TUESDAY)
    with pytest.raises(actions.Full):
        actions.move(appointment=made, starts_at=ten(), by=None, at=TUESDAY)
    for _ in range(2):
        actions.cancel(appointment=other, by=universe.officer, at=TUESDAY)
    actions.book(timetable=found, starts_at=ten(), at=TUESDAY)
    with pytest.raises(actions.Full, match="いっぱい"):
        actions.restore(appointment=Appointment.objects.get(pk=other.pk), by=None, at=TUESDAY)
    said = Entry.objects.filter(subject=str(other.pk)).values_list("action", flat=True)
    assert list(said) == ["booking.made", "booking.cancelled"]


def test_who_has_booked_goes_first_from_the_booked_time_and_not_before(universe: Universe) -> None:
    found = table(universe)
    booked = actions.book(timetable=found, starts_at=ten(), at=TUESDAY)
    come = {"office": universe.branch, "lane": Lane.ALONE, "by": universe.officer}
    actions.arrive(at=ten() - 40 * MINUTE, **come)  # type: ignore[arg-type]
    for _ in range(2):
        mine = actions.check_in(appointment=booked, by=universe.officer, at=ten() - 20 * MINUTE)
    actions.arrive(at=ten() - 10 * MINUTE, **come)  # type: ignore[arg-type]

    def order(at: datetime) -> list[int]:
        return [one.number for one in queries.waiting_at(universe.branch, at)]

    assert order(ten() - MINUTE) == [1, 3]
    assert order(ten()) == [2, 1, 3]
    with pytest.raises(Refused, match="10:00"):
        actions.call(case=mine.case, by=universe.officer, at=ten() - MINUTE)
    assert actions.call_next(by=universe.officer, at=ten()) == mine.case
    assert (mine.procedure, mine.business_id) == ("death", "001")


def test_who_comes_much_too_late_stands_where_they_arrived(universe: Universe) -> None:
    booked = actions.book(timetable=table(universe), starts_at=ten(), at=TUESDAY)
    come = {"office": universe.branch, "lane": Lane.ALONE, "by": universe.officer}
    actions.arrive(at=ten(), **come)  # type: ignore[arg-type]
    mine = actions.check_in(appointment=booked, by=None, at=ten() + 16 * MINUTE)
    assert mine.booked_at is None
    later = queries.waiting_at(universe.branch, ten() + 20 * MINUTE)
    assert [one.number for one in later] == [1, 2]


def test_nobody_comes_in_on_another_day_or_after_cancelling(universe: Universe) -> None:
    booked = actions.book(timetable=table(universe), starts_at=ten(), at=TUESDAY)
    with pytest.raises(cases.NotReady, match="6月9日のもの"):
        actions.check_in(appointment=booked, by=None, at=TUESDAY - timedelta(days=1))
    actions.cancel(appointment=booked, by=None, at=TUESDAY)
    with pytest.raises(cases.NotReady, match="取り消されています"):
        actions.check_in(appointment=booked, by=None, at=TUESDAY)


def test_names_are_forgotten(universe: Universe) -> None:
    actions.book(timetable=table(universe), starts_at=ten(), at=TUESDAY, name="雪村")
    assert actions.forget_names(today=TUESDAY.date() + timedelta(days=30)) == 0
    assert actions.forget_names(today=TUESDAY.date() + timedelta(days=32)) == 1


def test_somebody_books_at_home_and_changes_it_by_the_code(universe: Universe) -> None:
    found, phone = table(universe), Client()
    assert "おくやみの相談" in phone.get(reverse("reception:booking-home")).content.decode()
    start = first_free(found)
    address = reverse("reception:booking-day", args=[found.pk])
    assert phone.get(address, {"day": f"{timezone.localdate(start)}"}).context["day"]
    sent = {"starts_at": start.isoformat(), "name": "雪村", "key": str(uuid4())}
    pages = [phone.post(address, sent) for _ in range(3)]
    made = Appointment.objects.get()
    code = actions.booking_code(made)
    assert {page.headers["Location"] for page in pages} == {reverse("reception:booking", args=[code])}
    assert code in phone.get(reverse("reception:booking", args=[code])).content.decode()
    assert phone.post(address, {**sent, "key": str(uuid4())}).status_code == 409
    other = start + 30 * MINUTE
    phone.post(reverse("reception:booking-change", args=[code, "move"]), {"starts_at": other.isoformat()})
    assert Appointment.objects.get().starts_at == other
    for what, is_cancelled in (("cancel", True), ("restore", False)):
        phone.post(reverse("reception:booking-change", args=[code, what]))
        assert (Appointment.objects.get().cancelled_at is not None) == is_cancelled


def test_the_calendar_file_says_when_and_where(universe: Universe) -> None:
    found = table(universe)
    made = actions.book(timetable=found, starts_at=first_free(found), at=timezone.now(), name="雪村")
    code = actions.booking_code(made)
    answer = Client().get(reverse("reception:booking-calendar", args=[code]))
    (event,) = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert event.decoded("DTSTART") == made.starts_at
    assert event.decoded("DTEND") == made.starts_at + 30 * MINUTE
    assert "川上庁舎" in str(event["SUMMARY"])
    assert "雪村" not in answer.content.decode()


def test_wrong_codes_open_nothing_and_guessing_ends(universe: Universe) -> None:
    guess, address = Client(), reverse("reception:booking-code")
    first = guess.post(address, {"code": "K7QM-2TXB-9RCD"})
    assert first.status_code == 422
    assert "見つかりません" in first.content.decode()
    for _ in range(10):
        guess.post(address, {"code": "nothing"})
    found = table(universe)
    made = actions.book(timetable=found, starts_at=first_free(found), at=timezone.now())
    answer = guess.post(address, {"code": actions.booking_code(made)})
    assert "10分ほど" in answer.content.decode()


def test_somebody_checks_in_at_the_screen_of_the_hall_and_nowhere_else(
    universe: Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = table(universe)
    made = actions.book(timetable=found, starts_at=first_free(found), at=timezone.now())
    monkeypatch.setattr(timezone, "now", lambda: made.starts_at - 5 * MINUTE)
    address = reverse("reception:booking-check-in", args=[actions.booking_code(made)])
    Client().post(address)
    assert Appointment.objects.get().case is None
    machine = connected(universe.officer, "tickets")
    page = machine.get(reverse("reception:booking", args=[actions.booking_code(made)])).content.decode()
    assert "着きました" in page
    assert "あなたの番号" in machine.post(address).content.decode()
    assert Appointment.objects.get().case is not None


def test_an_officer_books_by_telephone_moves_cancels_and_checks_in(
    universe: Universe, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, client = table(universe), sign_in(universe.officer)
    start, home = first_free(found), reverse("reception:bookings")
    sent = {"timetable": found.pk, "starts_at": start.isoformat(), "name": "雪村", "key": str(uuid4())}
    page = client.post(home, sent, follow=True).content.decode()
    made = Appointment.objects.get()
    assert actions.booking_code(made) in page
    do = {
        what: reverse("reception:booking-officer", args=[made.pk, what])
        for what in ("check-in", "cancel", "restore", "move")
    }
    assert "取り消しました" in client.post(do["cancel"], follow=True).content.decode()
    assert "元に戻しました" in client.post(do["restore"], follow=True).content.decode()
    assert "選んでください" in client.post(do["move"], follow=True).content.decode()
    moved = {"starts_at": (start + 30 * MINUTE).isoformat()}
    assert "日時を変えました" in client.post(do["move"], moved, follow=True).content.decode()
    assert sign_in(universe.outsider).post(do["check-in"]).status_code == 404
    monkeypatch.setattr(timezone, "now", lambda: start - 5 * MINUTE)
    client = sign_in(universe.officer)
    assert "まだの方" in client.get(reverse("reception:home")).content.decode()
    assert "1番でお受けしました" in client.post(do["check-in"], follow=True).content.decode()


def test_only_who_answers_for_the_office_sets_the_hours(universe: Universe, sign_in: SignIn) -> None:
    address = reverse("reception:timetables")
    assert sign_in(universe.officer).get(address).status_code == 403
    client = sign_in(universe.supervisor)
    sent = {
        "name": "国保の相談",
        "procedure": "national-health-join",
        "weekdays": ["0", "2"],
        "opens": "09:00",
        "closes": "09:10",
        "minutes": "30",
        "capacity": "2",
        "days_ahead": "30",
    }
    wrong = client.post(address, sent)
    assert wrong.status_code == 422
    assert "1件も入りません" in wrong.content.decode()
    done = client.post(address, {**sent, "closes": "12:00"}, follow=True).content.decode()
    assert "月水" in done
    made = Timetable.objects.get()
    assert made.business_id == "024"
    client.post(reverse("reception:timetable-open", args=[made.pk]), {"close": "1"})
    assert queries.timetables(is_open=True) == []
    with pytest.raises(actions.Full):
        actions.book(timetable=Timetable.objects.get(), starts_at=first_free(made), at=timezone.now())
    day = timezone.localdate() + timedelta(days=3)
    closed = reverse("reception:closed-days")
    assert f"{day.day}日" in client.post(closed, {"day": f"{day}"}, follow=True).content.decode()
    client.post(closed, {"day": f"{day}", "open": "1"})
    assert queries.closed_days(universe.branch, timezone.localdate()) == []


@pytest.mark.parametrize("day", ["2026-02-31", "soon", ""])
def test_addresses_that_name_no_day_show_today(universe: Universe, sign_in: SignIn, day: str) -> None:
    page = sign_in(universe.officer).get(reverse("reception:bookings"), {"day": day})
    assert page.context["day"] == timezone.localdate()
    assert "予約枠がまだありません" in page.content.decode()
