from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from machimado.cases.applications.models import Application
from machimado.cases.applications.permissions import SERVING
from machimado.frontyard.counter import actions, queries
from machimado.frontyard.counter.models import DESKS, Desk
from machimado.ground.people import permissions
from machimado.ground.typesetting.qr import qr_svg
from machimado.ground.ui.middleware import POLICY

DESK_COOKIE = "machimado_desk"
COOKIE_DAYS = 400


def desk_of(request: HttpRequest) -> Desk | None:
    """Return the desk at which this browser stands, if it was said."""
    chosen = _uuid(request.COOKIES.get(DESK_COOKIE, ""))
    if not chosen:
        return None
    desk = DESKS.find(chosen)
    return desk if desk and desk.office_id == permissions.by(request).office_id else None


def show_to_resident(request: HttpRequest, desk: Desk | None, application: Application) -> None:
    """Put the application on the screen of the desk, as the officer just asked for."""
    if desk is not None:
        actions.show(desk=desk, application=application, by=permissions.by(request), at=timezone.now())


def agent_address() -> str:
    """Return where the card reader's agent listens on each officer's own computer."""
    return f"http://127.0.0.1:{settings.CARD_AGENT_PORT}"


def with_agent(response: HttpResponse) -> HttpResponse:
    """Let the page speak with the card reader's agent on its own computer, and with nobody else."""
    response["Content-Security-Policy"] = f"{POLICY}; connect-src 'self' {agent_address()}"
    return response


def _stand_at(response: HttpResponse, desk: Desk) -> None:
    """Let this browser stand at the desk from now on: over a crash, the night and a change of officers.

    The cookie names a desk, which any officer of its office may choose, and nobody's data.
    """
    age = timedelta(days=COOKIE_DAYS)
    response.set_cookie(
        DESK_COOKIE, str(desk.pk), max_age=age, httponly=True, samesite="Lax", secure=settings.HTTPS
    )


@permissions.officers(*SERVING)
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Say at which desk this browser stands; show how to connect the resident's screen."""
    officer = permissions.by(request)
    now = timezone.now()
    if request.method == "POST":
        chosen = get_object_or_404(Desk, pk=_uuid(request.POST.get("desk", "")), office=officer.office_id)
        response = redirect("counter:desk")
        _stand_at(response, chosen)
        return response
    desk = desk_of(request)
    address = _invitation(request, desk) if desk else ""
    context = {
        "desks": queries.desks(officer),
        "desk": queries.desk_state(desk, at=now),
        "address": address,
        "qr": qr_svg(address) if address else "",
        "screen_address": request.build_absolute_uri(reverse("counter:screen")),
        "agent_address": agent_address(),
    }
    return with_agent(render(request, "counter/desk.html", context))


def _invitation(request: HttpRequest, desk: Desk) -> str:
    secret = actions.invite(desk=desk, at=timezone.now())
    return request.build_absolute_uri(reverse("counter:screen-join", args=[secret]))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@permissions.officers(*SERVING)
@require_POST
def pair(request: HttpRequest) -> HttpResponse:
    """Connect the tablet that shows the code."""
    desk = desk_of(request)
    if desk is None:
        messages.error(request, "先に、この画面がどの窓口にあるかを選んでください。")
        return redirect("counter:desk")
    try:
        actions.pair_by_code(
            desk=desk, code=request.POST.get("code", ""), by=permissions.by(request), at=timezone.now()
        )
        messages.success(request, f"窓口{desk.number}に住民の画面をつなぎました。")
    except actions.PairingRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("counter:desk")


@permissions.officers(*SERVING)
@require_POST
def unpair(request: HttpRequest) -> HttpResponse:
    """Disconnect the desk's tablet."""
    desk = desk_of(request)
    if desk is not None:
        actions.unpair(desk=desk, by=permissions.by(request), at=timezone.now())
        messages.success(request, "住民の画面を切り離しました。")
    return redirect("counter:desk")
