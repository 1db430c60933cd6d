"""Before an application: what there is, what to know of it, and the beginning."""

from uuid import UUID, uuid4

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import RESUMPTIONS
from machimado.cases.terminals import queries as terminals
from machimado.frontyard.selfservice import actions, queries
from machimado.frontyard.selfservice import permissions as doors
from machimado.frontyard.selfservice.views.page import (
    AIDS_COOKIE,
    LANGUAGE_COOKIE,
    channel_of,
    language_of,
    said,
)
from machimado.ground.people import permissions
from machimado.ground.people.models import Office
from machimado.ground.ui import languages
from machimado.ground.ui.aids import Aids
from machimado.ground.ui.sentences import said_by


@permissions.everyone
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show what somebody can do here alone."""
    language, today, channel = language_of(request), timezone.localdate(), channel_of(request)
    context = {
        "events": queries.events(today, channel=channel, language=language),
        "offers": queries.offered(today, channel=channel, language=language),
    }
    return said(request, "selfservice/home.html", context, language)


@permissions.everyone
@require_GET
def machines(request: HttpRequest) -> HttpResponse:
    """Show what can be done at machines of others: where, until when, with what."""
    language = language_of(request)
    shown = languages.on_a_page(language, None)["language"]
    return said(
        request,
        "selfservice/machines.html",
        {"machines": terminals.offered(at=timezone.now(), language=shown)},
        language,
    )


@permissions.everyone
@require_GET
def about(request: HttpRequest, procedure: str) -> HttpResponse:
    """Show what to know before a procedure begins: what it is, what to have at hand, what it costs."""
    return _about(request, procedure)


def _about(request: HttpRequest, procedure: str, reason: str = "", status: int = 200) -> HttpResponse:
    language = language_of(request)
    found = queries.start(procedure, timezone.localdate(), channel=channel_of(request), language=language)
    if found is None:
        raise Http404
    # A screen in the lobby knows where it stands.
    offices = [] if doors.lobby_of(request) else queries.offices()
    context = {"start": found, "offices": offices, "key": uuid4(), "reason": reason}
    return said(request, "selfservice/about.html", context, language, status=status, spoken=found.spoken)


@permissions.everyone
@require_POST
def begin(request: HttpRequest, procedure: str) -> HttpResponse:
    """Begin, and show the first question; five clicks begin once."""
    today, channel, lobby = timezone.localdate(), channel_of(request), doors.lobby_of(request)
    if queries.start(procedure, today, channel=channel, language="ja") is None:
        raise Http404
    try:
        doors.check_not_flooding(request)
    except doors.TooMany as refusal:
        return _about(request, procedure, said_by(refusal), 429)
    application = cases.begin_alone(
        office=(lobby and lobby.office) or _office(request.POST.get("office", "")),
        procedure=procedure,
        channel=channel,
        at=timezone.now(),
        key=_key(request.POST.get("key", "")),
        language=language_of(request),
    )
    resumption = RESUMPTIONS.get(application.pk)
    response = redirect("selfservice:go-on", application.pk)
    signed_in = doors.signed_in_of(request)
    if signed_in is None:
        return doors.let_in(response, resumption)
    # Whoever is signed in needs no other key: with the sign-out this browser has none left.
    actions.join(signed_in=signed_in, resumption=resumption, at=timezone.now())
    return response


def _office(code: str) -> Office:
    """Return the office that was chosen; the head office where none was."""
    offices = queries.offices()
    return next((one for one in offices if one.code == code), offices[0])


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


@permissions.everyone
@require_POST
def speak(request: HttpRequest) -> HttpResponse:
    """Let the pages before an application speak another language."""
    return _kept(_back(request), LANGUAGE_COOKIE, languages.spoken(request.POST.get("language")).value)


@permissions.everyone
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Let the pages be read more easily: ふりがな, the size of the text, its colours; until whoever sits there leaves."""
    known = Aids.read(request.COOKIES.get(AIDS_COOKIE))
    return _kept(_back(request), AIDS_COOKIE, known.changed(request.POST.dict()).kept)


def _back(request: HttpRequest) -> HttpResponse:
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "selfservice:home")


def _kept(response: HttpResponse, cookie: str, value: str) -> HttpResponse:
    """Keep something for this sitting; it is gone with the browser, or when somebody says that they leave."""
    response.set_cookie(cookie, value, httponly=True, samesite="Lax", secure=settings.HTTPS)
    return response
