from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application
from machimado.cases.applications.permissions import SERVING, WrongState
from machimado.cases.delivery import queries as delivery
from machimado.frontyard.counter import actions
from machimado.frontyard.counter.models import Desk
from machimado.frontyard.counter.views.desk import desk_of, show_to_resident
from machimado.frontyard.counter.views.interview import application_or_404, context, keep, moved_on, shown
from machimado.ground.people import permissions


@permissions.officers(*SERVING)
@require_POST
def review(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Hand the answers to the resident to check and sign; a plain post brings the whole page along."""
    application, desk = application_or_404(request, application_id), desk_of(request)
    try:
        with transaction.atomic():
            kept = keep(request, application, desk)
            if not kept.is_conflict:
                taken = _take(request, kept.application, desk, cases.to_review)
    except WrongState as wrong:
        return moved_on(request, application, wrong)
    return kept.shown(request, desk) if kept.is_conflict else taken.shown(request, desk)


@permissions.officers(*SERVING)
@require_POST
def back(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Open the answers again."""
    return _go_on(request, application_or_404(request, application_id), cases.back_to_interview)


@permissions.officers(*SERVING)
@require_POST
def submit(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Send it to the core system; however often it is pressed, once."""
    return _go_on(request, application_or_404(request, application_id), cases.submit)


@permissions.officers(*SERVING)
@require_POST
def correct(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Open an application again that the core system rejected."""
    application = application_or_404(request, application_id)
    state = delivery.status_of(application.pk, at=timezone.now())
    if state is None or state.state != "rejected":
        messages.error(request, "基幹システムが差し戻した申請だけを直せます。今の状態を確かめてください。")
        return redirect("counter:interview", application.pk)
    return _go_on(request, application, cases.correct)


def _go_on(request: HttpRequest, application: Application, step: Callable[..., Application]) -> HttpResponse:
    """Take one step with the application; show the officer and the resident how it stands then."""
    desk = desk_of(request)
    try:
        taken = _take(request, application, desk, step)
    except WrongState as wrong:
        return moved_on(request, application, wrong)
    return taken.shown(request, desk)


@dataclass(frozen=True, slots=True)
class Taken:
    """The application after a step; as it was, where the step cannot be taken yet."""

    application: Application
    not_ready: cases.NotReady | None = None

    def shown(self, request: HttpRequest, desk: Desk | None) -> HttpResponse:
        """Return the interview as it is now, with what is still lacking."""
        status = 422 if self.not_ready else 200
        return shown(request, self.application, desk=desk, status=status, not_ready=self.not_ready)


def _take(
    request: HttpRequest, application: Application, desk: Desk | None, step: Callable[..., Application]
) -> Taken:
    """Take a step, if it can be taken.

    Raises: WrongState.
    """
    try:
        with transaction.atomic():
            actions.hold(desk, application)
            now = step(application=application, by=permissions.by(request), at=timezone.now())
            show_to_resident(request, desk, now)
    except cases.NotReady as refusal:
        return Taken(application, refusal)
    return Taken(now)


@permissions.officers(*SERVING)
@require_POST
def cancel(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Withdraw an application that was not sent."""
    application = application_or_404(request, application_id)
    try:
        cases.cancel(application=application, by=permissions.by(request), at=timezone.now())
    except WrongState as wrong:
        messages.error(request, str(wrong))
        return redirect("counter:interview", application.pk)
    actions.take_off(case=application.case)
    messages.success(request, "申請を取り下げました。記録は残っています。")
    return redirect("counter:case", application.case_id)


@permissions.officers(*SERVING)
@require_POST
def show(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Put the application on the screen in place of another resident's."""
    application = application_or_404(request, application_id)
    if actions.is_to_be_seen(application):
        desk = desk_of(request)
        actions.make_room(desk=desk, case=application.case)
        show_to_resident(request, desk, application)
    else:
        messages.error(request, "この受付は終わっているため、住民の画面には出せません。")
    return redirect("counter:interview", application.pk)


def _has_moved(request: HttpRequest, application: Application) -> bool:
    """Return whether more has changed since the page was drawn than how it stands with the delivery."""
    drawn = {"state": application.state, "turn": application.turn}
    if application.state == Application.State.INTERVIEW:
        drawn["revision"] = str(application.revision)
    return any(request.GET.get(name, now) != now for name, now in drawn.items())


@permissions.officers(*SERVING)
@require_GET
def status(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Show how it stands with the signature and the delivery; the page asks for this again and again."""
    application, desk = application_or_404(request, application_id), desk_of(request)
    if _has_moved(request, application):
        # Somebody else has taken a step, or answers: the whole interview has changed, and takes the place of the one on the page.
        return shown(request, application, desk=desk)
    return render(request, "counter/_status.html", context(request, application, desk), using="jinja2")
