"""A draft becomes a version: one officer proposes it, another lets it through or gives it back."""

from collections.abc import Callable
from datetime import date
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from machimado.cases.authoring import actions, queries
from machimado.cases.authoring.models import Draft
from machimado.cases.authoring.permissions import AUTHORS, State, WrongState, why_not_approve
from machimado.cases.authoring.rules.hints import hints
from machimado.cases.authoring.views.draft import draft_or_404
from machimado.cases.authoring.views.preview import choices
from machimado.ground.people import permissions
from machimado.ground.people.permissions import Refused


@permissions.officers(*AUTHORS)
@require_POST
def propose(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Ask a second officer to publish it from a day."""
    try:
        day = date.fromisoformat(request.POST.get("effective_date", ""))
    except ValueError:
        messages.error(request, "施行日を選んでください。")
        return redirect("authoring:draft", draft_id)
    step = partial(actions.propose, effective_date=day)
    return _take(request, draft_id, step, "公開を申し出ました。別の職員の承認を待っています。")


@permissions.officers(*AUTHORS)
@require_POST
def approve(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Publish what somebody else has written."""
    return _take(request, draft_id, actions.approve, "公開しました。施行日から、新しい申請に使われます。")


@permissions.officers(*AUTHORS)
@require_POST
def send_back(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Give it back to be written on."""
    step = partial(actions.send_back, note=request.POST.get("note", "").strip())
    return _take(request, draft_id, step, "差し戻しました。書いた職員の下書きに、理由が出ます。")


@permissions.officers(*AUTHORS)
@require_POST
def recall(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Keep a published version from taking effect."""
    step = partial(actions.recall, note=request.POST.get("note", ""))
    return _take(request, draft_id, step, "公開を取りやめました。施行日になっても使われません。")


@permissions.officers(*AUTHORS)
@require_GET
def review(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Show whoever lets it through all that they need on one page: who, from when, what changes, and how it looks before and after."""
    draft = draft_or_404(draft_id)
    reading = queries.read(draft.text)
    context = {
        "draft": draft,
        "reading": reading,
        "failed": reading.failed(),
        "hints": hints(reading.data),
        "examples": queries.examples(reading),
        "wrong": reading.wrong(),
        "writers": queries.writers(draft),
        "history": queries.history(draft),
        "meanwhile": queries.meanwhile(draft.procedure, draft.based_on, reading)
        if draft.state == State.PROPOSED
        else None,
        "why_not_approve": why_not_approve(permissions.by(request), draft),
        **choices(request, draft, reading),
    }
    return render(request, "authoring/review.html", context)


@permissions.officers(*AUTHORS)
@require_POST
def withdraw(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Give it up."""
    _take(request, draft_id, actions.withdraw, "下書きを取り下げました。")
    return redirect("authoring:home")


def _take(request: HttpRequest, draft_id: UUID, step: Callable[..., Draft | None], done: str) -> HttpResponse:
    try:
        step(draft=draft_or_404(draft_id), by=permissions.by(request), at=timezone.now())
    except (actions.Conflict, actions.NotReady, WrongState, Refused) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("authoring:draft", draft_id)
