"""One thing at a time: a question, a row of a list, the route of a life event."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Resumption
from machimado.cases.applications.permissions import WrongState
from machimado.cases.applications.rules.answers import PathRefused
from machimado.cases.applications.rules.files import FileRefused
from machimado.cases.applications.rules.sheet import Refusal
from machimado.cases.procedures.rules.bundle import AGREED, PUT_OFF
from machimado.frontyard.selfservice import actions, forms
from machimado.frontyard.selfservice import permissions as doors
from machimado.frontyard.selfservice.rules import walk
from machimado.frontyard.selfservice.rules.walk import Stop
from machimado.frontyard.selfservice.views.door import applicants, at_desks_too
from machimado.frontyard.selfservice.views.page import CHECK, Here, here
from machimado.ground.ui.sentences import Sentence, said_by

MOST_PEOPLE = 100
_NOTHING_CHOSEN = Sentence("写真かファイルを選んでから「これを加える」を押してください。")


@applicants
@at_desks_too
@require_GET
def go_on(request: HttpRequest, resumption: Resumption) -> HttpResponse:
    """Lead to where the resident was, or to what is open."""
    now = here(request, resumption)
    if elsewhere := now.elsewhere():
        return now.to(elsewhere)
    was = walk.find(now.stops, resumption.place)
    return now.on(was or walk.first_open(now.stops))


@applicants
@at_desks_too
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, resumption: Resumption, place: str) -> HttpResponse:
    """Show one page; take what was answered on it, and go on."""
    now = here(request, resumption)
    if request.method == "POST":
        return _answered(now, place)
    if elsewhere := now.elsewhere():
        return now.to(elsewhere)
    stop = walk.find(now.stops, place)
    if stop is None:
        # What was asked there is asked no longer: another answer has changed what applies.
        return now.on(walk.first_open(now.stops))
    now.stands_at(stop.place, question=stop.lines[0].path if stop.lines else "")
    return _page(now, stop)


def _answered(now: Here, place: str) -> HttpResponse:
    stop = walk.find(now.stops, place)
    if stop is None:
        return now.to("selfservice:go-on")
    try:
        led = _STEPS[_wanted(now.request, stop)](now, stop)
    except (WrongState, PathRefused):
        # Signed, sent or withdrawn on another screen, or the row is gone: the page shows how it stands.
        return now.to("selfservice:go-on")
    if now.is_taken_over:
        # No next question is shown here, by which the officer's page would learn that there is something new.
        now.tell_officer()
    return led


def _wanted(request: HttpRequest, stop: Stop) -> str:
    """Return what the page's button asks for."""
    asked = (name for name in ("attach", "detach", "add", "drop", "hand") if name in request.POST)
    return next(asked, "route" if stop.kind == "route" else "save")


def _save(now: Here, stop: Stop) -> HttpResponse:
    if refused := _chosen_people(now, stop):
        return _page(now, stop, refused, 422)
    refusals = _kept(now, stop)
    if refusals is None:
        return _on(now, stop)
    if now.is_taken_over and not now.is_conflict:
        # What could not be read is kept as it was typed, for the officer who goes on.
        return now.to("selfservice:waiting")
    return _page(now, stop, refusals, 422, seen=frozenset(line.path for line in stop.lines))


def _chosen_people(now: Here, stop: Stop) -> dict[str, Refusal]:
    """Put into the list whoever was ticked of those who were named before, and take out whoever no longer is."""
    if stop.group is None or stop.kind != "group" or not stop.group.people:
        return {}
    path, ticked = stop.group.line.path, set(now.request.POST.getlist("person")[:MOST_PEOPLE])
    was = set(now.request.POST.getlist("was")[:MOST_PEOPLE])
    page = cases.Page(key=now.request.POST.get("page", "")[:32], revision=_revision(now.request))
    try:
        cases.choose_people(
            application=now.application,
            group=path,
            add=ticked - was,
            drop=was - ticked,
            by=None,
            at=now.at,
            page=page,
        )
    except cases.Conflict as conflict:
        return {path: Refusal(None, now.in_words(said_by(conflict)))}
    _look_again(now)
    return {}


