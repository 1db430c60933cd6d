"""Whoever sits at a desk's screen goes on by themselves: what the room of the residents' own pages has to know of it.

That room does not know this one. It asks whoever says in apps.py that its browsers may go on (`goes_on_at`).
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from django.apps import apps
from django.http import HttpRequest
from django.urls import reverse

from machimado.cases.applications.models import Application, Turn
from machimado.cases.applications.permissions import State
from machimado.frontyard.counter import actions, queries
from machimado.frontyard.counter.doors import SCREEN_COOKIE
from machimado.frontyard.counter.models import Desk
from machimado.ground.rows.secrets import hashed


def desk_of_screen(request: HttpRequest) -> "AtDesk | None":
    """Return the desk at whose screen the request was made; nothing where it comes from any other browser."""
    secret = request.COOKIES.get(SCREEN_COOKIE, "")
    screen = queries.screen_of(hashed(secret)) if secret else None
    return AtDesk(screen.desk) if screen is not None and screen.desk is not None else None


@dataclass(frozen=True, slots=True)
class AtDesk:
    """A desk, as the residents' own pages know it that are opened at its screen."""

    desk: Desk

    def lets_in(self, application_id: UUID, *, at: datetime) -> bool:
        """Return whether the officer has given this application, and no other, to whoever sits here now.

        What they were typing while the officer took over is taken as well: it stays theirs until they have gone.
        """
        desk = self.desk
        return desk.shown_id == application_id and desk.given_at is not None and is_seen(desk, at)

    def stand_at(self, question: str, *, at: datetime) -> None:
        """Keep at which question they stand, and let the officer see it."""
        actions.stand_at(desk=self.desk, question=question, at=at)

    def tell(self) -> None:
        """Let the officer's page look again."""
        actions.tell_desk(self.desk)

    @property
    def showing(self) -> str:
        """What the screen's own forms bring back: those of an earlier resident act on nobody."""
        return str(self.desk.showing)

    @property
    def language(self) -> str:
        """The language that they have chosen at the screen."""
        return self.desk.language

    @property
    def reads(self) -> str:
        """How they want to read it."""
        return self.desk.reads

    @property
    def address(self) -> str:
        """Where the screen shows what its desk shows."""
        return reverse("counter:screen")

    @property
    def aids_address(self) -> str:
        """Where it is said how they want to read it."""
        return reverse("counter:screen-aids")

    @property
    def language_address(self) -> str:
        """Where they choose a language."""
        return reverse("counter:screen-language")

    @property
    def still_address(self) -> str:
        """Where a page asks whether it is still theirs."""
        return reverse("counter:screen-still")


def is_seen(desk: Desk, at: datetime) -> bool:
    """Return whether the desk's screen may show what it shows: not once the case has ended, or while it is hidden."""
    return desk.shown is not None and actions.is_to_be_seen(desk.shown) and not desk.is_hidden(at)


@cache
def page_alone() -> str:
    """Return the view on which somebody goes on by themselves: of whichever room says in its apps.py that it has it."""
    named: list[str] = [getattr(room, "goes_on_in", "") for room in apps.get_app_configs()]
    return next(filter(None, named))


def goes_on_alone(desk: Desk, at: datetime) -> Application | None:
    """Return what whoever sits at the desk's screen goes on with by themselves now."""
    shown = desk.shown if desk.given_at is not None and is_seen(desk, at) else None
    if shown is None or (shown.state, shown.turn) != (State.INTERVIEW, Turn.RESIDENT):
        return None
    return shown
