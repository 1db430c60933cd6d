from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
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
from machimado.cases.register.actions import (
    Answer,
    Record,
    RecordUnavailableError,
    ask_core,
    read_index,
    take_down,
)
from machimado.cases.register.permissions import ReasonNeeded, check_reason
from machimado.frontyard.counter import actions, queries
from machimado.frontyard.counter.views.desk import desk_of
from machimado.frontyard.reception import queries as waiting
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
    if case.resident is None and not case.newcomer:
        return redirect(f"/counter/?case={case.pk}")
    reading = read_now(request, case)
    applications = queries.applications_of(case)
    context = {
        "case": case,
        "reading": reading,
        "household": queries.household(reading.record),
        "standing": (standing := queries.standing(case)),
        "choices": (choices := queries.choices(timezone.localdate(now), standing=standing)),
        "others": queries.by_business(choices),
        "events": (events := queries.events(timezone.localdate(now), standing=standing)),
        "came_for": queries.came_for(case, [*events, *choices], on=timezone.localdate(now)),
        "applications": applications,
        "handed_over": waiting.handed_over(case),
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
    return ask_now(request, case)()


def ask_now(request: HttpRequest, case: Case) -> Callable[[], Reading]:
    """Ask the core for the record; return what writes down that it was read, in a transaction of the caller's choice."""
    resident, officer, reason = case.resident, permissions.by(request), _reason(request, case)
    if resident is None:
        return partial(Reading, None)  # a newcomer has no record
    try:
        answer = ask_core(resident=resident, by=officer, reason=reason)
    except ReasonNeeded as needed:
        return partial(_reason_needed, request, case, needed)
    except RecordUnavailableError as away:
        known = partial(read_index, resident=resident, by=officer, case=case, reason=reason)
        problem = str(away)
        return lambda: Reading(known(), problem=problem)
    return partial(_taken_down, request, case, answer)


def _taken_down(request: HttpRequest, case: Case, answer: Answer) -> Reading:
    try:
        return Reading(take_down(answer=answer, by=permissions.by(request), case=case))
    except ReasonNeeded as needed:
        return _reason_needed(request, case, needed)


def _reason_needed(request: HttpRequest, case: Case, needed: ReasonNeeded) -> Reading:
    request.session.pop(_reason_key(case), None)
    return Reading(None, needs_reason=str(needed))


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
