"""The office's devices: connected by the numbers that they show, given a printer, taken out."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from machimado.ground.devices import actions, queries
from machimado.ground.devices.models import DEVICES, Device
from machimado.ground.devices.permissions import KEEPERS, check_keep
from machimado.ground.people import permissions
from machimado.ground.people.models import Office


@permissions.officers(*KEEPERS)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show the devices of the officer's office."""
    return _list(request)


def _list(request: HttpRequest, typed: Mapping[str, str] | None = None, status: int = 200) -> HttpResponse:
    context = {
        "devices": queries.devices(_office(request), at=timezone.now()),
        "kinds": queries.kinds().items(),
        "typed": typed or {},
        "address": request.build_absolute_uri(reverse("devices:show")),
    }
    return render(request, "devices/home.html", context, status=status)


def _office(request: HttpRequest) -> Office:
    return permissions.by(request).office


@permissions.officers(*KEEPERS)
@require_POST
def connect(request: HttpRequest) -> HttpResponse:
    """Make the screen that shows the number a device of the officer's office."""
    try:
        device = actions.connect(
            office=_office(request),
            kind=request.POST.get("kind", ""),
            name=request.POST.get("name", "").strip(),
            code=request.POST.get("code", "")[:20],
            by=permissions.by(request),
            at=timezone.now(),
        )
    except actions.NotConnected as refusal:
        messages.error(request, str(refusal))
        return _list(request, request.POST, status=422)
    messages.success(request, f"「{device.name}」をつなぎました。")
    return redirect("devices:home")


@permissions.officers(*KEEPERS)
@require_POST
def disconnect(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """Take a device out of the office; where it is gone already, nothing happens."""
    device = DEVICES.find(device_id)
    if device is not None and device.office is not None:
        actions.disconnect(device=device, by=permissions.by(request), at=timezone.now())
        messages.success(
            request, f"「{device.name}」を外しました。画面に出る番号を入れれば、またつなげます。"
        )
    return redirect("devices:home")


@permissions.officers(*KEEPERS)
@require_POST
def printer(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """Name the printer beside a device."""
    device, queue = _device_or_404(device_id), request.POST.get("printer", "").strip()
    try:
        actions.set_printer(device=device, queue=queue, by=permissions.by(request), at=timezone.now())
    except actions.NotConnected as refusal:
        messages.error(request, str(refusal))
        return _list(request, status=422)
    messages.success(request, f"「{device.name}」は{queue or 'ブラウザー'}から印刷します。")
    return redirect("devices:home")


@permissions.officers(*KEEPERS)
@require_GET
def calling(request: HttpRequest) -> HttpResponse:
    """Show where somebody waits for an officer: a fragment that stands on every officer's page."""
    context = {"calls": queries.calling(_office(request)), "me": permissions.by(request).name}
    return render(request, "devices/_calling.html", context)


@permissions.officers(*KEEPERS)
@require_POST
def come(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """Go to where somebody waits; whoever is second is told who goes already."""
    device = _device_or_404(device_id)
    if not actions.come(device=device, by=permissions.by(request), at=timezone.now()):
        messages.error(request, f"「{device.name}」には、ほかの職員が向かっているか、もう済んでいます。")
    return redirect("home")


@permissions.officers(*KEEPERS)
@require_POST
def helped(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """Say that whoever waited there was helped."""
    device = _device_or_404(device_id)
    check_keep(permissions.by(request), device.office)
    actions.end_call(device=device)
    return redirect("home")


def _device_or_404(device_id: UUID) -> Device:
    device = DEVICES.find(device_id)
    if device is None or device.office is None:
        raise Http404
    return device
