import time
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

TOUCHED = "touched_at"
LOCKED = "locked"
KEEP_EVERY_SECONDS = 30


def lock_when_idle(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Ask for the password again on an officer's screen that nobody touched for a while."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not _open_while_locked(request.path):
            if _is_locked(request):
                return _to_lock(request)
            _touch(request)
        return get_response(request)

    return middleware


def _open_while_locked(path: str) -> bool:
    return path in {reverse("people:lock"), reverse("account_logout")} or path.startswith(settings.STATIC_URL)


def _is_locked(request: HttpRequest) -> bool:
    if request.session.get(LOCKED):
        return True
    touched = request.session.get(TOUCHED, time.time())
    if time.time() - touched > settings.LOCK_AFTER_MINUTES * 60:
        request.session[LOCKED] = True
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
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("people:lock")})
    # What was to be changed is asked for anew: only a page can be gone back to.
    return redirect(lock_address(request.get_full_path() if request.method == "GET" else "/"))


def lock_address(target: str) -> str:
    """Return the address of the lock that leads back to `target`."""
    return f"{reverse('people:lock')}?{urlencode({'next': target})}"
