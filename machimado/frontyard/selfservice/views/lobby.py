"""A screen in the lobby: whoever leaves is wiped away, and whoever needs help calls an officer."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from machimado.frontyard.selfservice import permissions as doors
from machimado.frontyard.selfservice.views.page import LANGUAGE_COOKIE, language_of, said
from machimado.frontyard.selfservice.views.signing_in import leave_provider
from machimado.ground.devices import actions as devices
from machimado.ground.people import permissions


@permissions.everyone
@require_POST
def done(request: HttpRequest) -> HttpResponse:
    """Let this browser forget whoever sat here: the application, who was signed in, and the language."""
    response = leave_provider(request, then="selfservice:home")
    response.delete_cookie(LANGUAGE_COOKIE)
    application_id = _id(request.POST.get("application", ""))
    return doors.send_away(response, application_id) if application_id else response


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@permissions.everyone
@require_POST
def call(request: HttpRequest) -> HttpResponse:
    """Call an officer to the screen; pressed again, nobody is called twice."""
    lobby = doors.lobby_of(request)
    if lobby is None:
        return redirect("selfservice:home")
    devices.call_staff(device=lobby, at=timezone.now())
    return redirect("selfservice:called")


@permissions.everyone
@require_GET
def called(request: HttpRequest) -> HttpResponse:
    """Show that an officer was called, and who is on the way; the page looks by itself."""
    lobby = doors.lobby_of(request)
    if lobby is None or lobby.called_at is None:
        return redirect("selfservice:home")
    context = {"coming": lobby.coming}
    return said(request, "selfservice/called.html", context, language_of(request))


@permissions.everyone
@require_POST
def call_off(request: HttpRequest) -> HttpResponse:
    """Call nobody after all."""
    lobby = doors.lobby_of(request)
    if lobby is not None:
        devices.end_call(device=lobby)
    return redirect("selfservice:home")
