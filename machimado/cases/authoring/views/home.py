"""All procedures with their versions; where a draft begins, from here or from a file."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from machimado.cases.authoring import actions, queries
from machimado.cases.authoring.permissions import AUTHORS
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.source import LARGEST_BYTES
from machimado.ground.people import permissions


@permissions.officers(*AUTHORS)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show all procedures, what is being written, and what waits for a second officer."""
    return render(request, "authoring/home.html", {"listed": queries.listed(), "today": timezone.localdate()})


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
    """Make a draft of an uploaded file."""
    upload = request.FILES.get("file")
    if upload is None:
        messages.error(request, "取り込むファイル（.yaml）を選んでください。")
        return redirect("authoring:home")
    raw = upload.read(LARGEST_BYTES + 1)
    try:
        text = raw.decode("utf-8-sig")
        draft = actions.take_in(text=text, by=permissions.by(request), at=timezone.now())
    except UnicodeDecodeError:
        messages.error(
            request, "このファイルは文字として読めません。UTF-8 で保存した .yaml を選んでください。"
        )
        return redirect("authoring:home")
    except actions.NotReady as refusal:
        messages.error(request, str(refusal))
        return redirect("authoring:home")
    messages.success(request, "取り込みました。今の版との違いを確かめてから、公開を申し出てください。")
    return redirect("authoring:draft", draft.pk)


@permissions.officers(*AUTHORS)
@require_GET
def export(request: HttpRequest, procedure: str, version: int) -> HttpResponse:
    """Hand out a version as one file."""
    form = next((one for one in procedures.versions(procedure) if one.version == version), None)
    if form is None:
        raise Http404
    return as_file(procedures.text_of(form), f"{procedure}.v{version}.yaml")


def as_file(text: str, name: str) -> HttpResponse:
    """Return a text as a file to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="application/yaml; charset=utf-8", headers=headers)
