"""Desks and screens learn at once that they should look again."""

from django.db import transaction

from machimado.frontyard.counter.models import (
    Desk,
    Screen,
)
from machimado.ground.live.hub import hub


def tell_desk_and_screen(desk: Desk | None) -> None:
    """Let both sides of a desk look again, once what changed is committed."""
    if desk is not None:
        tell_desk(desk)
        tell_screen_of(desk)


def tell_screen_of(desk: Desk) -> None:
    """Let the desk's screen look again, once what changed is committed."""
    if desk.screen is not None:
        tell_screen(desk.screen)


def tell_screen(screen: Screen) -> None:
    """Let the screen look again."""
    room = f"screen:{screen.pk}"
    transaction.on_commit(lambda: hub.tell(room, "look"))


def tell_desk(desk: Desk) -> None:
    """Let the officer's page at the desk look again, once what changed is committed."""
    room = f"desk:{desk.pk}"
    transaction.on_commit(lambda: hub.tell(room, "look"))
