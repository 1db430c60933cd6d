"""Leaving and coming back: the code, its QR, the officer who goes on, another language."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Resumption, Turn
from machimado.cases.applications.permissions import State
from machimado.frontyard.selfservice import permissions as doors
from machimado.frontyard.selfservice.views.door import applicants, released
from machimado.frontyard.selfservice.views.page import AIDS_COOKIE, LANGUAGE_COOKIE, here, language_of, said
from machimado.ground.people import permissions
from machimado.ground.typesetting.qr import qr_svg
from machimado.ground.ui import languages
from machimado.ground.ui.sentences import said_by


@applicants
@require_GET
def leave(request: HttpRequest, resumption: Resumption) -> HttpResponse:
    """Show how to come back, here or at a window: the code and its QR, to keep, to print or to photograph."""
    now = here(request, resumption)
    code = cases.code_of(resumption)
    address = request.build_absolute_uri(reverse("resume", args=[code]))
    context = {"code": code, "address": address, "qr": mark_safe(qr_svg(address))}  # noqa: S308 - our own drawing of our own address
    return now.show("selfservice/leave.html", context)


@applicants
@require_POST
def close(request: HttpRequest, resumption: Resumption) -> HttpResponse:
    """Let this browser forget the application, the language and how it was read: somebody else may sit down here."""
    response = redirect("selfservice:home")
    for cookie in (LANGUAGE_COOKIE, AIDS_COOKIE):
        response.delete_cookie(cookie, samesite="Lax")
    return doors.send_away(response, resumption.application_id)


@applicants
@require_POST
def new_code(request: HttpRequest, resumption: Resumption) -> HttpResponse:
    """Make another code, because the one before was lost or seen; other screens that came in by it are out."""
    renewed = cases.renew_code(resumption=resumption)
    return doors.let_in(redirect("selfservice:leave", resumption.application_id), renewed)


@applicants
@require_GET
def waiting(request: HttpRequest, resumption: Resumption) -> HttpResponse:
    """Show that an officer goes on; the page looks by itself whether the resident is to go on again."""
    now = here(request, resumption)
    if now.application.turn == Turn.RESIDENT or now.application.state in {State.SIGNED, State.SUBMITTED}:
        return now.to("selfservice:go-on")
    context = {"is_taken_up": now.application.case.officer_id is not None, "code": cases.code_of(resumption)}
    return now.show("selfservice/waiting.html", context)


@applicants
@require_POST
def alone(request: HttpRequest, resumption: Resumption) -> HttpResponse:
    """Go on alone after all, while no officer has taken it up."""
    now = here(request, resumption)
    try:
        cases.go_on_alone(application=now.application, at=now.at)
    except cases.NotReady:
        return now.to("selfservice:waiting")
    return now.to("selfservice:go-on")


@applicants
@require_POST
def speak(request: HttpRequest, resumption: Resumption) -> HttpResponse:
    """Let the application's pages speak another language."""
    cases.speak(resumption=resumption, language=languages.spoken(request.POST.get("language")).value)
    return redirect("selfservice:go-on", resumption.application_id)


@permissions.everyone
@require_http_methods(["GET", "POST"])
def resume(request: HttpRequest, code: str = "") -> HttpResponse:
    """Ask for the code, and let whoever has it go on; opening a QR code's address alone changes nothing."""
    language = language_of(request)
    if request.method == "GET":
        return said(request, "selfservice/resume.html", {"code": code[:40]}, language)
    typed = request.POST.get("code", "")
    again = {"code": typed[:40], "held": request.POST.get("held", "")}
    try:
        doors.check_not_guessing(request)
        resumption = cases.resumption_by(code=typed, at=timezone.now())
    except doors.TooMany as refusal:
        return said(
            request, "selfservice/resume.html", {**again, "reason": said_by(refusal)}, language, status=429
        )
    except cases.UnknownCode as refusal:
        doors.count_wrong_code(request)
        return said(
            request, "selfservice/resume.html", {**again, "reason": said_by(refusal)}, language, status=422
        )
    cases.keep_place(resumption=resumption, place=resumption.place, at=timezone.now())
    return doors.let_in(_resumed(request, resumption), resumption)


def _resumed(request: HttpRequest, resumption: Resumption) -> HttpResponse:
    """Lead to where the resident was; what they typed before they were asked for the code goes on from here."""
    held = released(request, resumption)
    if held is None:
        return redirect("selfservice:go-on", resumption.application_id)
    address, fields = held
    context = {"address": address, "fields": fields}
    return said(request, "selfservice/held.html", context, resumption.language)
