"""One draft: its parts, what is wrong, what it changes, and what is to be done next."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from machimado.cases.authoring import actions, queries
from machimado.cases.authoring.models import Draft, DraftText
from machimado.cases.authoring.permissions import AUTHORS, State, WrongState, why_not_approve
from machimado.cases.authoring.views.home import as_file
from machimado.ground.people import permissions


def draft_or_404(draft_id: UUID) -> Draft:
    """Return the draft.

    Raises: Http404.
    """
    try:
        return queries.draft(draft_id)
    except Draft.DoesNotExist as error:
        raise Http404 from error


@permissions.officers(*AUTHORS)
@require_GET
def show(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Show a draft with everything that can be done with it."""
    draft = draft_or_404(draft_id)
    reading = queries.read(draft.text)
    history, stands = queries.history(draft), queries.steps_of(draft)
    context = {
        "draft": draft,
        "reading": reading,
        "contents": queries.contents(reading.data),
        "title": (reading.data.get("title") or {}).get("ja", draft.procedure),
        "is_editing": draft.state == State.EDITING,
        "why_not_approve": why_not_approve(permissions.by(request), draft),
        "writers": queries.writers(draft),
        "history": history,
        "undoes": _named(history, stands.held[-1] if stands.back_to is not None else None),
        "redoes": _named(history, stands.again),
        "tomorrow": (timezone.localdate() + timedelta(days=1)).isoformat(),
    }
    return render(request, "authoring/draft.html", context)


def _named(history: list[DraftText], revision: int | None) -> DraftText | None:
    return next((one for one in history if one.revision == revision), None)


@permissions.officers(*AUTHORS)
@require_GET
def export(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Hand out the draft as one file."""
    draft = draft_or_404(draft_id)
    return as_file(draft.text, f"{draft.procedure}.draft.yaml")


@permissions.officers(*AUTHORS)
@require_POST
def undo(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Take back the last change."""
    return _step(request, draft_id, actions.undo, "元に戻しました。「やり直す」で、また同じ変更にできます。")


@permissions.officers(*AUTHORS)
@require_POST
def redo(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Do again what was taken back."""
    return _step(request, draft_id, actions.redo, "やり直しました。")


def _step(request: HttpRequest, draft_id: UUID, step: Callable[..., Draft], done: str) -> HttpResponse:
    try:
        by, now = permissions.by(request), timezone.now()
        step(draft=draft_or_404(draft_id), revision=revision_of(request), by=by, at=now)
        messages.success(request, done)
    except (actions.Conflict, actions.NotReady, WrongState) as refusal:
        messages.error(request, str(refusal))
    return redirect("authoring:draft", draft_id)


def revision_of(request: HttpRequest) -> int | None:
    """Return the revision of the draft that the page was made from."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
