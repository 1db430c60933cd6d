"""One part of a draft: a form that knows no file; of a new one as well."""

from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from machimado.cases.authoring import actions, queries
from machimado.cases.authoring.models import Draft
from machimado.cases.authoring.permissions import AUTHORS, WrongState
from machimado.cases.authoring.rules import editing, entries, parts
from machimado.cases.authoring.rules.conditions import About, conditions, conditions_of
from machimado.cases.authoring.views.draft import draft_or_404, revision_of
from machimado.cases.procedures.rules.load import vocabulary
from machimado.ground.people import permissions

# In which list a new part stands.
LISTS: dict[str, parts.Loc] = {
    "section": ("sections",),
    "check": ("checks",),
    "document": ("documents",),
    "delivered": ("delivery", "fields"),
    "called": ("procedures",),
    "errand": ("elsewhere",),
    "note": ("notes",),
    "chapter": ("chapters",),
    "wording": ("wording",),
    "people": ("people",),
    "chosen": ("chosen",),
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
    value = {} if place is None else _value(queries.read(draft.text).data, kind, place)
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


def _value(data: Any, kind: str, place: parts.Loc) -> dict[str, Any]:
    if kind == "paper":
        return _at({"paper": None, **data}, place)  # of a procedure that has none yet, an empty form
    found = _at(data, place)
    if kind in parts.LEAVES:
        return {parts.LEAVES[kind]: found}
    return found if place else found | {name: _leaf(data, loc) for name, loc in parts.ELSEWHERE.items()}


def _leaf(data: Any, loc: parts.Loc) -> Any:
    return _at(data, loc[:-1]).get(str(loc[-1]))


def _form(
    request: HttpRequest, draft: Draft, kind: str, value: dict[str, Any], *, is_new: bool, wrong: str = ""
) -> HttpResponse:
    reading = queries.read(draft.text)
    told = _told_otherwise(request, reading, kind, value)
    words = queries.words_at(reading, kind, _place(request, kind), value)
    offered = queries.choices(reading, kind, value)
    several = offered.several or {}
    shown = [
        Shown(
            field,
            entries.shown(field, given := value.get(field.name)),
            told.get(field.name),
            words(field, given),
            _ticks(field, several.get(field.name, []), given) if field.look == "several" else (),
            is_gone(field, given),
        )
        for field in _fields(kind, is_new=is_new)
    ]
    context = {
        "draft": draft,
        "kind": kind,
        "title": parts.TITLES[kind],
        "entries": shown,
        "offered": offered,
        "comparisons": entries.COMPARISONS,
        "languages": parts.LANGUAGES,
        "abouts": _abouts(request, reading, kind, value),
        "meanings": queries.meanings() if kind == "question" and is_new else [],
        "option_sets": queries.option_sets() if kind == "question" else [],
        "place": request.POST.get("place", request.GET.get("place", "")),
        "within": request.POST.get("within", request.GET.get("within", "")),
        "is_new": is_new,
        "wrong": wrong,
        "identity": value.get("id", ""),
        "called": ""
        if is_new or kind not in {"people", "chosen"}
        else queries.told(reading, _place(request, kind)),
    }
    return render(request, "authoring/part.html", context, status=422 if wrong else 200)


def _told_otherwise(
    request: HttpRequest, reading: queries.Reading, kind: str, value: dict[str, Any]
) -> dict[str, Any]:
    """Return what is said where a part's own words are empty."""
    if kind == "question":
        return queries.inherited(str(value.get("id", "")))
    place = _place(request, kind)
    return queries.said_of(reading, str(place[1])) if kind == "wording" and len(place) > 1 else {}


def _abouts(
    request: HttpRequest, reading: queries.Reading, kind: str, value: dict[str, Any]
) -> tuple[About, ...]:
    """Return the conditions that can be chosen in a part; within a group also those about the same row."""
    data, place = reading.data, _place(request, kind)
    if kind == "check" and reading.is_event and reading.whole is not None:
        return conditions_of(reading.whole.questions)
    if kind in {"people", "chosen"}:
        return queries.conditions_at(reading, value)
    holder = _at(data, place[:4]) if len(place) > 4 else {}
    return conditions(data, vocabulary(), str(holder.get("id", "")))


def _place(request: HttpRequest, kind: str) -> parts.Loc:
    """Return where the part stands, or will stand."""
    asked = request.POST if request.method == "POST" else request.GET
    return parts.read_place(kind, asked.get("place", "")) or _within(kind, asked.get("within", "")) or ()


@dataclass(frozen=True, slots=True)
class Ticks:
    """What may be ticked under one heading: (its number in the form, code, what it is called, whether it is)."""

    heading: str
    each: tuple[tuple[int, str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry of a part's form: what stands there, what a shared question says instead, and a rule in words."""

    field: parts.Field
    value: Any
    told: Any
    words: str
    # Of a field of which several may be ticked, under its headings.
    ticks: tuple[Ticks, ...] = ()
    # Whether what stands there is none of the choices: it must not be lost by looking at it.
    gone: bool = False


def is_gone(field: parts.Field, value: Any) -> bool:
    """Return whether something was chosen that cannot be chosen here."""
    return field.look == "choice" and value is not None and value not in dict(field.choices)


def _ticks(field: parts.Field, offered: queries.Groups, chosen: Any) -> tuple[Ticks, ...]:
    ticked, number = chosen if isinstance(chosen, list) else [], count()
    groups = [("", [*field.choices]), *offered]
    return tuple(
        Ticks(heading, tuple((next(number), code, label, code in ticked) for code, label in pairs))
        for heading, pairs in groups
        if pairs
    )


def _fields(kind: str, *, is_new: bool) -> list[parts.Field]:
    """Return what is asked of a part: of a new one what it is, of one that is there what hangs on that."""
    return [one for one in parts.PARTS[kind] if not (one.only_later if is_new else one.only_new)]


def _write(
    request: HttpRequest, draft: Draft, kind: str, place: parts.Loc | None, within: parts.Loc | None
) -> HttpResponse:
    given = {name: text for name, text in request.POST.items() if isinstance(text, str)}
    fields = _fields(kind, is_new=place is None)
    value = {field.name: entries.written(field, given) for field in fields}
    if wrong := _lacking(kind, fields, value):
        return _form(request, draft, kind, value, is_new=place is None, wrong=wrong)
    try:
        text = _changed(draft.text, kind, value, place, within)
        by, now = permissions.by(request), timezone.now()
        what = _told(queries.read(draft.text), kind, place, value)
        actions.save(draft=draft, text=text, revision=revision_of(request), by=by, at=now, what=what)
    except (actions.Conflict, editing.NoSuchPlace, WrongState) as refusal:
        return _form(request, draft, kind, value, is_new=place is None, wrong=str(refusal))
    return redirect("authoring:draft", draft.pk)


def _lacking(kind: str, fields: list[parts.Field], value: dict[str, Any]) -> str:
    """Return what has to be entered still, as a sentence."""
    lacking = [field.label for field in fields if _lacks(field, value[field.name])]
    if lacking:
        return f"「{'」「'.join(lacking)}」を入れてください。"
    if kind == "people" and value["list"] in value["from"]:
        return "選べるようにする一覧と、選ぶもとの一覧が同じです。「どなたから選べますか」から、その一覧を外してください。"
    if kind == "wording" and not any(value[field.name] for field in fields if field.look == "texts"):
        return "呼び方・職員の言い方・ひとりで手続する方への言い方の、どれかひとつは入れてください。"
    return ""


def _lacks(field: parts.Field, value: Any) -> bool:
    """Tell whether something needed is not there; what is said in another language is said in Japanese as well."""
    if value is None:
        return field.is_needed
    if field.look == "texts":
        return "ja" not in value
    laws = [value] if field.look == "law" else value if field.look == "laws" else []
    if laws:
        return not all({"law", "article"} <= law.keys() for law in laws)
    # A span runs from a day, and a day is no span.
    return field.look == "due" and not (value.get("from") and len(value.keys() - {"from", "fixed"}))


def _told(reading: queries.Reading, kind: str, place: parts.Loc | None, value: dict[str, Any]) -> str:
    if place is None:
        return f"{queries.told_new(reading, kind, value)}を足す"
    return f"{queries.told(reading, place)}を直す"


def _changed(
    text: str, kind: str, value: dict[str, Any], place: parts.Loc | None, within: parts.Loc | None
) -> str:
    if place is None:
        assert within is not None
        kept = parts.identified(kind, {name: each for name, each in value.items() if each is not None}, text)
        if kind == "wording":
            return editing.enter(text, within, str(kept.pop("question")), kept)
        if within == ("sections",):
            kept["questions"] = []
        kept = kept.get(parts.LEAVES.get(kind, ""), kept)
        return editing.insert(text, within, _count(text, within), kept)
    data = queries.read(text).data
    if kind in parts.LEAVES:
        return editing.put(text, place, value[parts.LEAVES[kind]])
    if kind == "paper" and not data.get("paper"):
        return editing.put(text, place, value)
    before = _value(data, kind, place)
    looks = {field.name: field.look for field in parts.PARTS[kind]}
    for name, each in value.items():
        written = entries.in_order(each, before.get(name)) if looks[name] == "several" else each
        if before.get(name) != written:
            text = editing.put(text, parts.ELSEWHERE.get(name, (*place, name)), written)
    return text


def _count(text: str, within: parts.Loc) -> int:
    data: Any = queries.read(text).data
    for step in within:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return 0
    return len(data) if isinstance(data, list) else 0
