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
from machimado.cases.register.models import Status
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
    if refusal := _why_not(case, procedure):
        messages.error(request, refusal)
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


# What the register says of somebody for whom a procedure is not meant.
_STANDS = {
    Status.RESIDENT: "いま住んでいる方",
    Status.MOVED_OUT: "転出した方",
    Status.DECEASED: "亡くなった方",
    Status.GONE: "消除された方",
}


def _why_not(case: Case, procedure: str) -> str:
    """Return why the counter cannot begin the procedure for this person; nothing where it can."""
    today = timezone.localdate()
    if not procedures.is_offered(procedure, on=today, channel="counter"):
        return "手続を選び直してください。"
    asked = procedures.current(procedure, on=today).procedure
    if queries.standing(case) in asked.standings:
        return ""
    if case.resident is None:
        return "この手続は、住民記録にある方のものです。氏名で探して、その方の受付で始めてください。"
    stands = _STANDS[Status(case.resident.status)]
    return (
        f"「{asked.title['ja']}」は始められません。{case.resident.name_text}さんは、住民記録では{stands}です。"
        "手続か、受付の方を選び直してください。"
    )


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
