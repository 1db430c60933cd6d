"""What the pages of an application share: whose turn it is, the language, and the way on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation

from machimado.cases.applications.models import APPLICATIONS, Application, Channel, Resumption, Turn
from machimado.cases.applications.newer import Newer, newer
from machimado.cases.applications.permissions import State
from machimado.cases.applications.rules.sheet import Refusal, Sheet
from machimado.frontyard.selfservice import provider, queries
from machimado.frontyard.selfservice.permissions import lobby_of, signed_in_of
from machimado.frontyard.selfservice.rules import walk
from machimado.frontyard.selfservice.rules.walk import Stop
from machimado.ground.devices import actions as devices
from machimado.ground.ui import aids, languages

CHECK = "check"
LANGUAGE_COOKIE = "machimado_language"
AIDS_COOKIE = "machimado_reads"


@dataclass
class Here:
    """The application as it stands for the resident who goes on with it."""

    request: HttpRequest
    resumption: Resumption
    at: datetime

    @cached_property
    def application(self) -> Application:
        """The application."""
        return APPLICATIONS.get(self.resumption.application_id)

    @cached_property
    def sheet(self) -> Sheet:
        """All that is asked now."""
        return self.sheet_with({})

    @cached_property
    def language(self) -> str:
        """The language of the pages: the one that was chosen, or whichever the procedure speaks that is read rather."""
        return languages.understood(self.resumption.language, self.spoken).value

    @cached_property
    def spoken(self) -> frozenset[str]:
        """The languages in which the procedure says everything."""
        return queries.spoken(self.application)

    def in_words(self, sentence: str) -> str:
        """Return a sentence in the language of the pages."""
        return languages.in_words(sentence, self.language)

    def sheet_with(self, refusals: Mapping[str, Refusal]) -> Sheet:
        """Return all that is asked now, with what could not be taken."""
        return queries.sheet(self.application, at=self.at, language=self.language, refusals=refusals)

    @cached_property
    def stops(self) -> tuple[Stop, ...]:
        """The pages in their order."""
        return walk.walk(self.sheet)

    def elsewhere(self) -> str:
        """Return the page on which the resident has to be instead of a question's; nothing where questions are asked."""
        if self.application.state in {State.SIGNED, State.SUBMITTED, State.CANCELLED}:
            return "selfservice:state"
        if self.application.turn == Turn.OFFICER:
            return "selfservice:waiting"
        if self.newer is not None:
            return "selfservice:renew"
        return "selfservice:check" if self.application.state == State.REVIEW else ""

    @cached_property
    def newer(self) -> Newer | None:
        """A newer version of the form, of which they were not told yet."""
        found = newer(self.application, on=timezone.localdate(self.at))
        return found if found is not None and found.since != self.resumption.declined else None

    def to(self, name: str, *place: str) -> HttpResponse:
        """Lead to a page of the application."""
        return redirect(name, self.resumption.application_id, *place)

    def on(self, stop: Stop | None) -> HttpResponse:
        """Lead to a question, or to the check where nothing is left."""
        return self.to("selfservice:check") if stop is None else self.to("selfservice:question", stop.place)

    def show(self, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
        """Draw a page in the resident's language."""
        known = {"application": self.application, "resumption": self.resumption, **context}
        chosen = self.resumption.language
        return said(self.request, template, known, chosen, status=status, spoken=self.spoken)


def here(request: HttpRequest, resumption: Resumption) -> Here:
    """Return how the application stands now."""
    return Here(request, resumption, timezone.now())


def said(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    chosen: str,
    *,
    status: int = 200,
    spoken: Collection[str] | None = None,
) -> HttpResponse:
    """Draw a page in the language that was chosen, or in one that is read rather where the page's procedure does not speak it."""
    lobby = lobby_of(request)
    if lobby is not None:
        devices.touch(device=lobby, at=timezone.now())
    known = {
        **languages.on_a_page(chosen, spoken),
        "lobby": lobby,
        "signing_in": provider.is_offered(),
        "provider": settings.RESIDENT_NAME,
        "signed_in": signed_in_of(request),
        **context,
    }
    if "reason" in known:
        known["reason"] = languages.in_words(known["reason"], known["language"])
    known |= aids.on_a_page(request.COOKIES.get(AIDS_COOKIE))
    with translation.override(known["language"]):
        drawn = render(request, template, known, status=status)
    return aids.furnished(drawn, known["aids"], known["language"])


def channel_of(request: HttpRequest) -> Channel:
    """Return through which channel somebody applies who sits here."""
    return Channel.KIOSK if lobby_of(request) else Channel.WEB


def language_of(request: HttpRequest) -> str:
    """Return the language that this browser has chosen before any application."""
    return languages.spoken(request.COOKIES.get(LANGUAGE_COOKIE)).value
