"""The slip with the number, to be printed and handed over."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from machimado.cases.applications.models import Case, Step
from machimado.cases.applications.permissions import SERVING
from machimado.frontyard.reception import actions
from machimado.ground.people import permissions
from machimado.ground.typesetting.qr import qr_svg


@permissions.officers(*SERVING)
@require_safe
def show(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show the slip; by its QR code the resident sees on a phone how many are before them, and when they are called."""
    case = get_object_or_404(
        Case.objects.select_related("office"), pk=case_id, office=permissions.by(request).office_id
    )
    address = request.build_absolute_uri(reverse("reception:ticket", args=[actions.code_of(case)]))
    context = {
        "case": case,
        "arrived_at": case.stamps.filter(step=Step.ARRIVED).values_list("at", flat=True).first(),
        "address": address,
        "qr": mark_safe(qr_svg(address)),  # noqa: S308 - drawn by our own QR code from an address of ours
    }
    return render(request, "reception/slip.html", context)
