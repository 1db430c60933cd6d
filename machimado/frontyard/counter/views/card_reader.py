"""The card reader beside the officer: paired with a desk, asked for a reading, and what was read taken in."""

from functools import partial
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, Case
from machimado.cases.applications.permissions import SERVING, State, WrongState, check_state
from machimado.cases.applications.rules.card import Card
from machimado.cases.register import actions as register
from machimado.cases.register.queries import SearchResult
from machimado.frontyard.counter import actions, queries
from machimado.frontyard.counter.models import Desk
from machimado.frontyard.counter.rules.seal import Sealed, SealRefused
from machimado.frontyard.counter.views.desk import desk_of
from machimado.frontyard.counter.views.interview import application_or_404, shown, with_page
from machimado.ground.people import permissions
from machimado.ground.people.models import Officer

FIND = "find"
# What a page may not go on with.
REFUSED = 409


@permissions.officers(*SERVING)
@require_POST
def pair(request: HttpRequest) -> HttpResponse:
    """Keep the key of the agent with which the page has just paired the desk."""
    key, by = request.POST.get("key", ""), permissions.by(request)
    try:
        desk = actions.pair_reader(desk=desk_of(request), key=key, by=by, at=timezone.now())
    except actions.PairingRefused as refusal:
        return JsonResponse({"message": str(refusal)}, status=REFUSED)
    messages.success(request, f"窓口{desk.number}にカードリーダーをつなぎました。")
    return JsonResponse({})


@permissions.officers(*SERVING)
@require_POST
def unpair(request: HttpRequest) -> HttpResponse:
    """Take the desk's card reader away."""
    desk = desk_of(request)
    if desk is not None:
        actions.unpair_reader(desk=desk, by=permissions.by(request), at=timezone.now())
        messages.success(request, "カードリーダーを外しました。")
    return redirect("counter:desk")


@permissions.officers(*SERVING)
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask the desk's agent for a reading, to find somebody by."""
    return _ask(request, FIND)


@permissions.officers(*SERVING)
@require_POST
def ask_for(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Ask the desk's agent for a reading, for an application."""
    application = application_or_404(request, application_id)
    return _ask(request, str(application.pk), application)


def _ask(request: HttpRequest, use: str, application: Application | None = None) -> HttpResponse:
    desk, nonce = desk_of(request), request.POST.get("nonce", "")
    case = application.case if application else None
    now, by = timezone.now(), permissions.by(request)
    try:
        purpose, proof = actions.ask_reading(desk=desk, nonce=nonce, use=use, by=by, at=now, case=case)
    except actions.ReaderRefused as refusal:
        return JsonResponse({"message": str(refusal)}, status=REFUSED)
    return JsonResponse({"purpose": purpose, "proof": proof})


@permissions.officers(*SERVING)
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Show who of the register the card may belong to, and in what they differ; the officer decides."""
    try:
        card = opened(request, FIND)
    except (actions.ReaderRefused, SealRefused) as refusal:
        return render(request, "counter/_card_refused.html", {"refusal": str(refusal)})
    found = _search(card, permissions.by(request))
    context = {
        "lines": queries.card_lines(card, is_hidden=any(hit.shielded for hit in found.hits)),
        "matches": queries.matches(card, found),
        "more": found.more,
        "case_id": request.POST.get("case", ""),
        "procedure": queries.choice(request.POST.get("procedure", ""), timezone.localdate()),
        "newcomer_key": uuid4(),
        "sealed": sealed_of(request),
    }
    return render(request, "counter/_card_found.html", context)


def _search(card: Card, by: Officer) -> SearchResult:
    """Search by name and birth date; where a name has changed since, or a date is not known, by one of them."""
    born = card.born if "X" not in card.born else ""
    found = SearchResult((), more=False, understood_as=(), advice="")
    for text in dict.fromkeys((f"{card.name} {born}".strip(), card.name, born)):
        if text and not found.hits:
            found = register.search(text=text, by=by)
    return found


@permissions.officers(*SERVING)
@require_POST
def compare(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Show the card beside the register, and what it would answer, before anything is taken."""
    application = application_or_404(request, application_id)
    try:
        check_state(application, State.INTERVIEW)
        card = opened(request, str(application.pk), application.case)
    except (actions.ReaderRefused, SealRefused, WrongState) as refusal:
        return render(request, "counter/_card_refused.html", {"refusal": str(refusal)})
    resident = application.case.resident
    context = {
        "application": application,
        "lines": queries.card_lines(card, resident, is_hidden=resident is not None and resident.shielded),
        "resident": resident,
        "filled": queries.filled(application, card, at=timezone.now()),
        "sealed": sealed_of(request),
    }
    return render(request, "counter/_card_compared.html", context)


@permissions.officers(*SERVING)
@require_POST
def take(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Put in what the card says, where nobody has said anything."""
    return with_page(request, application_id, partial(_take, request))


def _take(request: HttpRequest, application: Application, desk: Desk | None) -> HttpResponse:
    """Raises: WrongState."""
    now, by = timezone.now(), permissions.by(request)
    try:
        card = opened(request, str(application.pk), application.case)
    except (actions.ReaderRefused, SealRefused) as refusal:
        messages.error(request, str(refusal))
        return shown(request, application, desk=desk)
    taken = cases.take_card(application=application, card=card, by=by, at=now)
    return shown(request, taken, desk=desk)


def sealed_of(request: HttpRequest) -> Sealed:
    """Return what a page brings of a reading."""
    parts = ("reading", "nonce", "purpose", "seal")
    return Sealed(*(request.POST.get(part, "") for part in parts))


def opened(request: HttpRequest, use: str, case: Case | None = None) -> Card:
    """Return the card that a page brings, read at its desk for this use.

    Raises: ReaderRefused, SealRefused.
    """
    desk, by, now = desk_of(request), permissions.by(request), timezone.now()
    return actions.opened(desk=desk, sealed=sealed_of(request), use=use, by=by, at=now, case=case)
