"""The screen in the hall that gives tickets: what for, with or without help, and the number with its QR code."""

from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Lane
from machimado.frontyard.reception import actions, queries
from machimado.frontyard.reception.doors import TICKETS
from machimado.frontyard.reception.queries import Purpose
from machimado.frontyard.reception.views.phone import LANGUAGE_COOKIE, said
from machimado.ground.devices import actions as devices
from machimado.ground.devices.queries import device_of
from machimado.ground.people import permissions
from machimado.ground.people.models import Office
from machimado.ground.typesetting.qr import qr_svg
from machimado.ground.ui import languages
from machimado.ground.ui.languages import Language

ANYTHING_ELSE = "other"


@permissions.residents
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    """Ask what for, then whether with help, and give the next number."""
    machine, at = device_of(request, kind=TICKETS), timezone.now()
    if machine is None or machine.office is None:
        return redirect("devices:show")
    devices.touch(device=machine, at=at)
    language = languages.spoken(request.COOKIES.get(LANGUAGE_COOKIE))
    purposes = queries.purposes(machine.office, timezone.localdate(at), language)
    asked = request.POST.get("procedure", request.GET.get("procedure", ""))
    chosen = purposes.by_id().get(asked)
    if request.method == "POST":
        return _give(request, machine.office, chosen, language, at)
    if chosen is None and asked != ANYTHING_ELSE:
        return said(request, "ticket/take.html", {"purposes": purposes, "office": machine.office}, language)
    context = {"chosen": chosen, "asked": asked, "key": uuid4(), "office": machine.office}
    return said(request, "ticket/help.html", context, language)


def _give(
    request: HttpRequest, office: Office, chosen: Purpose | None, language: Language, at: datetime
) -> HttpResponse:
    """Give a ticket; a tired finger that presses twice gets one."""
    try:
        ticket = actions.arrive(
            office=office,
            lane=Lane.ALONE if request.POST.get("lane") == Lane.ALONE else Lane.WITH_HELP,
            by=None,
            at=at,
            procedure=chosen.id if chosen else "",
            business_id=chosen.business_id if chosen else "",
            key=_key(request.POST.get("key", "")),
            language=language,
        )
    except cases.NotReady:
        return redirect("reception:take")
    code = actions.code_of(ticket.case)
    address = request.build_absolute_uri(reverse("reception:ticket", args=[code]))
    context = {
        "mine": queries.mine(ticket, at),
        "office": office,
        "qr": mark_safe(qr_svg(address)),  # noqa: S308 - our own drawing of our own address
    }
    response = said(request, "ticket/taken.html", context, language)
    # Whoever comes next is asked in Japanese first.
    response.delete_cookie(LANGUAGE_COOKIE, samesite="Lax")
    return response


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


@permissions.residents
@require_POST
def speak(request: HttpRequest) -> HttpResponse:
    """Let the screen speak another language until somebody takes a ticket."""
    chosen = languages.spoken(request.POST.get("language"))
    response = redirect("reception:take")
    response.set_cookie(LANGUAGE_COOKIE, chosen.value, httponly=True, samesite="Lax", secure=settings.HTTPS)
    return response
