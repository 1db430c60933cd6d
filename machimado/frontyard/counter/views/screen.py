"""The resident's screen. It has one address, needs no sign-in but its own cookie, and shows what its desk shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_GET, require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application
from machimado.cases.applications.permissions import State, WrongState
from machimado.cases.applications.rules import signature
from machimado.cases.applications.rules.sheet import Sheet
from machimado.frontyard.counter import actions, alone, queries
from machimado.frontyard.counter.doors import SCREEN_COOKIE
from machimado.frontyard.counter.models import Desk, Screen
from machimado.ground.people import permissions
from machimado.ground.rows.secrets import hashed
from machimado.ground.ui import aids, languages
from machimado.ground.ui.aids import Aids
from machimado.ground.ui.languages import Language

SEEN_EVERY = timedelta(seconds=10)
COOKIE_DAYS = 400


@dataclass(frozen=True, slots=True)
class Place:
    """How far somebody has read: a step of the review, and of which one (`of`): whatever changes is read from the start."""

    step: int = 1
    of: str = ""


@permissions.residents
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show the resident's screen; a tablet that was never here becomes a screen that waits to be connected."""
    now = timezone.now()
    screen = _screen(request)
    secret = ""
    try:
        if screen is None:
            screen, secret = actions.new_screen(at=now)
    except actions.PairingRefused as refusal:
        return render(request, "screen/refused.html", {"reason": str(refusal)}, status=429)
    if screen.desk is not None and "step" in request.GET:
        actions.touch(desk=screen.desk, at=now)
    if address := _alone(screen, now):
        return redirect(address)
    context = _context(screen, now, _place(request.GET))
    response = _said(request, "screen/page.html", context)
    if secret:
        _keep(response, secret)
    return response


@permissions.residents
@require_GET
def now(request: HttpRequest) -> HttpResponse:
    """Show what the desk shows now; nothing is sent when the screen shows it already."""
    moment = timezone.now()
    screen = _screen(request)
    if screen is None:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    # By itself the page says what it has; a button does not.
    if screen.desk is not None and "seen" not in request.GET:
        actions.touch(desk=screen.desk, at=moment)
    if address := _alone(screen, moment):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    context = _context(screen, moment, _place(request.GET))
    if request.GET.get("seen") == context["version"]:
        return HttpResponse(status=204)
    return _said(request, "screen/_now.html", context)


def _alone(screen: Screen, at: datetime) -> str:
    """Return where whoever sits there goes on by themselves; nothing while the officer does."""
    application = alone.goes_on_alone(screen.desk, at) if screen.desk is not None else None
    return reverse(alone.page_alone(), args=[application.pk]) if application is not None else ""


@permissions.residents
@require_GET
def still(request: HttpRequest) -> HttpResponse:
    """Tell a page, on which somebody goes on alone, whether it is still theirs: it asks again and again.

    "alone": it is. "officer": the officer has taken over. "hidden": nobody has done anything for long. "gone": it is nobody's.
    """
    now, screen = timezone.now(), _screen(request)
    if screen is None or screen.desk is None or str(screen.desk.showing) != request.GET.get("showing"):
        return JsonResponse({"still": "gone"})
    if "touched" in request.GET:
        actions.touch(desk=screen.desk, at=now)
    _seen_now(screen, now)
    return JsonResponse({"still": _still(screen.desk, now)})


def _still(desk: Desk, at: datetime) -> str:
    if _is_left(desk, at):
        return "hidden"
    if _seen(desk, at) is None or desk.given_at is None:
        return "gone"
    return "alone" if alone.goes_on_alone(desk, at) else "officer"


def _seen_now(screen: Screen, at: datetime) -> None:
    if at - screen.seen_at > SEEN_EVERY:
        Screen.objects.filter(pk=screen.pk).update(seen_at=at)


