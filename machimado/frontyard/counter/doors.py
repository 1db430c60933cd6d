"""Who may enter the live rooms of desks and screens."""

from collections.abc import Mapping
from uuid import UUID

from machimado.frontyard.counter.models import Desk, Screen
from machimado.ground.people.doors import officer_at
from machimado.ground.rows.secrets import hashed

SCREEN_COOKIE = "machimado_screen"


def screen_door(_: str, cookies: Mapping[str, str]) -> str | None:
    """Let a tablet into its own room only."""
    secret = cookies.get(SCREEN_COOKIE, "")
    screen = Screen.objects.filter(secret_hash=hashed(secret)).only("pk").first() if secret else None
    return f"screen:{screen.pk}" if screen else None


def desk_door(desk: str, cookies: Mapping[str, str]) -> str | None:
    """Let a signed-in officer of the desk's office into the desk's room."""
    officer = officer_at(cookies)
    try:
        wanted = UUID(desk)
    except ValueError:
        return None
    if officer is None or not Desk.objects.filter(pk=wanted, office=officer.office_id).exists():
        return None
    return f"desk:{wanted}"
