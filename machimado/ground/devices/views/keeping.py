"""The office's devices: added, connected anew, cut off, removed."""

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


def _list(request: HttpRequest, fresh: tuple[Device, str] | None = None, status: int = 200) -> HttpResponse:
    context = {
        "devices": queries.devices(_office(request), at=timezone.now()),
        "kinds": queries.kinds().items(),
        "fresh": {"name": fresh[0].name, "code": fresh[1]} if fresh else None,
        "address": request.build_absolute_uri(reverse("devices:connect")),
        "minutes": actions.CODE_MINUTES,
    }
    return render(request, "devices/home.html", context, status=status)


def _office(request: HttpRequest) -> Office:
    return permissions.by(request).office


@permissions.officers(*KEEPERS)
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Add a device, and show the code that connects it."""
    try:
        fresh = actions.add(
            office=_office(request),
            kind=request.POST.get("kind", ""),
            name=request.POST.get("name", "").strip(),
            by=permissions.by(request),
            at=timezone.now(),
        )
    except actions.NotConnected as refusal:
        messages.error(request, str(refusal))
        return _list(request, status=422)
    return _list(request, fresh)


@permissions.officers(*KEEPERS)
@require_POST
def code(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """Show a new code for a device that was never connected, or was exchanged."""
    device = _device_or_404(device_id)
    return _list(
        request,
        (device, actions.give_code(device=device, by=permissions.by(request), at=timezone.now())),
    )


@permissions.officers(*KEEPERS)
@require_POST
def cut_off(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """Cut a device off: it asks for a code from then on."""
    device = _device_or_404(device_id)
    actions.cut_off(device=device, by=permissions.by(request), at=timezone.now())
    messages.success(
        request, f"「{device.name}」を切り離しました。もう一度使うときは、新しい接続番号を出してください。"
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
@require_POST
def remove(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """Take a device out of the list; where it is gone already, nothing happens."""
    device = DEVICES.find(device_id)
    if device is not None:
        actions.remove(device=device, by=permissions.by(request), at=timezone.now())
        messages.success(request, f"「{device.name}」を外しました。")
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
    if device is None:
        raise Http404
    return device
