"""Bookings as officers see them: the day, booking by telephone, changing, and the hours."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.views.decorators.http import require_http_methods, require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.permissions import SERVING
from machimado.frontyard.reception import actions, queries
from machimado.frontyard.reception.forms import TimetableForm
from machimado.frontyard.reception.models import Timetable
from machimado.ground.people import permissions
from machimado.ground.people.models import Role, Section

WEEKDAYS = "月火水木金土日"


@permissions.officers(*SERVING)
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Show the bookings of a day and the times that are free; book one for somebody on the telephone."""
    officer, at = permissions.by(request), timezone.now()
    tables = queries.timetables(officer.office, is_open=True)
    table = _chosen(tables, request.GET.get("timetable", request.POST.get("timetable", "")))
    if request.method == "POST":
        return _book(request, table)
    day = parsed_day(request.GET.get("day", "")) or timezone.localdate(at)
    context = {
        "day": day,
        "appointments": queries.appointments(officer.office, day),
        "tables": tables,
        "table": table,
        "days": queries.days(table, at) if table else [],
        "key": uuid4(),
        "may_set": permissions.can_role(officer, Role.SUPERVISOR),
        "moving": _moving(request),
    }
    return render(request, "reception/bookings.html", context)


def _chosen(tables: list[Timetable], key: str) -> Timetable | None:
    return next((one for one in tables if str(one.pk) == key), tables[0] if tables else None)


def _moving(request: HttpRequest) -> Any:
    """Return the booking for which another time is looked for."""
    key = _uuid(request.GET.get("move", ""))
    return queries.appointment_at(permissions.by(request).office_id, key) if key else None


def _book(request: HttpRequest, table: Timetable | None) -> HttpResponse:
    starts_at, key = parsed_time(request.POST.get("starts_at", "")), _uuid(request.POST.get("key", ""))
    if table is None or starts_at is None:
        messages.error(request, "予約する日時を選んでください。")
        return redirect("reception:bookings")
    name = " ".join(request.POST.get("name", "").split())[:40]
    by = permissions.by(request)
    try:
        made = actions.book(
            timetable=table, starts_at=starts_at, name=name, by=by, at=timezone.now(), key=key
        )
    except actions.Full as refusal:
        messages.error(request, str(refusal))
        return redirect(_of(table))
    code = actions.booking_code(made)
    messages.success(
        request,
        f"{timezone.localtime(made.starts_at):%-m月%-d日 %-H:%M} に予約しました。予約コード {code} をお伝えください。",
    )
    return redirect(_of(table, timezone.localdate(made.starts_at)))


def _of(table: Timetable, day: date | None = None) -> str:
    more = f"&day={day:%Y-%m-%d}" if day else ""
    return f"{reverse('reception:bookings')}?timetable={table.pk}{more}"


