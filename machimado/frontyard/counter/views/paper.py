from pathlib import Path
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from machimado.cases.applications import paper
from machimado.cases.applications.permissions import SERVING
from machimado.cases.procedures import queries as procedures
from machimado.frontyard.counter.views.interview import application_or_404
from machimado.ground.people import permissions


@permissions.officers(*SERVING)
@require_GET
def filled(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Show the application on the municipality's own form."""
    application = application_or_404(request, application_id)
    try:
        sheet = paper.filled(application=application, by=permissions.by(request), at=timezone.now())
    except paper.NoLayout as none:
        raise Http404 from none
    return _pdf(sheet, application.reference)


@permissions.officers(*SERVING)
@require_GET
def blank(request: HttpRequest, procedure: str) -> HttpResponse:
    """Show the blank form; its QR code opens the same procedure."""
    if not procedures.is_offered(procedure, on=timezone.localdate(), channel="counter"):
        raise Http404
    address = request.build_absolute_uri(reverse("counter:from-qr", args=[procedure]))
    try:
        return _pdf(paper.blank(procedure=procedure, address=address, at=timezone.now()), procedure)
    except paper.NoLayout as none:
        raise Http404 from none


def _pdf(sheet: paper.Printed, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'inline; filename="{Path(name).name}.pdf"'}
    if sheet.missing:
        headers["X-Missing-Characters"] = " ".join(sheet.missing)
    return HttpResponse(sheet.pdf, content_type="application/pdf", headers=headers)


@permissions.officers(*SERVING)
@require_GET
def from_qr(request: HttpRequest, procedure: str) -> HttpResponse:
    """Open the procedure of a form that somebody brought: the officer finds the resident, then it begins."""
    if not procedures.is_offered(procedure, on=timezone.localdate(), channel="counter"):
        raise Http404
    return redirect(f"{reverse('counter:home')}?procedure={procedure}")