def _said(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Draw the screen in the language of whoever sits there."""
    with translation.override(context["language"]):
        drawn = render(request, template, context)
    return aids.furnished(drawn, Aids.read(context["reads"]), context["language"])


def _screen(request: HttpRequest) -> Screen | None:
    secret = request.COOKIES.get(SCREEN_COOKIE, "")
    return queries.screen_of(hashed(secret)) if secret else None


def _keep(response: HttpResponse, secret: str) -> None:
    """Let the tablet stay the desk's screen over restarts. The cookie says which tablet it is, and nothing of residents."""
    response.set_cookie(
        SCREEN_COOKIE,
        secret,
        max_age=timedelta(days=COOKIE_DAYS),
        httponly=True,
        samesite="Lax",
        secure=settings.HTTPS,
    )


def _context(screen: Screen, at: datetime, place: Place) -> dict[str, Any]:
    _seen_now(screen, at)
    if screen.desk is None:
        code = actions.fresh_code(screen=screen, at=at)
        here = {"language": Language.JAPANESE, "reads": "", "version": f"pairing-{code}"}
        return {"phase": "pairing", "code": code, **here}
    known = languages.on_a_page(screen.desk.language, queries.spoken(_seen(screen.desk, at)))
    known |= {"reads": screen.desk.reads, **aids.on_a_page(screen.desk.reads)}
    shown = _shown(screen.desk, at, place, known["language"])
    shown["version"] += f"-{screen.desk.reads}"
    return {"desk": screen.desk, **known, **shown}


def _seen(desk: Desk, at: datetime) -> Application | None:
    """Return what the screen shows of an application: nothing once its case has ended, or while it is hidden."""
    return desk.shown if alone.is_seen(desk, at) else None


def _shown(desk: Desk, at: datetime, place: Place, language: str) -> dict[str, Any]:
    application, chosen = _seen(desk, at), desk.language
    if application is None:
        phase = "hidden" if _is_left(desk, at) else "waiting"
        return {"phase": phase, "version": f"{phase}-{desk.showing}-{chosen}"}
    sheet = queries.screen_sheet(application, at=at, language=language)
    of = f"{desk.showing}-{application.revision}"
    step = place.step if application.state == State.REVIEW and place.of == of else 1
    return {
        "phase": application.state,
        "application": application,
        "sheet": sheet,
        "parts": queries.parts(application, at=at),
        "of": of,
        **_current(sheet, desk.question),
        **_review_step(sheet, step, with_signature=cases.needs_signature(application)),
        "version": f"{of}-{application.state}-{desk.question}-{chosen}-{step}",
    }


def _is_left(desk: Desk, at: datetime) -> bool:
    """Return whether something is still to be seen there, and hidden because nobody has done anything for so long."""
    return desk.shown is not None and actions.is_to_be_seen(desk.shown) and desk.is_hidden(at)


def _place(asked: QueryDict) -> Place:
    step = _whole(asked.get("step"))
    return Place(step if step > 0 else 1, asked.get("of", ""))


def _whole(text: str | None) -> int:
    """Return the number that a form of ours brings back; -1 for what none of ours brings."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _review_step(sheet: Sheet, step: int, *, with_signature: bool) -> dict[str, Any]:
    """Return the part of the review that stands at `step`: the chapters one after the other, the signature last."""
    parts = [section for section in sheet.sections if section.has_words]
    steps = len(parts) + (1 if with_signature else 0)
    at = min(max(step, 1), steps)
    part = parts[at - 1] if at <= len(parts) else None
    return {"step": at, "steps": steps, "all_steps": range(1, steps + 1), "part": part}


def _current(sheet: Sheet, path: str) -> dict[str, Any]:
    """Return the question that is being talked about, the chapter it stands in, and what else is answered there."""
    for section in sheet.sections:
        for line in section.lines():
            if line.path == path:
                others = [
                    one for one in section.lines() if one.words and one.path != path and one.kind != "group"
                ]
                return {"current": line, "chapter": section, "others": others}
    return {"current": None, "chapter": None, "others": []}


@permissions.residents
@require_GET
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Connect the tablet that opened a desk's QR code."""
    moment = timezone.now()
    screen = _screen(request)
    cookie = ""
    try:
        if screen is None:
            screen, cookie = actions.new_screen(at=moment)
        actions.accept(secret=secret, screen=screen, at=moment)
        response: HttpResponse = redirect("counter:screen")
    except actions.PairingRefused as refusal:
        response = render(request, "screen/refused.html", {"reason": str(refusal)}, status=410)
    if cookie:
        _keep(response, cookie)
    return response


@permissions.residents
@require_POST
def speak(request: HttpRequest) -> HttpResponse:
    """Let the screen speak the language that whoever sits there has chosen."""
    screen, place = _screen(request), _place(request.POST)
    desk, chosen = screen.desk if screen else None, request.POST.get("language", "")
    # A page that was made for somebody who has left says nothing about whoever sits there now.
    is_of_now = desk is not None and str(desk.showing) == request.POST.get("showing")
    if desk is not None and is_of_now and chosen in Language.values:
        actions.touch(desk=desk, at=timezone.now())
        actions.speak(desk=desk, language=Language(chosen))
    return _from_the_start(request, place)


@permissions.residents
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Let the screen be read more easily by whoever sits there: ふりがな, the size of the text, its colours."""
    screen, place = _screen(request), _place(request.POST)
    desk = screen.desk if screen else None
    if desk is not None and str(desk.showing) == request.POST.get("showing"):
        actions.touch(desk=desk, at=timezone.now())
        actions.make_readable(desk=desk, aids=Aids.read(desk.reads).changed(request.POST.dict()))
    return _again(request) if request.headers.get("HX-Request") == "true" else _from_the_start(request, place)


def _from_the_start(request: HttpRequest, place: Place) -> HttpResponse:
    """Draw the whole page anew, where it stood."""
    again = f"{reverse('counter:screen')}?{urlencode({'step': place.step, 'of': place.of[:100]})}"
    # By htmx a tablet without a connection stays on its page, where nobody could type an address.
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": again})
    return redirect(again)


@permissions.residents
@require_POST
def wrong(request: HttpRequest) -> HttpResponse:
    """The resident found something to put right: back to the interview, and the officer's page says so."""
    desk = _desk_showing(request)
    if desk is not None and desk.shown is not None:
        try:
            cases.back_to_interview(application=desk.shown, by=None, at=timezone.now())
        except WrongState:
            return _again(request)
        actions.object_to(desk=desk, section=_section(desk.shown, request.POST.get("section", "")))
    return _again(request)


def _section(application: Application, given: str) -> str:
    """Return the section if the form has it: whatever else a tablet sends is not kept."""
    sections = cases.form_of(application).procedure.sections
    return given if any(section.id == given for section in sections) else ""


@permissions.residents
@require_POST
def sign(request: HttpRequest) -> HttpResponse:
    """Take the resident's signature: drawn, or the name typed by whoever cannot draw."""
    desk = _desk_showing(request)
    if desk is None or desk.shown is None:
        return _again(request)
    try:
        drawn = signature.given(request.POST.get("typed_name", ""), request.POST.get("strokes", ""))
        seen = _whole(request.POST.get("revision"))
        cases.sign(application=desk.shown, signature=drawn, by=None, at=timezone.now(), revision=seen)
    except signature.SignatureRefused as refusal:
        return _again(request, str(refusal))
    except WrongState:
        return _again(request)
    actions.tell_screen_of(desk)
    actions.tell_desk(desk)
    return _again(request)


def _desk_showing(request: HttpRequest) -> Desk | None:
    """Return the desk if it still shows what the resident's page was made for: an old page cannot act on a new case.

    That somebody is here is kept.
    """
    screen = _screen(request)
    if screen is None or screen.desk is None or str(screen.desk.showing) != request.POST.get("showing"):
        return None
    desk, now = screen.desk, timezone.now()
    if _seen(desk, now) is None:
        return None
    actions.touch(desk=desk, at=now)
    return desk


def _again(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show the screen as it is now, where the page stood."""
    screen = _screen(request)
    if screen is None or request.headers.get("HX-Request") != "true":
        return redirect("counter:screen")
    return _said(
        request,
        "screen/_now.html",
        {**_context(screen, timezone.now(), _place(request.POST)), "reason": reason},
    )
