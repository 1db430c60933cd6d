"""Booking a time at home, without an account: choose, keep the code, change or cancel by it, take it into a calendar."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import icalendar
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from machimado.cases.applications import actions as cases
from machimado.cases.applications.rules.reference import is_resume_code, tidy
from machimado.frontyard.reception import actions, queries
from machimado.frontyard.reception import permissions as limits
from machimado.frontyard.reception.doors import TICKETS
from machimado.frontyard.reception.models import Appointment
from machimado.frontyard.reception.views.bookings import parsed_day, parsed_time
from machimado.frontyard.reception.views.phone import LANGUAGE_COOKIE, said
from machimado.ground.devices.queries import device_of
from machimado.ground.people import permissions
from machimado.ground.rows.secrets import hashed
from machimado.ground.typesetting.qr import qr_svg
from machimado.ground.ui import languages
from machimado.ground.ui.languages import Language


def _language(request: HttpRequest) -> Language:
    return languages.spoken(request.COOKIES.get(LANGUAGE_COOKIE))


@permissions.everyone
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show for what and where somebody can book."""
    return said(request, "ticket/booking_home.html", {"tables": _tables()}, _language(request))


def _tables() -> list[Any]:
    return sorted(
        queries.timetables(is_open=True), key=lambda one: (one.office.kind != "head", one.office_id)
    )


@permissions.everyone
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, timetable_id: int) -> HttpResponse:
    """Show the days and times that are free, and book one."""
    table = queries.timetable(timetable_id)
    if table is None or not table.is_open:
        return redirect("reception:booking-home")
    reason = _book(request, table) if request.method == "POST" else ""
    if isinstance(reason, HttpResponse):
        return reason
    days = queries.days(table, timezone.now())
    wanted = parsed_day(request.GET.get("day", ""))
    day = next((one for one in days if one.date == wanted), None)
    context = {"table": table, "days": days, "day": day, "key": uuid4(), "reason": reason}
    status = 409 if reason else 200
    return said(request, "ticket/booking_day.html", context, _language(request), status)


def _book(request: HttpRequest, table: Any) -> HttpResponse | str:
    starts_at = parsed_time(request.POST.get("starts_at", ""))
    if starts_at is None:
        return "choose"
    if limits.is_flooding(request):
        return "many"
    try:
        made = actions.book(
            timetable=table,
            starts_at=starts_at,
            name=" ".join(request.POST.get("name", "").split())[:40],
            language=_language(request),
            at=timezone.now(),
            key=_key(request.POST.get("key", "")),
        )
    except actions.Full:
        return "full"
    return redirect("reception:booking", actions.booking_code(made))


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@permissions.everyone
@require_http_methods(["GET", "POST"])
def by_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code of a booking, and open it."""
    typed = request.POST.get("code", "")[:40]
    reason = ""
    if request.method == "POST":
        found, reason = _found(request, typed)
        if found is not None:
            return redirect("reception:booking", actions.booking_code(found))
    context = {"code": typed, "reason": reason}
    return said(request, "ticket/booking_code.html", context, _language(request), 422 if reason else 200)


def _found(request: HttpRequest, typed: str) -> tuple[Appointment | None, str]:
    """Return the booking that a code opens, or why there is none."""
    if limits.is_guessing(request):
        return None, "guessing"
    found = queries.appointment_by(hashed(tidy(typed))) if is_resume_code(typed) else None
    if found is None:
        limits.count_wrong_code(request)
    return found, "" if found else "unknown"


@permissions.everyone
@require_safe
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Show the booking with its code; a screen that gives tickets offers to check in."""
    return _page(request, code)


def _page(request: HttpRequest, code: str, reason: str = "") -> HttpResponse:
    found, _ = _found(request, code)
    if found is None:
        return redirect("reception:booking-code")
    address = request.build_absolute_uri(reverse("reception:booking", args=[code]))
    at = timezone.now()
    context = {
        "booking": found,
        "code": code,
        "qr": mark_safe(qr_svg(address)),  # noqa: S308 - our own drawing of our own address
        "is_going": found.cancelled_at is None and found.case_id is None and found.starts_at > at,
        "may_restore": found.cancelled_at is not None and found.starts_at > at,
        "may_check_in": _is_here(request, found),
        "reason": reason,
    }
    return said(request, "ticket/booking.html", context, found.language, 409 if reason else 200)


