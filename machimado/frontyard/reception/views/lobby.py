"""A screen in the hall: it has one address and its own cookie, and what it shows an officer has said."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from machimado.frontyard.reception import actions, queries
from machimado.frontyard.reception.doors import TERMINAL_COOKIE
from machimado.frontyard.reception.models import Terminal
from machimado.ground.people import permissions

COOKIE_DAYS = 400
SEEN_EVERY = timedelta(seconds=30)


@permissions.residents
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show what this screen is for; one that was never here shows the number by which it is connected."""
    at, secret, terminal = timezone.now(), "", terminal_of(request)
    try:
        if terminal is None:
            terminal, secret = actions.new_terminal(at=at)
        if terminal.office is not None and terminal.kind == Terminal.Kind.TICKETS:
            return redirect("reception:take")
        context = _context(terminal, at)
    except actions.PairingRefused as refusal:
        return render(request, "lobby/refused.html", {"reason": str(refusal)}, status=429)
    response = render(request, "lobby/page.html", context)
    if secret:
        _keep(response, secret)
    return response


@permissions.residents
@require_GET
def now(request: HttpRequest) -> HttpResponse:
    """Show what is to be seen now."""
    terminal = terminal_of(request)
    if terminal is None:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    context = _context(terminal, timezone.now())
    # What it is for has changed: the whole page is another one.
    if request.GET.get("phase") != context["phase"]:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "lobby/_now.html", context)


def terminal_of(request: HttpRequest) -> Terminal | None:
    """Return the screen that asks, if it was here before."""
    secret = request.COOKIES.get(TERMINAL_COOKIE, "")
    return queries.terminal_by(actions.hashed(secret)) if secret else None


def _context(terminal: Terminal, at: datetime) -> dict[str, Any]:
    if at - terminal.seen_at > SEEN_EVERY:
        Terminal.objects.filter(pk=terminal.pk).update(seen_at=at)
    if terminal.office is None:
        return {"phase": "pairing", "code": actions.fresh_code(terminal=terminal, at=at)}
    called = queries.called_now(terminal.office, at)
    waiting = queries.waiting_at(terminal.office, at)
    return {
        "phase": terminal.kind,
        "office": terminal.office,
        "called": called,
        "first": called[0] if called else None,
        "waiting": len(waiting),
        "lanes": queries.lane_waits(terminal.office, at),
        "at": at,
    }


def _keep(response: HttpResponse, secret: str) -> None:
    """Let the screen stay what it is over restarts. The cookie says which screen it is, and nothing of residents."""
    age = timedelta(days=COOKIE_DAYS)
    response.set_cookie(
        TERMINAL_COOKIE, secret, max_age=age, httponly=True, samesite="Lax", secure=settings.HTTPS
    )
