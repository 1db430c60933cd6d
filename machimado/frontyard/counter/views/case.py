from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, Case
from machimado.cases.applications.permissions import SERVING, check_serve
from machimado.cases.procedures import queries as procedures
from machimado.cases.register.actions import Record, RecordUnavailableError, read_index, read_record
from machimado.cases.register.permissions import ReasonNeeded, check_reason
from machimado.frontyard.counter import actions, queries
from machimado.frontyard.counter.models import Desk
from machimado.frontyard.counter.views.desk import desk_of
from machimado.ground.people import permissions
from machimado.ground.people.models import Officer


def case_or_404(request: HttpRequest, case_id: UUID) -> Case:
    """Return the case if this officer may work on it.

    Raises: Http404, Refused.
    """
    try:
        case = queries.case(case_id)
    except Case.DoesNotExist as error:
        raise Http404 from error
    check_serve(permissions.by(request), case)
    return case


@permissions.officers(*SERVING)
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show the resident's record, read from the core just now, and the procedures to choose from."""
    now = timezone.now()
    case = case_or_404(request, case_id)
    if case.resident is None:
        return redirect(f"/counter/?case={case.pk}")
    reading = read_now(request, case)
    applications = queries.applications_of(case)
    context = {
        "case": case,
        "reading": reading,
        "household": queries.household(reading.record),
        "choices": queries.choices(timezone.localdate(now)),
        "applications": applications,
        "unsent": [one["title"] for one in applications if one["is_unsent"]],
        "desk": queries.desk_state(desk_of(request), at=now),
    }
    return render(request, "counter/case.html", context)


@dataclass(frozen=True, slots=True)
class Reading:
    """The resident's record, or why there is none (yet)."""

    record: Record | None
    problem: str = ""
    needs_reason: str = ""


def read_now(request: HttpRequest, case: Case) -> Reading:
    """Return what the core says now; what the index knows while the core is away."""
    resident, officer, reason = case.resident, permissions.by(request), _reason(request, case)
    assert resident is not None
    try:
        return Reading(read_record(resident=resident, by=officer, case=case, reason=reason))
    except ReasonNeeded as needed:
        request.session.pop(_reason_key(case), None)
        return Reading(None, needs_reason=str(needed))
    except RecordUnavailableError as away:
        known = read_index(resident=resident, by=officer, case=case, reason=reason)
        return Reading(known, problem=str(away))


def _reason(request: HttpRequest, case: Case) -> str:
    """Return why this officer opens a protected person's record: asked once a case, kept for the session."""
    key = _reason_key(case)
    given = request.POST.get("reason", "").strip()[:500]
    if given:
        request.session[key] = given
    kept: str = request.session.get(key, "")
    return kept


def check_reason_given(request: HttpRequest, case: Case) -> None:
    """Check that this officer has said why the answers of a protected person are opened.

    Raises: ReasonNeeded.
    """
    if case.resident is not None and case.resident.shielded:
        check_reason(request.session.get(_reason_key(case), ""))


def _reason_key(case: Case) -> str:
    return f"reason:{case.pk}"


@permissions.officers(*SERVING)
@require_POST
def begin(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Begin the chosen procedure, with all that the core knows filled in."""
    return start(request, case_or_404(request, case_id), request.POST.get("procedure", ""))


def start(request: HttpRequest, case: Case, procedure: str) -> HttpResponse:
    """Lead to the case's application for the procedure, begun now unless it runs already."""
    if case.resident is None or not procedures.is_offered(
        procedure, on=timezone.localdate(), channel="counter"
    ):
        messages.error(request, "手続を選び直してください。")
        return redirect("counter:case", case.pk)
    running = queries.running(case, procedure)
    if running is not None:
        # A second click, a second tab, the back button: the same application, not another one.
        show_to_resident(request, desk_of(request), running)
        return redirect("counter:interview", running.pk)
    reading = read_now(request, case)
    if reading.needs_reason:
        messages.error(request, reading.needs_reason)
        return redirect("counter:case", case.pk)
    try:
        application = _begin(request, case, procedure, reading.record)
    except cases.NotReady as refusal:
        messages.error(request, str(refusal))
        return redirect("counter:case", case.pk)
    return redirect("counter:interview", application.pk)


@transaction.atomic
def _begin(request: HttpRequest, case: Case, procedure: str, record: Record | None) -> Application:
    desk = desk_of(request)
    actions.hold(desk)
    application = cases.begin(
        case=case,
        procedure=procedure,
        by=permissions.by(request),
        at=timezone.now(),
        resident_record=record.data if record else None,
        read_at=record.read_at if record and record.is_complete else None,
    )
    show_to_resident(request, desk, application)
    return application


def show_to_resident(request: HttpRequest, desk: Desk | None, application: Application) -> None:
    """Put the application on the screen of the desk, as the officer just asked for."""
    if desk is not None:
        actions.show(desk=desk, application=application, by=permissions.by(request))


@permissions.officers(*SERVING)
@require_POST
def close(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The resident leaves: end the case and wipe the resident's screen."""
    case = case_or_404(request, case_id)
    unsent = queries.unsent(case)
    if unsent and request.POST.get("unsent") != "withdraw":
        titles = "、".join(one.definition.title for one in unsent)
        messages.error(
            request,
            f"まだ送っていない申請があります（{titles}）。続けて送るか、「取り下げて受付を終了する」を選んでください。",
        )
        return redirect("counter:case", case.pk)
    _end(case, unsent, permissions.by(request))
    messages.success(request, f"受付{case.number}番を終了しました。住民の画面は消してあります。")
    return redirect("counter:home")


@transaction.atomic
def _end(case: Case, unsent: list[Application], by: Officer) -> None:
    now = timezone.now()
    for application in unsent:
        cases.cancel(application=application, by=by, at=now)
    cases.close(case=case, by=by, at=now)
    actions.take_off(case=case)
