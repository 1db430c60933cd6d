"""A draft as it will look on each channel, beside the version in force where there is one."""

from base64 import b64encode
from functools import cache
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from machimado.cases.applications import paper
from machimado.cases.applications.rules.sheet import Sheet
from machimado.cases.authoring import queries
from machimado.cases.authoring.models import Draft
from machimado.cases.authoring.permissions import AUTHORS
from machimado.cases.authoring.queries import Reading
from machimado.cases.authoring.views.draft import draft_or_404
from machimado.cases.procedures.rules.definition import Channel
from machimado.ground.people import permissions
from machimado.ground.typesetting.frames import BrokenFormError
from machimado.ground.ui.languages import Language, spoken

# Where it is looked at: the name of the page, and the channel by which the procedure is then received.
PLACES: dict[str, tuple[str, Channel]] = {
    "counter": ("窓口（職員の画面）", "counter"),
    "tablet": ("窓口（住民のタブレット）", "counter"),
    "remote": ("遠隔の窓口", "remote"),
    "web": ("家から（スマートフォン）", "web"),
    "kiosk": ("ロビーの端末", "kiosk"),
    "paper": ("紙の様式", "paper"),
}
# This page stands in a page of ours, and in no other; nothing in it runs or sends.
FRAME_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'none'; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


class Specimen(Protocol):
    """A room's own page, drawn for a sheet that nobody has begun; `where` is the page of it, by what stood in its links."""

    def __call__(self, request: HttpRequest, sheet: Sheet, *, language: str, where: str, more: str) -> str:
        """Return the page; a link on it is `more` and then the name of the page that it leads to."""


@cache
def specimen_of(place: str) -> Specimen | None:
    """Return the page of the room that serves the place; the rooms of the front yard are told by the settings."""
    named = settings.SPECIMENS.get(place)
    found: Specimen | None = import_string(named) if named else None
    return found


@permissions.officers(*AUTHORS)
@require_GET
def show(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Let choose where, in which language and with which answers a draft is looked at."""
    draft = draft_or_404(draft_id)
    reading = queries.read(draft.text)
    return render(request, "authoring/preview.html", {"draft": draft, **choices(request, draft, reading)})


def choices(request: HttpRequest, draft: Draft, reading: Reading) -> dict[str, object]:
    """Return what can be looked at, and what was chosen."""
    place = request.GET.get("channel", "")
    language = request.GET.get("language", "ja")
    names = [case.name for case in reading.cases]
    test = request.GET.get("test") or (names[0] if names else "")
    return {
        "reading": reading,
        "readable": reading.shown is not None,
        "title": (reading.data.get("title") or {}).get("ja", draft.procedure),
        "places": {
            name: words for name, (words, _) in PLACES.items() if name != "paper" or not reading.is_event
        },
        "place": place if place in PLACES else "counter",
        "language": spoken(language).value,
        "languages": Language.choices,
        "lacking": queries.lacking_words(reading, spoken(language)),
        "tests": names,
        "test": test,
        "test_number": names.index(test) if test in names else None,
        "has_before": (earlier := queries.before(reading)) is not None,
        "first": (first := _first_changed(reading, earlier, place, test)),
        "first_id": "q-" + first.replace(".", "-"),
    }


def _first_changed(reading: Reading, earlier: Reading | None, place: str, test: str) -> str:
    """Return the first question that looks otherwise than before: the page opens there, so that nobody has to look for it."""
    channel = PLACES[place][1] if place in PLACES else "counter"
    seen = queries.preview(
        reading, test=test, channel=channel, language="ja", today=timezone.localdate(), against=earlier
    )
    lines = seen.sheet.lines() if seen else ()
    return next((line.path for line in lines if seen and line.path in seen.changed), "")


@permissions.officers(*AUTHORS)
@xframe_options_sameorigin
@require_GET
def frame(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Show the page itself, as it stands in the preview and in the review; `which` is the draft or the version in force."""
    draft = draft_or_404(draft_id)
    reading: Reading | None = queries.read(draft.text)
    if reading is not None and request.GET.get("which") == "before":
        reading = queries.before(reading)
    place = request.GET.get("channel", "counter")
    if reading is None or place not in PLACES:
        raise Http404
    layouts = {} if request.GET.get("which") == "before" else queries.layouts_of(draft)
    answer = _on_paper(request, reading, layouts) if place == "paper" else _drawn(request, reading, place)
    answer.headers["Content-Security-Policy"] = FRAME_POLICY
    return answer


def _on_paper(request: HttpRequest, reading: Reading, layouts: queries.Layouts) -> HttpResponse:
    """Show the form to write on: as pictures in the page, as PDF where that is asked for."""
    form = reading.form
    if form is None or reading.is_event:
        raise Http404
    own = queries.own_layout(form, layouts)
    try:
        if request.GET.get("as") == "pdf":
            now = timezone.now()
            pdf = queries.specimen(form, layouts, now) if own else paper.specimen(form=form, at=now).pdf
            return HttpResponse(pdf, content_type="application/pdf")
        drawn = queries.specimen_pages(form, layouts) if own else paper.specimen_pages(form=form)
    except BrokenFormError:
        return render(request, "authoring/paper.html", {"is_broken": True})
    return render(request, "authoring/paper.html", {"pages": [b64encode(page).decode() for page in drawn]})


def _drawn(request: HttpRequest, reading: Reading, place: str) -> HttpResponse:
    language = request.GET.get("language", "ja")
    language = spoken(language).value
    seen = queries.preview(
        reading,
        test=request.GET.get("test", ""),
        channel=PLACES[place][1],
        language=language,
        today=timezone.localdate(),
        against=None if request.GET.get("which") == "before" else queries.before(reading),
    )
    draws = specimen_of(place)
    if seen is not None and draws is not None:
        where = request.GET.get("where", "")
        return HttpResponse(
            draws(request, seen.sheet, language=language, where=where, more=_address(request))
        )
    offered = reading.form is not None and PLACES[place][1] in reading.form.procedure.channels
    context = {
        "seen": seen,
        "place": place,
        "language": language,
        "offered": offered,
        "changed": seen.changed if seen else frozenset(),
    }
    return render(request, "authoring/frame.html", context)


def _address(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("where", None)
    return f"?{query.urlencode()}&where="