def _chosen(now: Here, path: str) -> "UploadedFile[Any] | None":
    found = now.request.FILES.get(f"file.{path}")
    return found if isinstance(found, UploadedFile) else None


def _chosen_names(now: Here, stop: Stop) -> frozenset[str]:
    """Take the names of whoever was chosen of those who were named before; return the paths that they answer.

    Raises: Conflict; PathRefused where somebody is there no longer.
    """
    asked = [(line, now.request.POST.get(f"whose.{line.path}", "")) for line in stop.lines if line.people]
    chosen = [(line, place) for line, place in asked if place]
    page = cases.Page(key=now.request.POST.get("page", "")[:32], revision=_revision(now.request))
    for line, place in chosen:
        # Only whom this page shows: what the register told of others is for nobody to find out.
        if place not in {one.place for one in line.people}:
            raise PathRefused(line.path)
        cases.choose_name(
            application=now.application, path=line.path, place=place, by=None, at=now.at, page=page
        )
    return frozenset(line.path for line, _ in chosen)


def _attached(now: Here, paths: Iterable[str]) -> dict[str, Refusal]:
    """Attach what was chosen for these questions, added or not; return what could not be taken."""
    refused: dict[str, Refusal] = {}
    for path in paths:
        upload = _chosen(now, path)
        if upload is None:
            continue
        try:
            cases.attach(application=now.application, path=path, upload=upload, by=None, at=now.at)
        except (FileRefused, cases.NotReady) as refusal:
            refused[path] = Refusal(None, now.in_words(said_by(refusal)))
    _look_again(now)
    return refused


def _kept(now: Here, stop: Stop) -> dict[str, Refusal] | None:
    """Keep what was sent; return what has to be looked at once more on this page, None where it can be left."""
    if not_taken := _attached(now, (line.path for line in stop.lines)):
        return not_taken
    refused: dict[str, Refusal] = {}
    page = cases.Page(key=now.request.POST.get("page", "")[:32], revision=_revision(now.request))
    form, raw = cases.form_of(now.application), {}
    try:
        chosen = _chosen_names(now, stop)
        typed = (line for line in stop.lines if line.path not in chosen)
        sent = forms.read(now.request.POST, form, now.application.answers, typed)
        raw = sent.raw
        if raw:
            saved = cases.save_answers(application=now.application, raw=raw, by=None, at=now.at, page=page)
            refused = {
                one.path: Refusal(raw[one.path], one.refused, one.said) for one in saved if one.refused
            }
    except cases.Conflict as conflict:
        now.is_conflict = True
        return {conflict.path: Refusal(raw.get(conflict.path), now.in_words(said_by(conflict)))}
    _look_again(now)
    again = walk.find(now.stops, stop.place)
    is_wrong = again is not None and any(line.errors or line.missing for line in again.lines)
    # A postal code alone brought the town along: the rest is to be added.
    return refused if refused or is_wrong or sent.completed else None


def _look_again(now: Here) -> None:
    for known in ("application", "sheet", "stops"):
        now.__dict__.pop(known, None)


def _revision(request: HttpRequest) -> int | None:
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _on(now: Here, stop: Stop) -> HttpResponse:
    """Lead on: back to the check where the resident came from there, to the list of rows after a row."""
    _fill_in(now)
    if now.request.POST.get("from") == CHECK and now.sheet.ready:
        return now.to("selfservice:check")
    if stop.kind == "row" and stop.group is not None:
        return now.to("selfservice:question", stop.group.line.path)
    if stop.kind == "route":
        return now.on(walk.after_route(now.stops))
    return now.on(walk.after(now.stops, stop.place))


def _fill_in(now: Here) -> None:
    """Fill in what the identity provider says, once the form has been told who applies."""
    signed_in = doors.signed_in_of(now.request)
    if signed_in is not None and not now.resumption.claims_taken:
        actions.fill_in(signed_in=signed_in, resumption=now.resumption, at=now.at)
        _look_again(now)


