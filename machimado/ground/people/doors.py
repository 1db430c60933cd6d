"""Who of the officers stands at the door of a live room."""

from collections.abc import Mapping
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from machimado.ground.people.middleware import is_locked
from machimado.ground.people.models import Officer


def officer_at(cookies: Mapping[str, str]) -> Officer | None:
    """Return who is signed in, as a page would be told: not by a session that is locked, idle or of an old password."""
    request = HttpRequest()
    key = cookies.get(settings.SESSION_COOKIE_NAME, "")
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key or None)
    if is_locked(request.session):
        return None
    officer = get_user(request)
    return officer if isinstance(officer, Officer) else None
