"""A file from elsewhere: what it changes here, how its form on paper looks, and then a draft of it."""

import binascii
from base64 import b64decode, b64encode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from machimado.cases.authoring import actions, queries
from machimado.cases.authoring.permissions import AUTHORS
from machimado.cases.authoring.rules import packing
from machimado.cases.procedures.rules.source import LARGEST_BYTES
from machimado.ground.people import permissions
from machimado.ground.typesetting.frames import BrokenFormError


@permissions.officers(*AUTHORS)
@require_POST
def take_in(request: HttpRequest) -> HttpResponse:
    """Show what an uploaded file changes; make a draft of it once that was seen."""
    if "packed" in request.POST:
        return _taken(request)
    upload = request.FILES.get("file")
    if upload is None:
        messages.error(request, "取り込むファイル（.yaml か .zip）を選んでください。")
        return redirect("authoring:home")
    try:
        packed = packing.unpack(upload.read(LARGEST_BYTES + 1))
        seen = queries.incoming(packed)
    except (packing.Unreadable, queries.NotReadable) as refusal:
        messages.error(request, str(refusal))
        return redirect("authoring:home")
    context = {
        # The page takes the whole along; what comes back is read as any file from elsewhere.
        "packed": b64encode(packing.pack("procedures/x.yaml", packed.text, packed.layouts)).decode(),
        "seen": seen,
        "reading": seen.reading,
        "title": (seen.reading.data.get("title") or {}).get("ja", seen.reading.id),
        "wrong": seen.reading.wrong(),
        "failed": seen.reading.failed(),
    }
    return render(request, "authoring/import.html", context)


def _sent(request: HttpRequest) -> packing.Packed:
    """Return the file that the page took along.

    Raises: Unreadable.
    """
    try:
        return packing.unpack(b64decode(request.POST.get("packed", ""), validate=True))
    except (binascii.Error, ValueError) as error:
        raise packing.Unreadable("ファイルを読めません。もう一度選んでください。") from error


def _taken(request: HttpRequest) -> HttpResponse:
    try:
        packed = _sent(request)
        by, now = permissions.by(request), timezone.now()
        draft = actions.take_in(text=packed.text, layouts=packed.layouts, by=by, at=now)
    except (actions.NotReady, packing.Unreadable) as refusal:
        messages.error(request, str(refusal))
        return redirect("authoring:home")
    messages.success(request, "下書きとして取り込みました。見え方を確かめてから、公開を申し出てください。")
    return redirect("authoring:draft", draft.pk)


@permissions.officers(*AUTHORS)
@require_POST
def form_on_paper(request: HttpRequest) -> HttpResponse:
    """Show the form on paper of a file that is not taken over yet, as PDF."""
    try:
        packed = _sent(request)
        form = queries.read(packed.text).form
        if form is None or not queries.own_layout(form, packed.layouts):
            raise Http404
        pdf = queries.specimen(form, packed.layouts, timezone.now())
    except (packing.Unreadable, BrokenFormError) as refusal:
        messages.error(request, str(refusal))
        return redirect("authoring:home")
    return HttpResponse(pdf, content_type="application/pdf")