def _page(
    now: Here,
    stop: Stop,
    refusals: dict[str, Refusal] | None = None,
    status: int = 200,
    *,
    seen: frozenset[str] | None = None,
) -> HttpResponse:
    """Show the page; what was not among the questions `seen` came with an answer, and nobody has passed it by."""
    sheet = now.sheet_with(refusals) if refusals else now.sheet
    stops = walk.walk(sheet)
    stop = walk.find(stops, stop.place) or stop
    if stop.kind == "row" and stop.row is not None:
        # A list is about somebody: who, once that is known.
        stop = replace(stop, row=replace(stop.row, title=stop.row.called))
    tried = frozenset(line.path for line in stop.lines) if seen is None else seen
    number, chapters, title = walk.chapter(stops, stop.place)
    context = {
        "stop": stop,
        "sheet": sheet,
        "before": walk.before(stops, stop.place),
        "chapter": {"number": number, "of": chapters, "title": title},
        "came_from": now.request.POST.get("from") or now.request.GET.get("from", ""),
        "page_key": now.request.POST.get("page") or uuid4().hex,
        # What is missing is said after somebody tried to go on, not before.
        "tried": tried if status != 200 else frozenset(),
        "come_since": next((line for line in stop.lines if line.missing and line.path not in tried), None),
    }
    return now.show("selfservice/question.html", context, status)


# ---------------------------------------------------------------- the buttons of a page


def _attach(now: Here, stop: Stop) -> HttpResponse:
    path = now.request.POST["attach"]
    if _chosen(now, path) is None:
        nothing = Refusal(None, now.in_words(_NOTHING_CHOSEN))
        return _page(now, stop, {path: nothing}, 422)
    if refused := _attached(now, [path]):
        return _page(now, stop, refused, 422)
    return now.to("selfservice:question", stop.place)


def _detach(now: Here, stop: Stop) -> HttpResponse:
    path, _, file_id = now.request.POST["detach"].partition(" ")
    cases.detach(application=now.application, path=path, file_id=file_id, by=None, at=now.at)
    return now.to("selfservice:question", stop.place)


def _add(now: Here, stop: Stop) -> HttpResponse:
    """Add a row to the list, and ask about it."""
    if stop.group is None or not stop.group.may_add:
        return now.on(stop)
    if refused := _chosen_people(now, stop):
        return _page(now, stop, refused, 422)
    again = walk.find(now.stops, stop.place)
    count = len(again.group.rows) if again and again.group else 0
    cases.add_row(application=now.application, group=stop.group.line.path, by=None, at=now.at)
    return now.to("selfservice:question", walk.row_place(stop.group.line.path, count))


def _drop(now: Here, stop: Stop) -> HttpResponse:
    group, _, index = now.request.POST["drop"].rpartition(".")
    if index.isascii() and index.isdecimal() and len(index) < 4:
        cases.drop_row(application=now.application, group=group, index=int(index), by=None, at=now.at)
    return now.to("selfservice:question", group or stop.place)


def _hand(now: Here, stop: Stop) -> HttpResponse:
    """Keep what stands on the page, and give the application to an officer."""
    _chosen_people(now, stop)
    _kept(now, stop)
    _look_again(now)
    cases.ask_for_officer(application=now.application, at=now.at)
    now.tell_officer()
    return now.to("selfservice:waiting")


def _agree(now: Here, stop: Stop) -> HttpResponse:
    """Begin the questions of the procedures on the route, but for those that are left for another day."""
    put_off = now.request.POST.getlist(PUT_OFF)
    cases.save_answers(application=now.application, raw={PUT_OFF: put_off}, by=None, at=now.at)
    _look_again(now)
    try:
        cases.check_route(application=now.application, at=now.at)
    except cases.NotReady as refusal:
        return now.show(
            "selfservice/question.html",
            {
                "stop": stop,
                "sheet": now.sheet,
                "before": None,
                "chapter": None,
                "reason": said_by(refusal),
                "open": walk.first_open(now.stops),
            },
            422,
        )
    going = cases.going(application=now.application, at=now.at)
    cases.save_answers(application=now.application, raw={AGREED: going}, by=None, at=now.at)
    _look_again(now)
    return _on(now, stop)


_STEPS = {
    "attach": _attach,
    "detach": _detach,
    "add": _add,
    "drop": _drop,
    "hand": _hand,
    "route": _agree,
    "save": _save,
}
