"""All procedures with their versions; where a draft begins, from here or from a file."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from machimado.cases.authoring import actions, queries
from machimado.cases.authoring.permissions import AUTHORS
from machimado.cases.authoring.rules import packing
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.source import LARGEST_BYTES
from machimado.ground.people import permissions


@permissions.officers(*AUTHORS)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show all procedures, what is being written, and what waits for a second officer."""
    officer, drafts, today = permissions.by(request), queries.open_drafts(), timezone.localdate()
    context = {
        "listed": queries.listed(officer, drafts),
        "waiting": queries.waiting(officer, drafts),
        "coming": queries.coming(today),
    }
    return render(request, "authoring/home.html", context)


@permissions.officers(*AUTHORS)
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begin the next version of a procedure."""
    try:
        draft = actions.begin(
            procedure=request.POST.get("procedure", ""),
            by=permissions.by(request),
            at=timezone.now(),
            beside=request.POST.get("beside") == "yes",
        )
    except actions.NotReady as refusal:
        messages.error(request, str(refusal))
        return redirect("authoring:home")
    return redirect("authoring:draft", draft.pk)


@permissions.officers(*AUTHORS)
@require_POST
def take_in(request: HttpRequest) -> HttpResponse:
    """Show what an uploaded file changes; make a draft of it once that was seen."""
    if "text" in request.POST:
        return _taken(request, request.POST["text"])
    upload = request.FILES.get("file")
    if upload is None:
        messages.error(request, "取り込むファイル（.yaml か .zip）を選んでください。")
        return redirect("authoring:home")
    try:
        packed = packing.unpack(upload.read(LARGEST_BYTES + 1))
        seen = queries.incoming(packed.text)
    except (packing.Unreadable, queries.NotReadable) as refusal:
        messages.error(request, str(refusal))
        return redirect("authoring:home")
    context = {
        "text": seen.text,
        "reading": seen.reading,
        "title": (seen.reading.data.get("title") or {}).get("ja", seen.reading.id),
        "known": seen.is_known,
        "wrong": seen.reading.wrong(),
        "failed": seen.reading.failed(),
        "notes": queries.notes_on_layouts(packed),
    }
    return render(request, "authoring/import.html", context)


def _taken(request: HttpRequest, text: str) -> HttpResponse:
    try:
        # A form sends line ends as the web has them.
        whole = text.replace("\r\n", "\n")
        draft = actions.take_in(text=whole, by=permissions.by(request), at=timezone.now())
    except actions.NotReady as refusal:
        messages.error(request, str(refusal))
        return redirect("authoring:home")
    messages.success(request, "下書きとして取り込みました。見え方を確かめてから、公開を申し出てください。")
    return redirect("authoring:draft", draft.pk)


@permissions.officers(*AUTHORS)
@require_GET
def export(request: HttpRequest, procedure: str, version: int) -> HttpResponse:
    """Hand out a version as one file."""
    form = queries.version(procedure, version)
    if form is None:
        raise Http404
    return as_file(queries.packed(form, procedures.text_of(form)), f"{procedure}.v{version}.zip")


def as_file(content: bytes, name: str) -> HttpResponse:
    """Return one file to keep: the definition with its tests, and the forms on paper that go with it."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="application/zip", headers=headers)
