"""A ticket on a phone: whoever has its code sees their place, without an account, until the day ends."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_POST, require_safe

from machimado.cases.applications import actions as cases
from machimado.frontyard.reception import actions, queries
from machimado.frontyard.reception.models import Ticket
from machimado.ground.people import permissions
from machimado.ground.rows.secrets import hashed
from machimado.ground.ui import languages

# What a page says before it knows whose it is.
LANGUAGE_COOKIE = "machimado_language"


@permissions.everyone
@require_safe
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Show the ticket: the number, how many are before it, and whether it is called."""
    ticket = _ticket(code)
    if ticket is None:
        return _over(request)
    is_part = request.headers.get("HX-Request") == "true"
    return _page(request, ticket, code, "ticket/_now.html" if is_part else "ticket/show.html")


@permissions.everyone
@require_POST
def give_back(request: HttpRequest, code: str) -> HttpResponse:
    """Leave the queue."""
    return _change(request, code, actions.give_back)


@permissions.everyone
@require_POST
def wait_on(request: HttpRequest, code: str) -> HttpResponse:
    """Wait after all."""
    return _change(request, code, actions.wait_on)


@permissions.everyone
@require_POST
def speak(request: HttpRequest, code: str) -> HttpResponse:
    """Let the ticket speak another language."""
    ticket = _ticket(code)
    if ticket is None:
        return _over(request)
    actions.speak(ticket=ticket, language=languages.spoken(request.POST.get("language")))
    return redirect("reception:ticket", code)


def _change(request: HttpRequest, code: str, action: Callable[..., None]) -> HttpResponse:
    ticket = _ticket(code)
    if ticket is None:
        return _over(request)
    try:
        action(ticket=ticket, at=timezone.now())
    except cases.NotReady:
        # An officer was faster: the page shows how it stands now, and what can be done.
        return redirect("reception:ticket", code)
    return redirect("reception:ticket", code)


def _ticket(code: str) -> Ticket | None:
    return queries.ticket_by(hashed(code), timezone.now())


def _page(request: HttpRequest, ticket: Ticket, code: str, template: str) -> HttpResponse:
    context = {"code": code, "mine": queries.mine(ticket, timezone.now())}
    return said(request, template, context, ticket.language)


def _over(request: HttpRequest) -> HttpResponse:
    language = languages.spoken(request.COOKIES.get(LANGUAGE_COOKIE)).value
    return said(request, "ticket/over.html", {}, language, status=410)


def said(
    request: HttpRequest, template: str, context: dict[str, Any], language: str, status: int = 200
) -> HttpResponse:
    """Draw a page in a language."""
    known = {"language": language, "languages": languages.choices(), **context}
    with translation.override(language):
        return render(request, template, known, status=status)
