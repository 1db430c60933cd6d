"""The desk at which the officer sits, and the screen on its other side."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from machimado.frontyard.counter.models import SCREEN_ALIVE, Desk, Screen
from machimado.ground.people.models import Officer
from machimado.ground.ui.languages import Language


@dataclass(frozen=True, slots=True)
class DeskState:
    """The officer's desk and what is known of the resident's screen at it."""

    id: UUID
    number: int
    paired: bool
    alive: bool
    # Which application its screen no longer shows, because nobody has done anything for so long.
    hidden: UUID | None
    objection: str
    # In its own words; nothing where it is Japanese.
    language: str
    has_reader: bool
    # Which application whoever sits at its screen goes on with by themselves, or did so last.
    given: UUID | None


def desks(officer: Officer) -> list[Desk]:
    """Return the desks of the officer's office."""
    return list(Desk.objects.filter(office=officer.office_id))


def desk_state(desk: Desk | None, *, at: datetime) -> DeskState | None:
    """Return how it stands with the desk's screen."""
    if desk is None:
        return None
    screen = desk.screen
    alive = screen is not None and at - screen.seen_at < SCREEN_ALIVE
    foreign = desk.get_language_display() if desk.language != Language.JAPANESE else ""
    hidden = desk.shown_id if desk.is_hidden(at) else None
    return DeskState(
        desk.pk,
        desk.number,
        screen is not None,
        alive,
        hidden,
        desk.objection,
        foreign,
        desk.reader is not None,
        desk.shown_id if desk.given_at is not None else None,
    )


def screen_of(secret_hash: str) -> Screen | None:
    """Return the screen with that secret, with its desk and what it shows."""
    return (
        Screen.objects.select_related("desk__office", "desk__shown__definition", "desk__shown__case")
        .defer("desk__shown__definition__definition")
        .filter(secret_hash=secret_hash)
        .first()
    )
