"""Calling somebody who waits to this desk."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from machimado.cases.applications.models import Case
from machimado.cases.applications.permissions import SERVING
from machimado.frontyard.counter.views.desk import desk_of
from machimado.frontyard.reception import actions as reception
from machimado.ground.people import permissions
from machimado.ground.people.permissions import Refused


@permissions.officers(*SERVING)
@require_POST
def call_next(request: HttpRequest) -> HttpResponse:
    """Call whoever has waited longest of those whom this officer serves."""
    case = reception.call_next(by=permissions.by(request), at=timezone.now(), window=_window(request))
    if case is not None:
        return redirect("counter:case", case.pk)
    messages.error(
        request,
        "受け持つ業務でお待ちの方は、いまいません。ほかの業務の方も呼び出すときは、受付の「受け持つ業務」を変えてください。",
    )
    return redirect("reception:home")


@permissions.officers(*SERVING)
@require_POST
def call(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Call this resident; the case opens at the counter unless a colleague was faster."""
    officer = permissions.by(request)
    case = get_object_or_404(Case, pk=case_id, office=officer.office_id)
    try:
        if reception.call(case=case, by=officer, at=timezone.now(), window=_window(request)):
            return redirect("counter:case", case.pk)
        case.refresh_from_db()
        messages.error(request, _why_not(case))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("reception:home")


def _window(request: HttpRequest) -> int | None:
    """Return the number of the window at which this browser stands, where that was said."""
    desk = desk_of(request)
    return desk.number if desk else None


def _why_not(case: Case) -> str:
    if case.officer is None:
        return f"{case.number}番の受付は取り消されています。下の「取り消した受付」から元に戻せます。"
    return f"{case.number}番の方は、{case.officer.name}さんが先に呼び出しました。次の方を呼び出してください。"