def _is_here(request: HttpRequest, found: Appointment) -> bool:
    """Return whether this is a screen in the hall of the booking's office, on its day."""
    machine = device_of(request, kind=TICKETS)
    is_of_today = timezone.localdate(found.starts_at) == timezone.localdate()
    is_here = machine is not None and machine.office_id == found.timetable.office_id
    return is_here and is_of_today and found.case_id is None and found.cancelled_at is None


@permissions.everyone
@require_POST
def change(request: HttpRequest, code: str, what: str) -> HttpResponse:
    """Cancel the booking, take that back, or move it to another time."""
    found, _ = _found(request, code)
    if found is None:
        return redirect("reception:booking-code")
    at = timezone.now()
    try:
        if what == "cancel":
            actions.cancel(appointment=found, by=None, at=at)
        elif what == "restore":
            actions.restore(appointment=found, by=None, at=at)
        elif starts_at := parsed_time(request.POST.get("starts_at", "")):
            actions.move(appointment=found, starts_at=starts_at, by=None, at=at)
    except actions.Full:
        return _page(request, code, "full")
    except cases.NotReady:
        return redirect("reception:booking", code)
    return redirect("reception:booking", code)


@permissions.everyone
@require_safe
def move(request: HttpRequest, code: str) -> HttpResponse:
    """Show the times to which the booking can be moved."""
    found, _ = _found(request, code)
    if found is None or found.cancelled_at is not None or found.case_id is not None:
        return redirect("reception:booking-code")
    days = queries.days(found.timetable, timezone.now())
    wanted = parsed_day(request.GET.get("day", ""))
    day = next((one for one in days if one.date == wanted), None)
    context = {"table": found.timetable, "days": days, "day": day, "code": code, "booking": found}
    return said(request, "ticket/booking_day.html", context, found.language)


@permissions.everyone
@require_safe
def calendar(request: HttpRequest, code: str) -> HttpResponse:
    """Give the booking as a file that calendars read."""
    found, _ = _found(request, code)
    if found is None:
        raise Http404
    address = request.build_absolute_uri(reverse("reception:booking", args=[code]))
    answer = HttpResponse(_ics(found, address), content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="booking.ics"'
    return answer


def _ics(found: Appointment, address: str) -> bytes:
    table, event = found.timetable, icalendar.Event()
    event.add("uid", f"{found.pk}@machimado")
    event.add("dtstamp", timezone.now())
    event.add("dtstart", found.starts_at)
    event.add("dtend", found.starts_at + timedelta(minutes=table.minutes))
    event.add("summary", f"{table.office.name}　{table.name}")
    event.add("location", table.office.name)
    event.add("description", address)
    event.add("status", "CANCELLED" if found.cancelled_at else "CONFIRMED")
    whole = icalendar.Calendar()
    whole.add("prodid", "-//machimado//booking//JA")
    whole.add("version", "2.0")
    whole.add_component(event)
    return bytes(whole.to_ical())


@permissions.residents
@require_POST
def check_in(request: HttpRequest, code: str) -> HttpResponse:
    """Take the person into the queue, at the screen in the hall."""
    found, _ = _found(request, code)
    if found is None or not _is_here(request, found):
        return redirect("reception:booking-code")
    at = timezone.now()
    ticket = actions.check_in(appointment=found, by=None, at=at)
    address = request.build_absolute_uri(reverse("reception:ticket", args=[actions.code_of(ticket.case)]))
    context = {
        "mine": queries.mine(ticket, at),
        "office": found.timetable.office,
        "qr": mark_safe(qr_svg(address)),  # noqa: S308 - our own drawing of our own address
    }
    return said(request, "ticket/taken.html", context, found.language)


@permissions.everyone
@require_POST
def speak(request: HttpRequest) -> HttpResponse:
    """Let the pages of booking speak another language."""
    chosen = languages.spoken(request.POST.get("language"))
    response = redirect("reception:booking-home")
    response.set_cookie(LANGUAGE_COOKIE, chosen.value, httponly=True, samesite="Lax", secure=settings.HTTPS)
    return response
