"""The end: everything once more, the signature, and how it stands afterwards."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, Resumption
from machimado.cases.applications.permissions import RUNNING, State, WrongState
from machimado.cases.applications.rules import signature
from machimado.cases.certificates import actions as certificates
from machimado.cases.certificates.queries import Standing, standing
from machimado.frontyard.selfservice import actions, queries
from machimado.frontyard.selfservice.permissions import lobby_of, signed_in_of
from machimado.frontyard.selfservice.rules import walk
from machimado.frontyard.selfservice.views.door import applicants, at_desks_too
from machimado.frontyard.selfservice.views.page import CHECK, Here, here
from machimado.ground.systems import SystemFailure
from machimado.ground.ui.sentences import said_by


@applicants
@at_desks_too
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, resumption: Resumption) -> HttpResponse:
    """Show all answers once more; go on to the signature where nothing is missing."""
    now = here(request, resumption)
    if now.elsewhere() not in {"", "selfservice:check"}:
        return now.to(now.elsewhere())
    if request.method == "POST":
        return _to_sign(now) if now.desk is None else _to_officer(now)
    now.stands_at(CHECK)
    return _check_page(now)


def _check_page(now: Here, reason: str = "", status: int = 200) -> HttpResponse:
    context = {"sheet": now.sheet, "reason": reason, "open": walk.first_open(now.stops)}
    return now.show("selfservice/check.html", context, status)


def _to_sign(now: Here) -> HttpResponse:
    try:
        if now.application.state == State.INTERVIEW:
            cases.to_review(application=now.application, by=None, at=now.at)
    except cases.NotReady as refusal:
        return _check_page(now, said_by(refusal), 422)
    except WrongState:
        return now.to("selfservice:go-on")
    return now.to("selfservice:sign")


def _to_officer(now: Here) -> HttpResponse:
    """Give the application to the officer at the desk, who asks what only officers do, and for the signature."""
    try:
        cases.ask_for_officer(application=now.application, at=now.at)
    except WrongState:
        return now.to("selfservice:go-on")
    now.tell_officer()
    return now.to("selfservice:waiting")


@applicants
@require_POST
def change(request: HttpRequest, resumption: Resumption) -> HttpResponse:
    """Open the answers again, which were checked or signed already, until somebody at the city hall has them in hand."""
    now = here(request, resumption)
    if _is_their_own(now):
        cases.back_to_interview(application=now.application, by=None, at=now.at)
    place = request.POST.get("place", "")
    return now.to("selfservice:question", place) if place else now.to("selfservice:go-on")


def _is_their_own(now: Here) -> bool:
    """Return whether the resident may still change or withdraw what they have begun."""
    return now.application.state in RUNNING and now.application.case.officer_id is None


@applicants
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, resumption: Resumption) -> HttpResponse:
    """Take the signature: drawn, or the name typed by whoever cannot draw."""
    now = here(request, resumption)
    if now.application.state != State.REVIEW:
        return now.to("selfservice:go-on")
    if request.method == "GET":
        return now.show("selfservice/sign.html", {"sheet": now.sheet})
    try:
        drawn = signature.given(request.POST.get("typed_name", ""), request.POST.get("strokes", ""))
        revision = request.POST.get("revision", "")
        shown = int(revision) if revision.isascii() and revision.isdecimal() and len(revision) < 10 else -1
        signed = cases.sign(application=now.application, signature=drawn, by=None, at=now.at, revision=shown)
    except signature.SignatureRefused as refusal:
        return now.show("selfservice/sign.html", {"sheet": now.sheet, "reason": said_by(refusal)}, 422)
    except WrongState:
        return now.to("selfservice:go-on")
    _send_alone(now, signed)
    return now.to("selfservice:state")


def _send_alone(now: Here, signed: Application) -> None:
    """Send it without an officer, at a terminal in the lobby where whoever signed is signed in and surely known."""
    signed_in = signed_in_of(now.request)
    if signed_in is not None and lobby_of(now.request) is not None:
        identity = actions.identity_of(signed_in)
        cases.send_alone(application=signed, person=signed_in.person, identity=identity, at=now.at)


@applicants
@require_GET
def state(request: HttpRequest, resumption: Resumption) -> HttpResponse:
    """Show how it stands with what was sent."""
    now = here(request, resumption)
    if now.application.state in {State.INTERVIEW, State.REVIEW}:
        return now.to("selfservice:go-on")
    may_change = _is_their_own(now)
    context = {
        "sent": queries.sent(now.application, at=now.at, language=now.language),
        "code": cases.code_of(resumption),
        "may_change": may_change,
        "certificate": (found := _certificate(now)),
        # What is to be brought, and what is done elsewhere: the way home begins here, and the code leads back to it.
        "sheet": now.sheet,
        # Nothing will change by itself any more: the page need not look again.
        "is_final": now.application.state == State.CANCELLED
        or (found is not None and found.state == "printed"),
    }
    return now.show("selfservice/state.html", context)


def _certificate(now: Here) -> Standing | None:
    """Return the certificate that is printed here: at a terminal in the lobby, of what was applied for."""
    if lobby_of(now.request) is None or now.application.state != State.SUBMITTED:
        return None
    return standing(certificates.issue(application=now.application, at=now.at))


@applicants
@require_POST
def print_certificate(request: HttpRequest, resumption: Resumption) -> HttpResponse:
    """Print the certificate that was paid for: on the terminal's own printer, or from its browser."""
    now, lobby = here(request, resumption), lobby_of(request)
    found = certificates.issue(application=now.application, at=now.at)
    if lobby is None or found is None:
        return now.to("selfservice:state")
    try:
        if lobby.printer:
            certificates.print_out(certificate=found, queue=lobby.printer, by=None, at=now.at)
            return now.to("selfservice:state")
        pdf = certificates.document(certificate=found, by=None, at=now.at)
    except (
        certificates.NotPaid,
        certificates.NotIssued,
        certificates.PrinterAway,
        SystemFailure,
    ) as refusal:
        return now.show("selfservice/not_printed.html", {"reason": said_by(refusal)}, 409)
    return HttpResponse(pdf, content_type="application/pdf")


@applicants
@require_POST
def withdraw(request: HttpRequest, resumption: Resumption) -> HttpResponse:
    """Take back what was sent, or give up what was begun, while nobody at the city hall has it in hand."""
    now = here(request, resumption)
    if _is_their_own(now):
        cases.cancel(application=now.application, by=None, at=now.at)
    return now.to("selfservice:state")
