"""What a resident has begun alone comes to an officer, and goes back: by its QR code, from the list, at any question."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import APPLICATIONS, RESUMPTIONS, Application, Resumption, Turn
from machimado.cases.applications.permissions import SERVING, State, WrongState
from machimado.cases.applications.rules.answers import take
from machimado.frontyard.counter import actions, queries
from machimado.frontyard.counter.models import Desk
from machimado.frontyard.counter.views.desk import desk_of, show_to_resident
from machimado.frontyard.counter.views.interview import application_or_404, shown, with_page
from machimado.ground.people import permissions
from machimado.ground.typesetting.qr import qr_svg


@permissions.officers(*SERVING)
@require_GET
def from_code(request: HttpRequest, code: str) -> HttpResponse:
    """Show what a resident's code stands for, with one button to go on with it."""
    try:
        resumption = cases.resumption_by(code=code, at=timezone.now())
    except cases.UnknownCode as refusal:
        messages.error(request, str(refusal))
        return redirect("counter:home")
    context = {"brought": queries.brought(resumption, code=code, at=timezone.now())}
    return render(request, "counter/from_code.html", context)


@permissions.officers(*SERVING)
@require_POST
def take_over(request: HttpRequest, code: str) -> HttpResponse:
    """Go on with what the resident who stands here has begun."""
    try:
        resumption = cases.resumption_by(code=code, at=timezone.now())
        application = cases.take_over(
            application=APPLICATIONS.get(resumption.application_id),
            by=permissions.by(request),
            at=timezone.now(),
        )
    except (cases.UnknownCode, cases.NotReady, WrongState) as refusal:
        messages.error(request, str(refusal))
        return redirect("counter:home")
    return _in_hand(request, application)


def _in_hand(request: HttpRequest, application: Application) -> HttpResponse:
    """Lead to who it is, where that is not known yet, or to the interview."""
    actions.make_room(desk=desk_of(request), case=application.case)
    if application.case.resident_id is None and not application.case.newcomer:
        address = reverse("counter:home")
        words = queries.who_says(application)
        return redirect(f"{address}?case={application.case_id}&q={words}")
    show_to_resident(request, desk_of(request), application)
    return redirect("counter:interview", application.pk)


@permissions.officers(*SERVING)
@require_POST
def accept(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Take up what has arrived: signed from elsewhere, or given up by a resident who asked for an officer."""
    application = application_or_404(request, application_id)
    act = cases.accept if application.state == State.SIGNED else cases.take_over
    try:
        taken = act(application=application, by=permissions.by(request), at=timezone.now())
    except (cases.NotReady, WrongState) as refusal:
        messages.error(request, str(refusal))
        return redirect("counter:home")
    return _in_hand(request, taken)


@permissions.officers(*SERVING)
@require_POST
def hand_back(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Let the resident go on alone from here, by a code, with what they should look at; what was being typed is kept."""

    def step(application: Application, desk: Desk | None) -> HttpResponse:
        try:
            _hand_back(request, application, desk)
        except cases.NotReady as refusal:
            return shown(request, application, desk=desk, status=422, not_ready=refusal)
        return _led(request, reverse("counter:handed", args=[application.pk]))

    return with_page(request, application_id, step)


@transaction.atomic
def _hand_back(request: HttpRequest, application: Application, desk: Desk | None) -> None:
    actions.hold(desk, application)
    resumption = cases.hand_back(
        application=application,
        by=permissions.by(request),
        at=timezone.now(),
        note=request.POST.get("note", "").strip(),
    )
    if desk is not None and desk.shown_id == application.pk:
        cases.speak(resumption=resumption, language=desk.language)
    actions.take_screen(desk=desk, application=application)
    actions.tell_desk_and_screen(desk)


def _led(request: HttpRequest, address: str) -> HttpResponse:
    """Lead to another page, also whoever asked by htmx."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


@permissions.officers(*SERVING)
@require_POST
def give(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Let whoever sits here go on at the desk's own screen, from the question at which the officer stands."""

    def step(application: Application, desk: Desk | None) -> HttpResponse:
        place = request.POST.get("stands", "")
        at_question = place if cases.form_of(application).question(place) else ""
        try:
            actions.give(
                desk=desk,
                application=application,
                by=permissions.by(request),
                at=timezone.now(),
                place=at_question,
            )
        except (cases.NotReady, actions.NoScreen) as refusal:
            return shown(request, application, desk=desk, status=422, not_ready=refusal)
        return shown(request, APPLICATIONS.get(application.pk), desk=desk)

    return with_page(request, application_id, step)


@permissions.officers(*SERVING)
@require_GET
def handed(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Show the code by which the resident goes on, and what they are told; more can be told while they do."""
    application = application_or_404(request, application_id)
    resumption = RESUMPTIONS.find(application_id)
    if resumption is None or application.turn != Turn.RESIDENT:
        return redirect("counter:interview", application_id)
    return _handed(request, application, resumption)


def _handed(request: HttpRequest, application: Application, resumption: Resumption) -> HttpResponse:
    code = cases.code_of(resumption)
    address = request.build_absolute_uri(reverse("resume", args=[code]))
    context = {
        "application": application,
        "case": application.case,
        "title": application.definition.title,
        "code": code,
        "note": resumption.note,
        "phone": take(application.answers, "contact.phone"),
        "is_here": application.case.officer_id is not None,
        "qr": mark_safe(qr_svg(address)),  # noqa: S308 - our own drawing of an address of ours
    }
    return render(request, "counter/handed.html", context)


@permissions.officers(*SERVING)
@require_POST
def take_back(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Go on again with what was handed to the resident."""
    application = application_or_404(request, application_id)
    try:
        taken = cases.take_over(application=application, by=permissions.by(request), at=timezone.now())
    except (cases.NotReady, WrongState) as refusal:
        messages.error(request, str(refusal))
        return redirect("counter:interview", application_id)
    desk = desk_of(request)
    actions.attend(desk=desk, application=taken, at=timezone.now())
    actions.tell_desk_and_screen(desk)
    return redirect(reverse("counter:interview", args=[application_id]) + queries.anchor_of(taken))
