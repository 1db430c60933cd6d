"""On the device itself: the code makes it what it is to be."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from machimado.ground.devices import actions
from machimado.ground.devices.queries import COOKIE, kinds
from machimado.ground.people import permissions
from machimado.ground.ui.patience import Patience, address_of

COOKIE_DAYS = 400
WRONG_CODES = Patience("device-code", most=10, seconds=10 * 60)


@permissions.everyone
@require_http_methods(["GET", "POST"])
def connect(request: HttpRequest) -> HttpResponse:
    """Ask for the code that an officer's page shows, and let this browser be that device from now on."""
    if request.method == "GET":
        return render(request, "devices/connect.html")
    if WRONG_CODES.is_over(address_of(request)):
        return _refused(
            request, "番号の間違いが続いています。10分ほど待ってから、もう一度入れてください。", 429
        )
    try:
        device, secret = actions.connect(code=request.POST.get("code", ""), at=timezone.now())
    except actions.NotConnected as refusal:
        WRONG_CODES.count(address_of(request))
        return _refused(request, str(refusal), 422)
    response = redirect(kinds()[device.kind].view)
    _keep(response, secret)
    return response


def _refused(request: HttpRequest, reason: str, status: int) -> HttpResponse:
    return render(request, "devices/connect.html", {"reason": reason}, status=status)


def _keep(response: HttpResponse, secret: str) -> None:
    response.set_cookie(
        COOKIE,
        secret,
        max_age=timedelta(days=COOKIE_DAYS),
        httponly=True,
        samesite="Lax",
        secure=settings.HTTPS,
    )
