"""Putting right what was marked by mistake."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Case
from machimado.cases.applications.permissions import SERVING
from machimado.ground.people import permissions


@permissions.officers(*SERVING)
@require_POST
def withdraw(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take back an arrival marked by mistake, or of somebody who went home."""
    return _put_right(
        request,
        case_id,
        cases.withdraw,
        "{}番の受付を取り消しました。下の「取り消した受付」から元に戻せます。",
    )


@permissions.officers(*SERVING)
@require_POST
def restore(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Put a withdrawn arrival back at its place."""
    return _put_right(
        request, case_id, cases.restore_arrival, "{}番の受付を元に戻しました。順番は来庁したときのままです。"
    )


@permissions.officers(*SERVING)
@require_POST
def end(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """End a case that an earlier day left open."""
    case = _own(request, case_id)
    action = cases.withdraw if case.officer_id is None else cases.close
    return _put_right(request, case_id, action, "{}番の受付を終えました。")


def _put_right(request: HttpRequest, case_id: UUID, action: Callable[..., None], done: str) -> HttpResponse:
    case = _own(request, case_id)
    try:
        action(case=case, by=permissions.by(request), at=timezone.now())
    except cases.NotReady as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done.format(case.number))
    return redirect("reception:home")


def _own(request: HttpRequest, case_id: UUID) -> Case:
    """Return a case of the officer's own office.

    Raises: Http404.
    """
    return get_object_or_404(Case, pk=case_id, office=permissions.by(request).office_id)
