"""Parts are taken out and moved."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from machimado.cases.authoring import actions, queries
from machimado.cases.authoring.permissions import AUTHORS, WrongState
from machimado.cases.authoring.rules import editing, parts
from machimado.cases.authoring.views.draft import draft_or_404, revision_of
from machimado.ground.people import permissions


@permissions.officers(*AUTHORS)
@require_POST
def remove(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Take a part out."""
    return _restructure(
        request, draft_id, lambda text, place: editing.put(text, place, None), "を外す", "外しました。"
    )


@permissions.officers(*AUTHORS)
@require_POST
def move(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Move a part up or down."""
    by = -1 if request.POST.get("by") == "up" else 1
    doing = "を上へ動かす" if by < 0 else "を下へ動かす"
    return _restructure(request, draft_id, lambda text, place: editing.move(text, place, by), doing, "")


def _restructure(
    request: HttpRequest, draft_id: UUID, change: Callable[[str, parts.Loc], str], doing: str, done: str
) -> HttpResponse:
    draft = draft_or_404(draft_id)
    try:
        place = _named_place(request.POST.get("place", ""))
        what = queries.told(queries.read(draft.text), place)
        actions.save(
            draft=draft,
            text=change(draft.text, place),
            revision=revision_of(request),
            by=permissions.by(request),
            at=timezone.now(),
            what=f"{what}{doing}",
        )
        if done:
            messages.success(request, f"{done}「元に戻す」で取り消せます。")
    except (actions.Conflict, editing.NoSuchPlace, WrongState) as refusal:
        messages.error(request, str(refusal))
    return redirect("authoring:draft", draft_id)


def _named_place(named: str) -> parts.Loc:
    """Return the place of a part.

    Raises: NoSuchPlace.
    """
    found = (parts.read_place(kind, named) for kind in parts.PARTS) if named else ()
    place = next((loc for loc in found if loc), None)
    if place is None:
        raise editing.NoSuchPlace
    return place
