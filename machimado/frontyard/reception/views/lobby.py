"""The call display on the wall of the hall: whom the office calls, and how long one waits."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from machimado.frontyard.reception import queries
from machimado.frontyard.reception.doors import DISPLAY
from machimado.ground.devices import actions as devices
from machimado.ground.devices.models import Device
from machimado.ground.devices.queries import device_of
from machimado.ground.people import permissions


@permissions.residents
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show who is called; a screen that is no display shows the number by which it becomes one."""
    display = device_of(request, kind=DISPLAY)
    if display is None:
        return redirect("devices:show")
    return render(request, "lobby/page.html", _context(display, timezone.now()))


@permissions.residents
@require_GET
def now(request: HttpRequest) -> HttpResponse:
    """Show what is to be seen now; the whole page anew where this is no display any more."""
    display = device_of(request, kind=DISPLAY)
    if display is None:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "lobby/_now.html", _context(display, timezone.now()))


def _context(display: Device, at: datetime) -> dict[str, Any]:
    devices.touch(device=display, at=at)
    office = display.office
    assert office is not None
    called = queries.called_now(office, at)
    return {
        "office": office,
        "called": called,
        "first": called[0] if called else None,
        "waiting": len(queries.waiting_at(office, at)),
        "lanes": queries.lane_waits(office, at),
        "at": at,
    }
