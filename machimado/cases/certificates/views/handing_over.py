"""At the counter: the fee received, the certificate printed, the receipt given."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from machimado.cases.applications.permissions import SERVING, check_serve
from machimado.cases.certificates import actions
from machimado.cases.certificates import receipt as receipts
from machimado.cases.certificates.models import CERTIFICATES, Certificate, Payment
from machimado.ground.people import permissions
from machimado.ground.systems import SystemFailure


def _certificate_or_404(application_id: UUID) -> Certificate:
    found = CERTIFICATES.find(application_id)
    if found is None:
        raise Http404
    return found


def _back(request: HttpRequest) -> HttpResponse:
    place = request.POST.get("next", "")
    return redirect(place if url_has_allowed_host_and_scheme(place, allowed_hosts=None) else "home")


@permissions.officers(*SERVING)
@require_POST
def pay(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Keep that the fee was received; two clicks receive it once."""
    certificate = _certificate_or_404(application_id)
    chosen = request.POST.get("how", "")
    how = Payment(chosen) if chosen in Payment.values else Payment.CASH
    actions.pay(certificate=certificate, how=how, by=permissions.by(request), at=timezone.now())
    return _back(request)


@permissions.officers(*SERVING)
@require_POST
def undo_payment(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Take back that the fee was received."""
    certificate = _certificate_or_404(application_id)
    try:
        actions.undo_payment(certificate=certificate, by=permissions.by(request), at=timezone.now())
    except actions.NotPaid as refusal:
        messages.error(request, str(refusal))
    return _back(request)


@permissions.officers(*SERVING)
@require_POST
def document(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Send the certificate to the browser, which prints it; each time is noted."""
    certificate = _certificate_or_404(application_id)

    def fetched() -> bytes:
        return actions.document(certificate=certificate, by=permissions.by(request), at=timezone.now())

    return _pdf(request, fetched, f"{certificate.application.reference}.pdf")


@permissions.officers(*SERVING)
def receipt(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Send the receipt to the browser."""
    certificate = _certificate_or_404(application_id)
    check_serve(permissions.by(request), certificate.application.case)
    return _pdf(request, lambda: receipts.printed(certificate), "receipt.pdf")


def _pdf(request: HttpRequest, made: Callable[[], bytes], name: str) -> HttpResponse:
    try:
        pdf = made()
    except (actions.NotPaid, actions.NotIssued, receipts.NoReceipt, SystemFailure) as refusal:
        messages.error(request, str(refusal))
        return _back(request)
    disposition = f'inline; filename="{name}"'
    return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": disposition})
