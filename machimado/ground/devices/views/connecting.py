"""On the device itself: it shows a number, and becomes what the officer who types that number says."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from machimado.ground.devices import actions
from machimado.ground.devices.models import Device
from machimado.ground.devices.queries import COOKIE, device_by, kinds
from machimado.ground.people import permissions
from machimado.ground.ui.patience import Patience, address_of

COOKIE_DAYS = 400
NEW_ONES = Patience("device-new", most=30, seconds=10 * 60)


@permissions.everyone
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Show the number by which an officer connects this screen; one that is connected goes to its page."""
    device, secret = device_by(request.COOKIES), ""
    if device is not None and device.kind in kinds():
        return redirect(kinds()[device.kind].view)
    try:
        if device is None:
            device, secret = _new(request)
        response = render(request, "devices/connect.html", _number_of(device))
    except actions.NotConnected as refusal:
        return render(request, "devices/not_connected.html", {"reason": str(refusal)}, status=429)
    if secret:
        _keep(response, secret)
    return response


def _new(request: HttpRequest) -> tuple[Device, str]:
    if NEW_ONES.is_over(address_of(request)):
        raise actions.NotConnected(
            "新しい画面が続けて開かれています。10分ほど待ってから、この画面を読み込み直してください。"
        )
    NEW_ONES.count(address_of(request))
    return actions.appear(at=timezone.now())


def _number_of(device: Device) -> dict[str, str]:
    now = timezone.now()
    actions.touch(device=device, at=now)
    return {"code": actions.fresh_code(device=device, at=now)}


@permissions.everyone
@require_GET
def look(request: HttpRequest) -> HttpResponse:
    """Show the number as it is now; the whole page anew where the screen has become something, or is forgotten."""
    device = device_by(request.COOKIES)
    if device is None or device.office is not None:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "devices/_number.html", _number_of(device))


def _keep(response: HttpResponse, secret: str) -> None:
    """Let the screen stay what it is over restarts."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=timedelta(days=COOKIE_DAYS),
        httponly=True,
        samesite="Lax",
        secure=settings.HTTPS,
    )