def parsed_time(text: str) -> datetime | None:
    """Return the moment that a form of ours brings back."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and timezone.is_aware(found) else None


def parsed_day(text: str) -> date | None:
    """Return the day that an address names."""
    try:
        return parse_date(text)
    except ValueError:
        return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@permissions.officers(*SERVING)
@require_POST
def change(request: HttpRequest, appointment_id: UUID, what: str) -> HttpResponse:
    """Check somebody in, cancel a booking, take that back, or move it."""
    found = queries.appointment_at(permissions.by(request).office_id, appointment_id)
    if found is None or what not in _CHANGES:
        raise Http404
    action, words = _CHANGES[what]
    asked = {"starts_at": parsed_time(request.POST.get("starts_at", ""))} if what == "move" else {}
    back = redirect(_of(found.timetable, timezone.localdate(found.starts_at)))
    if what == "move" and asked["starts_at"] is None:
        messages.error(request, "移す先の日時を選んでください。")
        return back
    try:
        done = action(appointment=found, by=permissions.by(request), at=timezone.now(), **asked)
    except (actions.Full, cases.NotReady) as refusal:
        messages.error(request, str(refusal))
        return back
    if what == "check-in":
        messages.success(request, f"予約の方を{done.case.number}番でお受けしました。番号をお伝えください。")
        return redirect("reception:home")
    messages.success(request, words)
    return back


_CHANGES: dict[str, tuple[Callable[..., Any], str]] = {
    "check-in": (actions.check_in, ""),
    "cancel": (actions.cancel, "予約を取り消しました。同じ行の「元に戻す」で戻せます。"),
    "restore": (actions.restore, "予約を元に戻しました。"),
    "move": (actions.move, "予約の日時を変えました。"),
}


@permissions.officers(Role.SUPERVISOR)
@require_http_methods(["GET", "POST"])
def timetables(request: HttpRequest) -> HttpResponse:
    """Show the hours in which the office takes bookings, and make new ones."""
    if request.method == "GET":
        usual = {"opens": "09:00", "closes": "16:00", "minutes": 30, "capacity": 1, "days_ahead": 30}
        return _timetables(request, TimetableForm(initial={**usual, "weekdays": [0, 1, 2, 3, 4]}))
    form = TimetableForm(request.POST)
    if not form.is_valid():
        return _timetables(request, form, 422)
    officer, cleaned = permissions.by(request), dict(form.cleaned_data)
    known = queries.purposes(officer.office, timezone.localdate()).by_id()
    chosen, to = known.get(cleaned.pop("procedure")), cleaned.pop("to")
    section = Section.objects.filter(office=officer.office, pk=to).first() if to.isdecimal() else None
    actions.make_timetable(
        office=officer.office,
        by=officer,
        at=timezone.now(),
        section=section,
        procedure=chosen.id if chosen else "",
        business_id=chosen.business_id if chosen else "",
        **cleaned,
    )
    messages.success(request, f"予約枠「{cleaned['name']}」を作りました。いまから予約できます。")
    return redirect("reception:timetables")


def _timetables(request: HttpRequest, form: TimetableForm, status: int = 200) -> HttpResponse:
    office, today = permissions.by(request).office, timezone.localdate()
    purposes = queries.purposes(office, today)
    context = {
        "form": form,
        "chosen_weekdays": [str(day) for day in form["weekdays"].value() or []],
        "tables": [
            (one, "".join(WEEKDAYS[day] for day in one.weekdays)) for one in queries.timetables(office)
        ],
        "sections": Section.objects.filter(office=office),
        "purposes": [*purposes.events, *purposes.often, *purposes.others],
        "weekdays": [(str(day), name) for day, name in enumerate(WEEKDAYS)],
        "closed": queries.closed_days(office, today),
        "address": request.build_absolute_uri(reverse("reception:booking-home")),
    }
    return render(request, "reception/timetables.html", context, status=status)


@permissions.officers(Role.SUPERVISOR)
@require_POST
def open_or_close(request: HttpRequest, timetable_id: int) -> HttpResponse:
    """Begin or stop to take bookings by a timetable."""
    officer, is_open = permissions.by(request), "open" in request.POST
    found = get_object_or_404(Timetable, pk=timetable_id, office=officer.office_id)
    actions.open_timetable(timetable=found, is_open=is_open, by=officer, at=timezone.now())
    said = "予約の受付を始めました。" if is_open else "予約の受付を止めました。入っている予約はそのままです。"
    messages.success(request, said)
    return redirect("reception:timetables")


@permissions.officers(Role.SUPERVISOR)
@require_POST
def close_day(request: HttpRequest) -> HttpResponse:
    """Take no bookings on a day, or take them after all."""
    officer, day = permissions.by(request), parsed_day(request.POST.get("day", ""))
    if day is None:
        messages.error(request, "休む日を選んでください。")
        return redirect("reception:timetables")
    is_closed = "open" not in request.POST
    actions.close_day(office=officer.office, day=day, is_closed=is_closed, by=officer, at=timezone.now())
    words = "は予約を受けません。" if is_closed else "も予約を受けます。"
    messages.success(request, f"{day:%-m月%-d日}{words}")
    return redirect("reception:timetables")
