"""Who may enter the live rooms of desks and screens."""

from collections.abc import Mapping
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from machimado.frontyard.counter.actions import hashed
from machimado.frontyard.counter.models import Desk, Screen
from machimado.ground.people.middleware import is_locked
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
    """Return who is signed in, as a page would be told: not by a session that is locked, idle or of an old password."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key or None)
    if is_locked(request.session):
        return None
    officer = get_user(request)
    return officer if isinstance(officer, Officer) else None
