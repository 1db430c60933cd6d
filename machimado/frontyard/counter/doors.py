"""Who may enter the live rooms of desks and screens."""

from collections.abc import Mapping
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY

from machimado.frontyard.counter.actions import hashed
from machimado.frontyard.counter.models import Desk, Screen
from machimado.ground.people.middleware import LOCKED
from machimado.ground.people.models import Officer

SCREEN_COOKIE = "machimado_screen"


def screen_door(_: str, cookies: Mapping[str, str]) -> str | None:
    """Let a tablet into its own room only."""
    secret = cookies.get(SCREEN_COOKIE, "")
    screen = Screen.objects.filter(secret_hash=hashed(secret)).only("pk").first() if secret else None
    return f"screen:{screen.pk}" if screen else None


def desk_door(desk: str, cookies: Mapping[str, str]) -> str | None:
    """Let a signed-in officer of the desk's office into the desk's room."""
    officer = _officer(cookies.get(settings.SESSION_COOKIE_NAME, ""))
    try:
        wanted = UUID(desk)
    except ValueError:
        return None
    if officer is None or not Desk.objects.filter(pk=wanted, office=officer.office_id).exists():
        return None
    return f"desk:{wanted}"


def _officer(session_key: str) -> Officer | None:
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key or None)
    if session.get(LOCKED):
        return None
    return Officer.objects.filter(pk=session.get(SESSION_KEY), is_active=True).first()
