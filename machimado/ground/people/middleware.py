import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from machimado.ground.people.permissions import RESIDENTS
from machimado.ground.people.sessions import LOCKED
from machimado.ground.ui.addresses import address_of

TOUCHED = "touched_at"
KEEP_EVERY_SECONDS = 30
# A page that asks for news by itself says so: nobody touched it, and it must not keep an abandoned screen open.
UNATTENDED = "X-Unattended"
LONGEST_TARGET = 2000


def lock_when_idle(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Ask for the password again on an officer's screen that nobody touched for a while."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    middleware.process_view = _lock_or_touch  # type: ignore[attr-defined] # where Django looks for it
    return middleware


def _lock_or_touch(
    request: HttpRequest, view: Callable[..., Any], _args: list[Any], _named: dict[str, Any]
) -> HttpResponse | None:
    if not request.user.is_authenticated or _is_open_while_locked(request.path, view):
        return None
    if is_locked(request.session):
        return _to_lock(request)
    if UNATTENDED not in request.headers:
        _touch(request)
    return None


def _is_open_while_locked(path: str, view: Callable[..., Any]) -> bool:
    # The resident's screen may stand in a window beside the officer's: it has a cookie of its own, so the
    # officer's lock does not shut it, and its asking for news does not keep the officer's session open.
    if getattr(view, "access", "") == RESIDENTS:
        return True
    return path in {address_of("people:lock"), address_of("account_logout")}


def is_locked(session: SessionBase) -> bool:
    """Return whether the session is locked; one that nobody touched for long enough is from now on."""
    if session.get(LOCKED):
        return True
    touched = session.get(TOUCHED, time.time())
    if time.time() - touched > settings.LOCK_AFTER_MINUTES * 60:
        session[LOCKED] = True
        return True
    return False


def _touch(request: HttpRequest) -> None:
    """Keep when the screen was last used; not at every request, since each write costs one."""
    now = time.time()
    if now - request.session.get(TOUCHED, 0) > KEEP_EVERY_SECONDS:
        request.session[TOUCHED] = now


def _to_lock(request: HttpRequest) -> HttpResponse:
    """Send the browser to the lock; what was typed was saved before, so nothing is lost."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": lock_address(_page_around(request))})
    # What was to be changed is asked for anew: only a page can be gone back to.
    return redirect(lock_address(request.get_full_path() if request.method == "GET" else "/"))


def _page_around(request: HttpRequest) -> str:
    """Return the page of ours that asked for a fragment."""
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    return f"{page.path}?{page.query}" if page.query else page.path or "/"


def lock_address(target: str) -> str:
    """Return the address of the lock that leads back to `target`; an absurdly long one is not gone back to."""
    return (
        f"{address_of('people:lock')}?{urlencode({'next': target if len(target) <= LONGEST_TARGET else '/'})}"
    )
