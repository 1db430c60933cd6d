"""Whoever sits at a counter goes on by themselves at its screen, where an officer has given it to them.

This room knows no counter: whichever room has screens at which somebody may go on names in its apps.py (`goes_on_at`) what
tells from a request at which of its desks it was made.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Protocol
from uuid import UUID

from django.apps import apps
from django.http import HttpRequest
from django.utils.module_loading import import_string


class Desk(Protocol):
    """A desk at whose screen a page was opened."""

    # Where the screen shows what its desk shows, and where its own forms go.
    address: str
    aids_address: str
    language_address: str
    # Where a page asks whether it is still theirs who sit here, and by what it says which they are.
    still_address: str
    showing: str
    # As they have chosen at the screen.
    language: str
    reads: str

    def lets_in(self, application_id: UUID, *, at: datetime) -> bool:
        """Return whether this application, and no other, was given to whoever sits here now."""

    def stand_at(self, question: str, *, at: datetime) -> None:
        """Keep at which question they stand, and let the officer see it."""

    def tell(self) -> None:
        """Let the officer's page look again."""


@cache
def _finders() -> tuple[Callable[[HttpRequest], Desk | None], ...]:
    named = (getattr(room, "goes_on_at", "") for room in apps.get_app_configs())
    return tuple(import_string(name) for name in named if name)


def desk_of(request: HttpRequest) -> Desk | None:
    """Return the desk at whose screen the request was made; nothing where it comes from any other browser."""
    if not hasattr(request, "own_desk"):
        found = (find(request) for find in _finders())
        request.own_desk = next(filter(None, found), None)  # type: ignore[attr-defined]
    desk: Desk | None = request.own_desk  # type: ignore[attr-defined]
    return desk


def given_at(request: HttpRequest) -> Desk | None:
    """Return the desk at whose screen an application is gone on with, after the door has let it in there."""
    desk: Desk | None = getattr(request, "given_at_desk", None)
    return desk
