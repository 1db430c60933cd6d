"""One draft: its parts, what is wrong, what it changes, and what is to be done next."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from machimado.cases.authoring import actions, queries
from machimado.cases.authoring.models import Draft
from machimado.cases.authoring.permissions import AUTHORS, State, WrongState, can_approve
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
    context = {
        "draft": draft,
        "reading": reading,
        "contents": queries.contents(reading.data),
        "title": (reading.data.get("title") or {}).get("ja", draft.procedure),
        "is_editing": draft.state == State.EDITING,
        "may_approve": can_approve(permissions.by(request), draft),
        "is_own": draft.author_id == permissions.by(request).pk,
        "tomorrow": (timezone.localdate() + timedelta(days=1)).isoformat(),
    }
    return render(request, "authoring/draft.html", context)


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
    try:
        actions.undo(draft=draft_or_404(draft_id))
        messages.success(request, "ひとつ前に戻しました。")
    except WrongState as wrong:
        messages.error(request, str(wrong))
    return redirect("authoring:draft", draft_id)
