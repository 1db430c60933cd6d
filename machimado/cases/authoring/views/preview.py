"""A draft as it will look on each channel."""

from typing import get_args
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from machimado.cases.applications import paper
from machimado.cases.authoring import queries
from machimado.cases.authoring.permissions import AUTHORS
from machimado.cases.authoring.rules.parts import LANGUAGES
from machimado.cases.authoring.views.draft import draft_or_404
from machimado.cases.procedures.rules.definition import Channel
from machimado.ground.people import permissions

CHANNELS = {
    "counter": "窓口（職員）",
    "remote": "遠隔の窓口",
    "web": "家から",
    "kiosk": "ロビーの端末",
    "paper": "紙",
}


@permissions.officers(*AUTHORS)
@require_GET
def show(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Show what is asked, in which words, for the answers of one of the draft's own tests; on paper the form as PDF."""
    draft = draft_or_404(draft_id)
    form = queries.read(draft.text).form
    asked, language = request.GET.get("channel", ""), request.GET.get("language", "ja")
    channel: Channel = next((one for one in get_args(Channel) if one == asked), "counter")
    language = language if language in LANGUAGES else "ja"
    if form is not None and channel == "paper":
        printed = paper.specimen(form=form, at=timezone.now())
        return HttpResponse(printed.pdf, content_type="application/pdf")
    seen = (
        queries.preview(
            form,
            test=request.GET.get("test", ""),
            channel=channel,
            language=language,
            today=timezone.localdate(),
        )
        if form
        else None
    )
    context = {
        "draft": draft,
        "seen": seen,
        "channels": CHANNELS,
        "channel": channel,
        "language": language,
        "languages": LANGUAGES,
    }
    return render(request, "authoring/preview.html", context)
