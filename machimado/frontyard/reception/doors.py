"""Who may enter the live room of an office's queue: the display in its hall, and who waits. All that is told there is "look again"."""

from collections.abc import Mapping

from django.utils import timezone

from machimado.frontyard.reception import queries
from machimado.frontyard.reception.actions import hashed
from machimado.ground.devices.queries import device_by

DISPLAY, TICKETS = "display", "tickets"


def ticket_door(code: str, _: Mapping[str, str]) -> str | None:
    """Let whoever has a ticket of today into its office's room."""
    found = queries.ticket_by(hashed(code), timezone.now())
    return f"hall:{found.case.office_id}" if found else None


def hall_door(_: str, cookies: Mapping[str, str]) -> str | None:
    """Let the call display into its office's room."""
    found = device_by(cookies)
    return f"hall:{found.office_id}" if found is not None and found.kind == DISPLAY else None
