"""A case goes on to another section or office, with its applications, and may be taken back until somebody calls it."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Case, Transfer
from machimado.cases.applications.permissions import SERVING
from machimado.frontyard.counter import actions, queries
from machimado.frontyard.counter.views.case import case_or_404
from machimado.frontyard.reception import actions as reception
from machimado.frontyard.reception import queries as waiting
from machimado.ground.japanese.individual_number import REFUSAL, contains_individual_number
from machimado.ground.people import permissions
from machimado.ground.people.models import Office, Section

NOTE_LENGTH = Transfer._meta.get_field("note").max_length or 120  # noqa: SLF001 - _meta is Django's public way to a field


@permissions.officers(*SERVING)
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show where the case can go on, and send it there."""
    case = case_or_404(request, case_id)
    if request.method == "GET":
        return _page(request, case)
    note = " ".join(request.POST.get("note", "").split())
    chosen = _receiver(request.POST.get("to", ""))
    if reason := _why_not(case, chosen, note):
        return _page(request, case, reason, 422)
    assert chosen is not None
    try:
        _send(request, case, *chosen, note)
    except cases.NotReady as refusal:
        return _page(request, case, str(refusal), 409)
    messages.success(
        request,
        f"{case.number}番の方を{_name(*chosen)}に引き継ぎました。先方が呼び出すまでは、受付の画面で取り戻せます。",
    )
    return redirect("reception:home")


def _why_not(case: Case, chosen: tuple[Office, Section | None] | None, note: str) -> str:
    if chosen is None or (chosen[0].pk == case.office_id and chosen[1] is None):
        return "引き継ぐ課か拠点を選んでください。"
    if len(note) > NOTE_LENGTH:
        return f"メモは{NOTE_LENGTH}文字までにしてください。"
    return REFUSAL if contains_individual_number(note) else ""


@transaction.atomic
def _send(request: HttpRequest, case: Case, office: Office, section: Section | None, note: str) -> None:
    actions.take_off(case=case)
    reception.transfer(
        case=case, office=office, section=section, note=note, by=permissions.by(request), at=timezone.now()
    )


def _receiver(text: str) -> tuple[Office, Section | None] | None:
    """Return the office, and the section, that a form names."""
    kind, _, key = text.partition(":")
    if not (key.isascii() and key.isdecimal() and len(key) < 10):
        return None
    if kind == "section":
        section = Section.objects.select_related("office").filter(pk=key).first()
        return (section.office, section) if section else None
    office = Office.objects.filter(pk=key).first()
    return (office, None) if office else None


def _name(office: Office, section: Section | None) -> str:
    return section.name if section else office.name


def _page(request: HttpRequest, case: Case, reason: str = "", status: int = 200) -> HttpResponse:
    context = {
        "case": case,
        "receivers": waiting.receivers(case),
        "applications": queries.applications_of(case),
        "to": request.POST.get("to", ""),
        "note": request.POST.get("note", ""),
        "note_length": NOTE_LENGTH,
        "reason": reason,
    }
    return render(request, "counter/pass_on.html", context, status=status)


@permissions.officers(*SERVING)
@require_POST
def take_back(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """Take back somebody whom nobody has called yet where they were sent."""
    found = waiting.transfer_of(permissions.by(request).office_id, transfer_id)
    if found is None:
        raise Http404
    try:
        case = reception.take_back(transfer=found, by=permissions.by(request), at=timezone.now())
    except cases.NotReady as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{case.number}番の方の引継ぎを取り戻しました。")
    return redirect("reception:home")
