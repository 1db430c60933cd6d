"""Who may enter the live room of an office's queue: its display, its officers and who waits. All that is told there is "look again"."""

from collections.abc import Mapping

from django.utils import timezone

from machimado.frontyard.reception import queries
from machimado.ground.devices.queries import device_by
from machimado.ground.people.doors import officer_at
from machimado.ground.rows.secrets import hashed

DISPLAY, TICKETS = "display", "tickets"


def ticket_door(code: str, _: Mapping[str, str]) -> str | None:
    """Let whoever has a ticket of today into its office's room."""
    found = queries.ticket_by(hashed(code), timezone.now())
    return f"hall:{found.case.office_id}" if found else None


def hall_door(_: str, cookies: Mapping[str, str]) -> str | None:
    """Let the call display, and whoever is signed in, into the room of their office."""
    found = device_by(cookies)
    if found is not None and found.kind == DISPLAY:
        return f"hall:{found.office_id}"
    officer = officer_at(cookies)
    return f"hall:{officer.office_id}" if officer else None
