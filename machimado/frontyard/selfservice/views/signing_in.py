"""Signing in by the city's identity provider, and out again: nobody has to, and the way without stays open."""

import logging
import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import RESUMPTIONS, Resumption
from machimado.frontyard.selfservice import actions, queries
from machimado.frontyard.selfservice import permissions as doors
from machimado.frontyard.selfservice.models import SignIn
from machimado.frontyard.selfservice.provider import Known, ProviderFailed, Way, is_offered, provider
from machimado.frontyard.selfservice.views.door import applicants
from machimado.frontyard.selfservice.views.page import here, language_of, said
from machimado.ground.people import permissions

log = logging.getLogger(__name__)
# One way to the provider at a time, in this browser alone.
WAY_COOKIE = "machimado_sign_in"
WAY_PATH = "/apply/sign-in/"
WAY_SALT = "machimado.selfservice.way"
WAY_SECONDS = 15 * 60
# Back to a page of ours, never anywhere else.
_OURS = re.compile(r"/apply/(?:[\w-][\w.-]*/)*", re.ASCII)


@permissions.everyone
@require_GET
def sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the identity provider, and from there back to one of these pages."""
    return _lead(request, ours(request.GET.get("next", "")), None)


@applicants
@require_GET
def sign_in_midway(request: HttpRequest, resumption: Resumption) -> HttpResponse:
    """Lead to the identity provider from an application that was begun without; it will be that of whoever signs in."""
    return _lead(request, doors.home_of(resumption.application_id), resumption)


def _lead(request: HttpRequest, next_page: str, resumption: Resumption | None) -> HttpResponse:
    if not is_offered():
        return redirect("selfservice:home")
    way, is_lobby = Way.new(), doors.lobby_of(request) is not None
    try:
        doors.check_not_signing_in_again_and_again(request)
        # On a screen in the lobby nobody rides on whoever signed in at the provider before.
        place = provider().address(way, back=_back(request), language=language_of(request), again=is_lobby)
    except doors.TooMany as refusal:
        return _failed(request, "too-many", 429, str(refusal))
    except ProviderFailed as failure:
        return _away(request, failure)
    joining = [str(resumption.application_id), resumption.epoch] if resumption else []
    response = HttpResponse(status=302, headers={"Location": place})
    response.set_cookie(
        WAY_COOKIE,
        signing.dumps([way.state, way.nonce, way.verifier, next_page, joining], salt=WAY_SALT),
        path=WAY_PATH,
        max_age=WAY_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.HTTPS,
    )
    return response


def ours(address: str) -> str:
    """Return an address where it is one of these pages; the list of one's own applications otherwise."""
    return address if _OURS.fullmatch(address) else reverse("selfservice:mine")


def _back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("selfservice:sign-in-return"))


@permissions.everyone
@require_GET
def come_back(request: HttpRequest) -> HttpResponse:
    """Take whoever comes back from the identity provider; what came once comes no second time."""
    found = _way(request)
    if not is_offered() or found is None:
        return _forget_way(_failed(request, "again", 400))
    if request.GET.get("error") and request.GET.get("state") == found.way.state:
        return _forget_way(_failed(request, "stopped", 200))
    try:
        known = provider().known(found.way, answer=request.GET.dict(), back=_back(request))
    except ProviderFailed as failure:
        return _forget_way(_away(request, failure))
    return _forget_way(_signed_in(request, known, found))


@dataclass(frozen=True, slots=True)
class _Held:
    """What this browser keeps meanwhile: the way, where it goes on, and which application (id, generation of its code) joins."""

    way: Way
    next_page: str
    joining: list[Any]


def _way(request: HttpRequest) -> _Held | None:
    try:
        held = signing.loads(request.COOKIES.get(WAY_COOKIE, ""), salt=WAY_SALT, max_age=WAY_SECONDS)
    except signing.BadSignature:
        return None
    return _Held(Way(*held[:3]), *held[3:])


