from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application
from machimado.cases.applications.permissions import SERVING, State, WrongState, check_state
from machimado.cases.register.permissions import ReasonNeeded
from machimado.frontyard.counter.models import Desk
from machimado.frontyard.counter.views.case import read_now
from machimado.frontyard.counter.views.desk import desk_of
from machimado.frontyard.counter.views.interview import application_or_404, keep, moved_on, shown
from machimado.ground.people import permissions


@permissions.officers(*SERVING)
@require_POST
def fill_in(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Read the record, which the core did not give when the application began, and put in what it says."""
    application, desk = application_or_404(request, application_id), desk_of(request)
    try:
        kept = keep(request, application, desk)
        if kept.is_conflict:
            return kept.shown(request, desk)
        check_state(kept.application, State.INTERVIEW)
        return _fill_in(request, kept.application, desk)
    except (WrongState, ReasonNeeded) as refusal:
        return moved_on(request, application, refusal)


def _fill_in(request: HttpRequest, application: Application, desk: Desk | None) -> HttpResponse:
    """Raises: WrongState; ReasonNeeded where the person has come under protection since."""
    reading = read_now(request, application.case)
    if reading.needs_reason:
        raise ReasonNeeded(reading.needs_reason)
    if reading.record is None or not reading.record.is_complete:
        return shown(request, application, desk=desk, not_ready=cases.NotReady(reading.problem))
    filled = cases.fill_in(
        application=application,
        resident_record=reading.record,
        by=permissions.by(request),
        at=timezone.now(),
    )
    return shown(request, filled, desk=desk)
