"""Calling somebody who waits to this desk, and what is done when they do not come."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Case
from machimado.cases.applications.permissions import SERVING
from machimado.frontyard.counter import actions
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
    officer, case = permissions.by(request), _own(request, case_id)
    try:
        if reception.call(case=case, by=officer, at=timezone.now(), window=_window(request)):
            return redirect("counter:case", case.pk)
        case.refresh_from_db()
        messages.error(request, _why_not(case))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("reception:home")


@permissions.officers(*SERVING)
@require_POST
def again(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Call once more whoever was called and has not come."""
    case = _own(request, case_id)
    call_once_more = partial(reception.call_again, window=_window(request))
    return _done(
        request, case, call_once_more, f"{case.number}番の方を、もう一度呼び出しました。", to="counter:home"
    )


@permissions.officers(*SERVING)
@require_POST
def hold(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Keep the place of somebody who has stepped out."""
    case = _own(request, case_id)
    words = f"{case.number}番の方を保留にしました。お戻りになったら、受付の画面で列に戻してください。"
    return _done(request, case, reception.hold, words)


@permissions.officers(*SERVING)
@require_POST
def aside(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Put somebody aside who was called and has not come."""
    case = _own(request, case_id)
    words = f"{case.number}番の方を脇に置きました。いらしたら、「列に戻す」で元の順番に戻ります。"
    return _done(request, case, reception.put_aside, words)


@permissions.officers(*SERVING)
@require_POST
def put_back(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Undo a call."""
    case = _own(request, case_id)
    words = f"{case.number}番の方の呼出しを取り消しました。順番は元のままです。"
    return _done(request, case, reception.put_back, words)


@permissions.officers(*SERVING)
@require_POST
def come_back(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Let somebody wait again: at their old place, or behind the next one."""
    case, is_behind = _own(request, case_id), "behind" in request.POST
    back = partial(reception.come_back, is_behind=is_behind)
    where = "次の方のあと" if is_behind else "元の順番"
    return _done(request, case, back, f"{case.number}番の方を列に戻しました（{where}）。")


def _own(request: HttpRequest, case_id: UUID) -> Case:
    return get_object_or_404(Case, pk=case_id, office=permissions.by(request).office_id)


def _done(
    request: HttpRequest, case: Case, action: Callable[..., None], words: str, to: str = "reception:home"
) -> HttpResponse:
    """Do it; whoever leaves the desk leaves its screen as well."""
    try:
        with transaction.atomic():
            actions.take_off(case=case)
            action(case=case, by=permissions.by(request), at=timezone.now())
    except (cases.NotReady, Refused) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, words)
    return redirect(to)


def _window(request: HttpRequest) -> int | None:
    """Return the number of the window at which this browser stands, where that was said."""
    desk = desk_of(request)
    return desk.number if desk else None


def _why_not(case: Case) -> str:
    if case.officer is None and case.closed_at is None:
        return f"{case.number}番の方は、いま列にいません。保留か引継ぎになっていないか、受付の画面で確かめてください。"
    if case.officer is None:
        return f"{case.number}番の受付は取り消されています。下の「取り消した受付」から元に戻せます。"
    return f"{case.number}番の方は、{case.officer.name}さんが先に呼び出しました。次の方を呼び出してください。"