def _forget_way(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(WAY_COOKIE, path=WAY_PATH, samesite="Lax")
    return response


def _signed_in(request: HttpRequest, known: Known, held: _Held) -> HttpResponse:
    before, now = doors.signed_in_of(request), timezone.now()
    is_lobby = doors.lobby_of(request) is not None
    secret, signed_in = actions.sign_in(known=known, is_lobby=is_lobby, before=before, at=now)
    response = doors.keep_signed_in(redirect(held.next_page), secret)
    return _joined(response, signed_in, held) if held.joining else response


def _joined(response: HttpResponse, signed_in: SignIn, held: _Held) -> HttpResponse:
    """Let the application from which they went to sign in be theirs: from now on by the sign-in, no more by its cookie."""
    resumption = RESUMPTIONS.find(held.joining[0])
    if resumption is None or resumption.epoch != held.joining[1]:
        return response
    try:
        actions.join(signed_in=signed_in, resumption=resumption, at=timezone.now())
    except cases.NotReady:
        # Somebody else's who signed in: it stays open here by its code, as it was.
        return response
    return doors.send_away(response, resumption.application_id)


def _away(request: HttpRequest, failure: ProviderFailed) -> HttpResponse:
    log.warning("sign-in of a resident: %s", failure.cause)
    return _failed(request, "away", 503)


def _failed(request: HttpRequest, why: str, status: int, reason: str = "") -> HttpResponse:
    context = {"why": why, "reason": reason}
    return said(request, "selfservice/sign_in_failed.html", context, language_of(request), status=status)


@applicants
@require_POST
def join(request: HttpRequest, resumption: Resumption) -> HttpResponse:
    """Put the application, which was opened by its code, among those of whoever is signed in."""
    signed_in, now = doors.signed_in_of(request), here(request, resumption)
    if signed_in is None:
        return now.to("selfservice:go-on")
    try:
        actions.join(signed_in=signed_in, resumption=resumption, at=now.at)
    except cases.NotReady as refusal:
        return now.show("selfservice/sign_in_failed.html", {"why": "others", "reason": str(refusal)}, 409)
    return doors.send_away(now.to("selfservice:go-on"), resumption.application_id)


@permissions.everyone
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Show the applications of whoever is signed in: how each stands, and the way on."""
    signed_in, now, language = doors.signed_in_of(request), timezone.now(), language_of(request)
    if signed_in is None:
        return redirect("selfservice:home")
    actions.touch(signed_in=signed_in, at=now)
    context = {"own": queries.own(signed_in.person, at=now, language=language)}
    return said(request, "selfservice/mine.html", context, language)


@permissions.everyone
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out, here and at the identity provider."""
    return leave_provider(request, then="selfservice:signed-out")


def leave_provider(request: HttpRequest, *, then: str) -> HttpResponse:
    """Sign out whoever is signed in, and lead on: by way of the identity provider, where it wants to know.

    A page of its own leads there: the browser would not follow a form's answer to another place.
    """
    signed_in = doors.signed_in_of(request)
    if signed_in is None:
        return doors.keep_signed_out(redirect(then))
    language = language_of(request)
    actions.sign_out(signed_in=signed_in, at=timezone.now())
    request.signed_in = None  # type: ignore[attr-defined]
    back = request.build_absolute_uri(reverse("selfservice:signed-out"))
    place = provider().leaving_address(signed_in.id_token, back=back) if is_offered() else ""
    if not place:
        return doors.keep_signed_out(redirect(then))
    return doors.keep_signed_out(said(request, "selfservice/signing_out.html", {"place": place}, language))


@permissions.everyone
@require_GET
def signed_out(request: HttpRequest) -> HttpResponse:
    """Show that nobody is signed in any more; a screen in the lobby begins anew."""
    if doors.lobby_of(request) is not None:
        return redirect("selfservice:home")
    return said(request, "selfservice/signed_out.html", {}, language_of(request))
