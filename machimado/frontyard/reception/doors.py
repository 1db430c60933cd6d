"""Who may enter the live room of an office's queue: the screens in its hall. All that is told there is "look again"."""

from collections.abc import Mapping

from django.utils import timezone

from machimado.frontyard.reception import queries
from machimado.frontyard.reception.actions import hashed
from machimado.frontyard.reception.models import Terminal

TERMINAL_COOKIE = "machimado_terminal"


def ticket_door(code: str, _: Mapping[str, str]) -> str | None:
    """Let whoever has a ticket of today into its office's room."""
    found = queries.ticket_by(hashed(code), timezone.now())
    return f"hall:{found.case.office_id}" if found else None


def terminal_door(_: str, cookies: Mapping[str, str]) -> str | None:
    """Let a screen of the hall into its office's room; one that is not connected yet into its own."""
    secret = cookies.get(TERMINAL_COOKIE, "")
    found = Terminal.objects.filter(secret_hash=hashed(secret)).first() if secret else None
    if found is None:
        return None
    return f"hall:{found.office_id}" if found.office_id else f"terminal:{found.pk}"
