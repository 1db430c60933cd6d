"""One part of a draft: a form that knows no file; adding, taking out and moving parts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from machimado.cases.authoring import actions, queries
from machimado.cases.authoring.models import Draft
from machimado.cases.authoring.permissions import AUTHORS, WrongState
from machimado.cases.authoring.rules import editing, parts
from machimado.cases.authoring.rules.conditions import About, conditions
from machimado.cases.authoring.views.draft import draft_or_404, revision_of
from machimado.cases.procedures.rules.load import vocabulary
from machimado.ground.people import permissions

# In which list a new part stands.
LISTS: dict[str, parts.Loc] = {
    "section": ("sections",),
    "check": ("checks",),
    "document": ("documents",),
    "delivered": ("delivery", "fields"),
}


@permissions.officers(*AUTHORS)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, draft_id: UUID, kind: str) -> HttpResponse:
    """Show the form of a part, or of a new one (`within` says where), and write it into the draft."""
    draft, fields = draft_or_404(draft_id), parts.PARTS.get(kind)
    asked = request.POST if request.method == "POST" else request.GET
    place = parts.read_place(kind, asked.get("place", ""))
    within = _within(kind, asked.get("within", ""))
    if fields is None or (place is None and within is None):
        raise Http404
    is_new = place is None
    if request.method == "POST":
        return _write(request, draft, kind, place, within)
    value = {} if place is None else _at(queries.read(draft.text).data, place)
    return _form(request, draft, kind, value, is_new=is_new)


def _within(kind: str, text: str) -> parts.Loc | None:
    """Return the list in which a new part stands."""
    if kind == "question":
        holder = parts.read_place("section", text) or parts.read_place("question", text)
        return (*holder, "questions") if holder else None
    return LISTS.get(kind) if text == "new" else None


def _at(data: Any, place: parts.Loc) -> dict[str, Any]:
    for step in place:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError) as error:
            raise Http404 from error
    return data if isinstance(data, dict) else {}


def _form(
    request: HttpRequest, draft: Draft, kind: str, value: dict[str, Any], *, is_new: bool, wrong: str = ""
) -> HttpResponse:
    told = queries.inherited(str(value.get("id", ""))) if kind == "question" else {}
    words = queries.words_at(draft, _place(request, kind))
    entries = [
        Shown(
            field,
            parts.shown(field, given := value.get(field.name)),
            told.get(field.name),
            words(field, given),
        )
        for field in parts.PARTS[kind]
        if is_new or not field.only_new
    ]
    context = {
        "draft": draft,
        "kind": kind,
        "title": parts.TITLES[kind],
        "entries": entries,
        "languages": parts.LANGUAGES,
        "abouts": _abouts(request, draft, kind),
        "meanings": queries.meanings() if kind == "question" and is_new else [],
        "option_sets": queries.option_sets() if kind == "question" else [],
        "place": request.POST.get("place", request.GET.get("place", "")),
        "within": request.POST.get("within", request.GET.get("within", "")),
        "is_new": is_new,
        "wrong": wrong,
        "identity": value.get("id", ""),
    }
    return render(request, "authoring/part.html", context, status=422 if wrong else 200)


def _abouts(request: HttpRequest, draft: Draft, kind: str) -> tuple[About, ...]:
    """Return the conditions that can be chosen in a part; within a group also those about the same row."""
    data, place = queries.read(draft.text).data, _place(request, kind)
    holder = _at(data, place[:4]) if len(place) > 4 else {}
    return conditions(data, vocabulary(), str(holder.get("id", "")))


def _place(request: HttpRequest, kind: str) -> parts.Loc:
    """Return where the part stands, or will stand."""
    asked = request.POST if request.method == "POST" else request.GET
    return parts.read_place(kind, asked.get("place", "")) or _within(kind, asked.get("within", "")) or ()


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry of a part's form: what stands there, what a shared question says instead, and a rule in words."""

    field: parts.Field
    value: Any
    told: Any
    words: str


def _write(
    request: HttpRequest, draft: Draft, kind: str, place: parts.Loc | None, within: parts.Loc | None
) -> HttpResponse:
    given = {name: text for name, text in request.POST.items() if isinstance(text, str)}
    fields = [field for field in parts.PARTS[kind] if place is None or not field.only_new]
    value = {field.name: parts.written(field, given) for field in fields}
    lacking = [field.label for field in fields if _lacks(field, value[field.name])]
    if lacking:
        wrong = f"「{'」「'.join(lacking)}」を入れてください。"
        return _form(request, draft, kind, value, is_new=place is None, wrong=wrong)
    try:
        text = _changed(draft.text, kind, value, place, within)
        by, now = permissions.by(request), timezone.now()
        what = _told(queries.read(draft.text).data, kind, place, value)
        actions.save(draft=draft, text=text, revision=revision_of(request), by=by, at=now, what=what)
    except (actions.Conflict, editing.NoSuchPlace, WrongState) as refusal:
        return _form(request, draft, kind, value, is_new=place is None, wrong=str(refusal))
    return redirect("authoring:draft", draft.pk)


def _lacks(field: parts.Field, value: Any) -> bool:
    """Tell whether something needed is not there; what is said in another language is said in Japanese as well."""
    if field.look == "texts" and value is not None:
        return "ja" not in value
    return field.is_needed and value is None


def _told(data: dict[str, Any], kind: str, place: parts.Loc | None, value: dict[str, Any]) -> str:
    if place is None:
        return f"{queries.told_new(kind, value)}を足す"
    return f"{queries.told(data, place)}を直す"


def _changed(
    text: str, kind: str, value: dict[str, Any], place: parts.Loc | None, within: parts.Loc | None
) -> str:
    if place is None:
        assert within is not None
        kept = parts.identified(kind, {name: each for name, each in value.items() if each is not None}, text)
        if within == ("sections",):
            kept["questions"] = []
        return editing.insert(text, within, _count(text, within), kept)
    before = _at(queries.read(text).data, place)
    for name, each in value.items():
        if before.get(name) != each:
            text = editing.put(text, (*place, name), each)
    return text


def _count(text: str, within: parts.Loc) -> int:
    data: Any = queries.read(text).data
    for step in within:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return 0
    return len(data) if isinstance(data, list) else 0


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
        what = queries.told(queries.read(draft.text).data, place)
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
