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

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import APPLICATIONS, Application, Channel, Resumption, Turn
from machimado.cases.applications.newer import Newer, newer
from machimado.cases.applications.permissions import State
from machimado.cases.applications.rules.sheet import Refusal, Sheet
from machimado.frontyard.selfservice import provider, queries
from machimado.frontyard.selfservice.desks import Desk, given_at
from machimado.frontyard.selfservice.permissions import lobby_of, signed_in_of
from machimado.frontyard.selfservice.rules import walk
from machimado.frontyard.selfservice.rules.walk import Stop
from machimado.ground.devices import actions as devices
from machimado.ground.ui import aids, languages

CHECK = "check"
LANGUAGE_COOKIE = "machimado_language"
AIDS_COOKIE = "machimado_reads"
# The pages that open at a desk's screen.
AT_DESKS = frozenset({"selfservice:go-on", "selfservice:question", "selfservice:check"})


@dataclass
class Here:
    """The application as it stands for the resident who goes on with it."""

    request: HttpRequest
    resumption: Resumption
    at: datetime
    # Somebody else has changed what was just sent; it is on the page, and nowhere else.
    is_conflict: bool = False

    @cached_property
    def application(self) -> Application:
        """The application."""
        return APPLICATIONS.get(self.resumption.application_id)

    @cached_property
    def sheet(self) -> Sheet:
        """All that is asked now."""
        return self.sheet_with({})

    @property
    def desk(self) -> Desk | None:
        """The desk at whose screen they go on; nothing where they do so in a browser of their own, or in the lobby."""
        return given_at(self.request)

    @property
    def chosen(self) -> str:
        """The language that they have chosen."""
        return self.resumption.language if self.desk is None else self.desk.language

    @cached_property
    def language(self) -> str:
        """The language of the pages: the one that was chosen, or whichever the procedure speaks that is read rather."""
        return languages.understood(self.chosen, self.spoken).value

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

    def tell_officer(self) -> None:
        """Let the page of the officer at the desk look again, where there is one."""
        if self.desk is not None:
            self.desk.tell()

    @property
    def is_taken_over(self) -> bool:
        """Whether the officer at the desk goes on, to whom whoever sits there says everything else."""
        return self.desk is not None and self.elsewhere() != ""

    def stands_at(self, place: str, *, question: str = "") -> None:
        """Keep where the resident is; at a desk the officer sees it."""
        cases.keep_place(resumption=self.resumption, place=place, at=self.at)
        if self.desk is not None:
            self.desk.stand_at(question, at=self.at)

    def elsewhere(self) -> str:
        """Return the page on which the resident has to be instead of a question's; nothing where questions are asked."""
        if self.application.state in {State.SIGNED, State.SUBMITTED, State.CANCELLED}:
            return "selfservice:state"
        if self.application.turn == Turn.OFFICER:
            return "selfservice:waiting"
        # At a desk the officer says what a newer version changes.
        if self.newer is not None and self.desk is None:
            return "selfservice:renew"
        return "selfservice:check" if self.application.state == State.REVIEW else ""

    @cached_property
    def newer(self) -> Newer | None:
        """A newer version of the form, of which they were not told yet."""
        found = newer(self.application, on=timezone.localdate(self.at))
        return found if found is not None and found.since != self.resumption.declined else None

    def to(self, name: str, *place: str) -> HttpResponse:
        """Lead to a page of the application; at a desk's screen to what the desk shows, where it has no such page."""
        if self.desk is not None and name not in AT_DESKS:
            return redirect(self.desk.address)
        return redirect(name, self.resumption.application_id, *place)

    def on(self, stop: Stop | None) -> HttpResponse:
        """Lead to a question, or to the check where nothing is left."""
        return self.to("selfservice:check") if stop is None else self.to("selfservice:question", stop.place)

    def show(self, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
        """Draw a page in the resident's language."""
        known = {"application": self.application, "resumption": self.resumption, **context}
        known["is_taken_over"] = self.is_taken_over
        return said(self.request, template, known, self.chosen, status=status, spoken=self.spoken)


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
    lobby, desk = lobby_of(request), given_at(request)
    if lobby is not None:
        devices.touch(device=lobby, at=timezone.now())
    known = {
        **languages.on_a_page(chosen, spoken),
        "lobby": lobby,
        "at_desk": desk,
        "signing_in": desk is None and provider.is_offered(),
        "provider": settings.RESIDENT_NAME,
        "signed_in": signed_in_of(request) if desk is None else None,
        **context,
    }
    if "reason" in known:
        known["reason"] = languages.in_words(known["reason"], known["language"])
    known |= aids.on_a_page(desk.reads if desk is not None else request.COOKIES.get(AIDS_COOKIE))
    with translation.override(known["language"]):
        drawn = render(request, template, known, status=status)
    return aids.furnished(drawn, known["aids"], known["language"])


def channel_of(request: HttpRequest) -> Channel:
    """Return through which channel somebody applies who sits here."""
    return Channel.KIOSK if lobby_of(request) else Channel.WEB


def language_of(request: HttpRequest) -> str:
    """Return the language that this browser has chosen before any application."""
    return languages.spoken(request.COOKIES.get(LANGUAGE_COOKIE)).value
