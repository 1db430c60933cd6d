from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, Case
from machimado.cases.applications.permissions import SERVING
from machimado.cases.procedures import queries as procedures
from machimado.cases.register.actions import Record
from machimado.frontyard.counter import actions, queries
from machimado.frontyard.counter.views.case import Reading, ask_now, case_or_404
from machimado.frontyard.counter.views.desk import desk_of, show_to_resident
from machimado.frontyard.counter.views.interview import interview_page
from machimado.ground.people import permissions


@permissions.officers(*SERVING)
@require_POST
def begin(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Begin the chosen procedure, with all that the core knows filled in."""
    return start(request, case_or_404(request, case_id), request.POST.get("procedure", ""))


def start(request: HttpRequest, case: Case, procedure: str) -> HttpResponse:
    """Lead to the case's application for the procedure, begun now unless it runs already."""
    if not _may_begin(case, procedure):
        messages.error(request, "手続を選び直してください。")
        return redirect("counter:case", case.pk)
    running = queries.running(case, procedure)
    if running is not None:
        # A second click, a second tab, the back button: the same application, not another one.
        show_to_resident(request, desk_of(request), running)
        return redirect("counter:interview", running.pk)
    try:
        return _begin(request, case, procedure, ask_now(request, case))
    except cases.NotReady as refusal:
        messages.error(request, str(refusal))
        return redirect("counter:case", case.pk)


def _may_begin(case: Case, procedure: str) -> bool:
    """Return whether the counter offers the procedure, and to this person."""
    today = timezone.localdate()
    if not procedures.is_offered(procedure, on=today, channel="counter"):
        return False
    takes_newcomers = procedures.current(procedure, on=today).procedure.newcomers
    return case.resident is not None or (case.newcomer and takes_newcomers)


def _begin(request: HttpRequest, case: Case, procedure: str, read: Callable[[], Reading]) -> HttpResponse:
    """Begin the application and show its interview at once; the page tells the browser its own address."""
    desk, at = desk_of(request), timezone.now()
    with transaction.atomic():
        actions.hold(desk)
        reading = read()
        if not reading.needs_reason:
            application = _begun(request, case, procedure, reading.record, at)
            show_to_resident(request, desk, application)
    if reading.needs_reason:
        messages.error(request, reading.needs_reason)
        return redirect("counter:case", case.pk)
    if application.begun_at != at:
        # Another click at this very moment was first: whoever opens what was begun before leaves a line in the journal.
        return redirect("counter:interview", application.pk)
    return interview_page(request, application, desk)


def _begun(
    request: HttpRequest, case: Case, procedure: str, record: Record | None, at: datetime
) -> Application:
    return cases.begin(
        case=case,
        procedure=procedure,
        by=permissions.by(request),
        at=at,
        resident_record=record,
    )
