"""Bookings: a seat at a time is taken by one person, moved, given back, and on the day it becomes a place in the queue."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Lane
from machimado.cases.applications.rules.reference import resume_code
from machimado.frontyard.reception import queries
from machimado.frontyard.reception.actions.calling import arrive
from machimado.frontyard.reception.actions.codes import number_of
from machimado.frontyard.reception.models import Appointment, ClosedDay, Ticket, Timetable
from machimado.frontyard.reception.rules.queue import place
from machimado.ground.journal.actions import record
from machimado.ground.people.models import Office, Officer, Role
from machimado.ground.people.permissions import check_role
from machimado.ground.rows.secrets import hashed
from machimado.ground.ui.languages import Language

KEEP_NAMES_DAYS = 30
SAME_FORM = timedelta(minutes=30)


class Full(Exception):
    """Nobody can be booked at that time (any more); the message says what to do."""


# ---------------------------------------------------------------- when the office takes bookings


@transaction.atomic
def make_timetable(*, office: Office, by: Officer, at: datetime, **described: Any) -> Timetable:
    """Let the office take bookings at these hours.

    Raises: Refused when somebody else than a supervisor asks.
    """
    check_role(by, Role.SUPERVISOR)
    made = Timetable.objects.create(office=office, **described)
    record(by=by, action="timetable.made", subject=str(made.pk), at=at)
    return made


@transaction.atomic
def open_timetable(*, timetable: Timetable, is_open: bool, by: Officer, at: datetime) -> None:
    """Begin or stop to take bookings by the timetable; what is booked stays booked.

    Raises: Refused when somebody else than a supervisor asks.
    """
    check_role(by, Role.SUPERVISOR)
    Timetable.objects.filter(pk=timetable.pk).update(is_open=is_open)
    action = "timetable.opened" if is_open else "timetable.closed"
    record(by=by, action=action, subject=str(timetable.pk), at=at)


@transaction.atomic
def close_day(*, office: Office, day: date, is_closed: bool, by: Officer, at: datetime) -> None:
    """Take no bookings on a day, or take them after all; what is booked stays booked.

    Raises: Refused when somebody else than a supervisor asks.
    """
    check_role(by, Role.SUPERVISOR)
    if is_closed:
        ClosedDay.objects.get_or_create(office=office, closed_date=day)
    else:
        ClosedDay.objects.filter(office=office, closed_date=day).delete()
    action = "timetable.day_closed" if is_closed else "timetable.day_opened"
    record(by=by, action=action, detail={"day": day.isoformat()}, at=at)


# ---------------------------------------------------------------- a booking


def booking_code(appointment: Appointment) -> str:
    """Return the code by which a booking is changed; worked out again each time, it stands nowhere."""
    return resume_code(number_of(f"booking:{appointment.pk}"))


def book(
    *,
    timetable: Timetable,
    starts_at: datetime,
    at: datetime,
    by: Officer | None = None,
    name: str = "",
    language: Language = Language.JAPANESE,
    key: UUID | None = None,
) -> Appointment:
    """Book a time; a form that is sent twice with the same `key` books once. Nobody (`by`) is the resident.

    Raises: Full when there is no seat at that time, or it cannot be booked.
    """
    made = Appointment(pk=key or uuid4(), timetable=timetable, starts_at=starts_at, name=name)
    made.language, made.officer, made.made_at = language, by, at
    made.code_hash = hashed(booking_code(made))
    return _same(made, at) or _seated(made, at, lambda: _book(made, by, at))


def _same(made: Appointment, at: datetime) -> Appointment | None:
    """Return what the same form has booked a moment ago."""
    just_now = Appointment.objects.filter(pk=made.pk, cancelled_at=None, made_at__gt=at - SAME_FORM)
    return just_now.filter(timetable=made.timetable, starts_at=made.starts_at).first()


@transaction.atomic
def _book(made: Appointment, by: Officer | None, at: datetime) -> None:
    made.save(force_insert=True)
    forget_names(today=timezone.localdate(at))
    record(by=by or "resident", action="booking.made", subject=str(made.pk), at=at)


def _seated(wanted: Appointment, at: datetime, write: Callable[[], None]) -> Appointment:
    """Give the booking a seat that nobody has, and write it; the constraint decides between those who come at once."""
    if wanted.starts_at not in queries.bookable(wanted.timetable, wanted.starts_at, at):
        raise Full(_NOT_THEN)
    for seat in range(wanted.timetable.capacity):
        wanted.seat = seat
        try:
            write()
        except IntegrityError:
            if found := _same(wanted, at):
                return found  # the same form at the same moment
            continue
        return wanted
    raise Full(_FULL)


_NOT_THEN = "この日時は予約できません。ほかの日時を選んでください。"
_FULL = "この時刻は、いま予約でいっぱいになりました。ほかの時刻を選んでください。"


def move(*, appointment: Appointment, starts_at: datetime, by: Officer | None, at: datetime) -> Appointment:
    """Book another time instead; the one before is free again.

    Raises: Full; NotReady when the booking is over.
    """
    _check_going(appointment)
    appointment.starts_at = starts_at
    return _seated(appointment, at, lambda: _write(appointment, "booking.moved", by, at, "starts_at", "seat"))


@transaction.atomic
def cancel(*, appointment: Appointment, by: Officer | None, at: datetime) -> None:
    """Give the time back. May be repeated.

    Raises: NotReady when the person has come already.
    """
    if appointment.cancelled_at is not None:
        return
    _check_going(appointment)
    appointment.cancelled_at = at
    _write(appointment, "booking.cancelled", by, at, "cancelled_at")


def restore(*, appointment: Appointment, by: Officer | None, at: datetime) -> Appointment:
    """Take back that it was cancelled, while the time is free. May be repeated.

    Raises: Full.
    """
    if appointment.cancelled_at is None:
        return appointment
    appointment.cancelled_at = None
    fields = ("cancelled_at", "seat")
    return _seated(appointment, at, lambda: _write(appointment, "booking.restored", by, at, *fields))


@transaction.atomic
def _write(appointment: Appointment, action: str, by: Officer | None, at: datetime, *fields: str) -> None:
    appointment.save(update_fields=list(fields))
    record(by=by or "resident", action=action, subject=str(appointment.pk), at=at)


def _check_going(appointment: Appointment) -> None:
    if appointment.case_id is not None:
        raise cases.NotReady("この予約の方は、もう受付を済ませています。")
    if appointment.cancelled_at is not None:
        raise cases.NotReady("この予約は取り消されています。先に元に戻してください。")


@transaction.atomic
def check_in(*, appointment: Appointment, by: Officer | None, at: datetime) -> Ticket:
    """Turn the booking into a ticket in the same queue as everybody's, because the person has come. May be repeated.

    Raises: NotReady on another day, or when it was cancelled.
    """
    held = Appointment.objects.select_for_update().get(pk=appointment.pk)
    if held.case_id is not None:
        return Ticket.objects.select_related("case__office").get(case=held.case_id)
    _check_going(held)
    if timezone.localdate(held.starts_at) != timezone.localdate(at):
        raise cases.NotReady(f"この予約は{timezone.localtime(held.starts_at):%-m月%-d日}のものです。")
    ticket = _place(held, by, at)
    held.case = ticket.case
    held.save(update_fields=["case"])
    record(by=by or "resident", action="booking.checked_in", case=str(ticket.pk), subject=str(held.pk), at=at)
    return ticket


def _place(held: Appointment, by: Officer | None, at: datetime) -> Ticket:
    timetable = held.timetable
    ticket = arrive(
        office=timetable.office,
        lane=Lane.WITH_HELP,
        by=by,
        at=at,
        procedure=timetable.procedure,
        purpose="" if timetable.procedure else timetable.name,
        business_id=timetable.business_id,
        language=Language(held.language),
    )
    found = place(arrived_at=at, number=ticket.case.number or 0, booked_at=held.starts_at)
    ticket.booked_at, ticket.section = found.booked_at, timetable.section
    ticket.save(update_fields=["booked_at", "section"])
    return ticket


def forget_names(*, today: date) -> int:
    """Forget who had booked, KEEP_NAMES_DAYS after the day; return how many."""
    limit = timezone.make_aware(
        datetime.combine(today - timedelta(days=KEEP_NAMES_DAYS), datetime.min.time())
    )
    return Appointment.objects.filter(starts_at__lt=limit).exclude(name="").update(name="")
