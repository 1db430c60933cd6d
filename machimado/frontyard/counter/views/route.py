"""The route of a life event: agreed with the resident before its questions begin, and printed for them to take home."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application
from machimado.cases.applications.permissions import SERVING
from machimado.cases.procedures.rules.bundle import AGREED
from machimado.frontyard.counter import queries
from machimado.frontyard.counter.models import Desk
from machimado.frontyard.counter.views.interview import application_or_404, shown, with_page
from machimado.ground.people import permissions


@permissions.officers(*SERVING)
@require_POST
def agree(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Begin the questions of the procedures that the triage has found; a plain post brings the whole page along."""

    def step(application: Application, desk: Desk | None) -> HttpResponse:
        by, now = permissions.by(request), timezone.now()
        try:
            cases.check_route(application=application, at=now)
        except cases.NotReady as refusal:
            return shown(request, application, desk=desk, status=422, not_ready=refusal)
        going = cases.going(application=application, at=now)
        saved = cases.save_answers(application=application, raw={AGREED: going}, by=by, at=now)
        return shown(request, saved[0].application, desk=desk)

    return with_page(request, application_id, step)


@permissions.officers(*SERVING)
@require_GET
def show(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Show the route on a page to print and hand over."""
    application = application_or_404(request, application_id)
    cases.look(application=application, by=permissions.by(request), at=timezone.now())
    sheet = queries.sheet(application, at=timezone.now())
    if sheet.route is None:
        raise Http404
    parts = queries.parts(application, at=timezone.now())
    context = {"sheet": sheet, "application": application, "case": application.case, "parts": parts}
    return render(request, "counter/route.html", context)
