from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application
from machimado.cases.applications.permissions import RUNNING, SERVING, State, check_state
from machimado.cases.register.actions import Record
from machimado.cases.register.permissions import ReasonNeeded
from machimado.frontyard.counter.models import Desk
from machimado.frontyard.counter.views.case import read_now
from machimado.frontyard.counter.views.desk import desk_of, show_to_resident
from machimado.frontyard.counter.views.interview import shown, with_page
from machimado.ground.people import permissions


def put_beside(request: HttpRequest, application: Application) -> HttpResponse:
    """Read the record of whoever began alone and is known now: it fills what nobody has said, and stands beside what was said otherwise."""
    reading = read_now(request, application.case)
    if reading.record is not None and reading.record.is_complete:
        _take_in(request, application, reading.record)
    show_to_resident(request, desk_of(request), application)
    return redirect("counter:interview", application.pk)


def _take_in(request: HttpRequest, application: Application, record: Record) -> Application:
    """Put in what the record says where nobody has spoken, as long as that may be changed, and the rest beside what stands there."""
    by, now = permissions.by(request), timezone.now()
    if application.state == State.INTERVIEW:
        cases.fill_in(application=application, resident_record=record, by=by, at=now)
    return cases.compare(application=application, resident_record=record, by=by, at=now)


@permissions.officers(*SERVING)
@require_POST
def fill_in(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Read the record, which the core did not give when the application began, and put it in or beside what was checked and signed."""
    return with_page(request, application_id, partial(_fill_in, request))


def _fill_in(request: HttpRequest, application: Application, desk: Desk | None) -> HttpResponse:
    """Raises: WrongState; ReasonNeeded where the person has come under protection since."""
    check_state(application, *RUNNING)
    reading = read_now(request, application.case)
    if reading.needs_reason:
        raise ReasonNeeded(reading.needs_reason)
    if reading.record is None or not reading.record.is_complete:
        return shown(request, application, desk=desk, not_ready=cases.NotReady(reading.problem))
    return shown(request, _take_in(request, application, reading.record), desk=desk)
