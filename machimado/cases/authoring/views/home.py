"""All procedures with their versions; where a draft begins, from here or from a file."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from machimado.cases.authoring import actions, queries
from machimado.cases.authoring.permissions import AUTHORS
from machimado.cases.procedures import queries as procedures
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
