"""One draft: its parts, what is wrong, what it changes, and what is to be done next."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from machimado.cases.authoring import actions, queries
from machimado.cases.authoring.models import Draft, DraftText
from machimado.cases.authoring.permissions import AUTHORS, State, WrongState, can_recall, why_not_approve
from machimado.cases.authoring.queries import Meanwhile, Reading
from machimado.cases.authoring.rules.hints import hints
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
    is_open = draft.state in {State.EDITING, State.PROPOSED}
    newer = queries.meanwhile(draft.procedure, draft.based_on, reading) if is_open else None
    context = {
        "draft": draft,
        "reading": reading,
        "contents": queries.contents(reading),
        "about": queries.offered_in_words(reading.data),
        "title": (reading.data.get("title") or {}).get("ja", draft.procedure),
        "is_editing": draft.state == State.EDITING,
        "why_not_approve": why_not_approve(permissions.by(request), draft),
        "why_not_propose": _why_not_propose(reading, newer),
        "wrong": reading.wrong(),
        "failed": reading.failed(),
        "hints": hints(reading.data),
        "lost_in_tests": len(queries.lost_in_tests(reading)),
        "examples": queries.examples(reading),
        "whole_kind": "event" if reading.is_event else "whole",
        "meanwhile": newer,
        "may_recall": can_recall(draft, timezone.localdate()),
        "today": timezone.localdate().isoformat(),
        "writers": queries.writers(draft),
        "history": history,
        "undoes": _named(history, stands.held[-1] if stands.back_to is not None else None),
        "redoes": _named(history, stands.again),
        "tomorrow": (timezone.localdate() + timedelta(days=1)).isoformat(),
    }
    return render(request, "authoring/draft.html", context)


def _why_not_propose(reading: Reading, newer: Meanwhile | None) -> str:
    """Return what is to be done before it can be proposed."""
    if newer is not None:
        return "先に、書いているあいだに公開された版を確かめてください。"
    if reading.problems:
        return "先に「直すところ」を直してください。"
    if any(wrong for _, wrong in reading.events):
        return "この手続を使うライフイベントに、合わないところがあります。"
    if reading.failures:
        return "合わない試験があります。内容を直すか「この結果で正しい」を押してください。"
    return ""


def _named(history: list[DraftText], revision: int | None) -> DraftText | None:
    return next((one for one in history if one.revision == revision), None)


@permissions.officers(*AUTHORS)
@require_GET
def export(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Hand out the draft as one file."""
    draft = draft_or_404(draft_id)
    form = queries.read(draft.text).form
    return as_file(
        queries.packed(form, draft.text, queries.layouts_of(draft)), f"{draft.procedure}.draft.zip"
    )


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


@permissions.officers(*AUTHORS)
@require_POST
def accept_results(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Take what came out of a test as what is to come out."""
    number = request.POST.get("test", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 4):
        raise Http404
    step = partial(actions.accept_results, test=int(number))
    return _step(
        request,
        draft_id,
        step,
        "試験を今の結果に合わせました。承認する職員にも、変わったところとして見えます。",
    )


@permissions.officers(*AUTHORS)
@require_POST
def prune_tests(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Take out of the tests what is gone."""
    return _step(request, draft_id, actions.prune_tests, "なくなったものを試験から外しました。")


@permissions.officers(*AUTHORS)
@require_POST
def catch_up(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Go on after the version that was published meanwhile."""
    return _step(request, draft_id, actions.catch_up, "次の版として続けます。")


def revision_of(request: HttpRequest) -> int | None:
    """Return the revision of the draft that the page was made from."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
