from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application
from machimado.cases.applications.permissions import SERVING, WrongState
from machimado.cases.register.permissions import ReasonNeeded
from machimado.frontyard.counter import actions, queries
from machimado.frontyard.counter.views.case import read_now
from machimado.frontyard.counter.views.desk import desk_of, show_to_resident
from machimado.frontyard.counter.views.interview import application_or_404
from machimado.ground.people import permissions


@permissions.officers(*SERVING)
@require_POST
def renew(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Begin the application anew with the version in force, with what was answered taken over."""
    application = application_or_404(request, application_id)
    try:
        renewed = _renew(request, application)
    except (WrongState, ReasonNeeded, cases.NotReady) as refusal:
        return _refused(request, application, refusal)
    actions.take_off(case=application.case)
    show_to_resident(request, desk_of(request), renewed)
    messages.success(request, "新しい版で始め直しました。引き継いだ内容を確かめ、残りを伺ってください。")
    return redirect("counter:interview", renewed.pk)


def _refused(request: HttpRequest, application: Application, refusal: Exception) -> HttpResponse:
    running = queries.running(application.case, application.procedure)
    if running is None or running.pk == application.pk:
        messages.error(request, str(refusal))
        running = application
    # Otherwise a second click, a second tab, the back button: it was begun anew already.
    return redirect("counter:interview", running.pk)


def _renew(request: HttpRequest, application: Application) -> Application:
    """Raises: WrongState; NotReady; ReasonNeeded where the person has come under protection since."""
    reading = read_now(request, application.case)
    if reading.needs_reason:
        raise ReasonNeeded(reading.needs_reason)
    return cases.renew(
        application=application,
        by=permissions.by(request),
        at=timezone.now(),
        resident_record=reading.record,
    )
