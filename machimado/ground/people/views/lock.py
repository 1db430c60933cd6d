from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from machimado.ground.people import permissions
from machimado.ground.people.middleware import LONGEST_TARGET, TOUCHED, is_locked, lock_address
from machimado.ground.people.sessions import LOCKED
from machimado.ground.people.sign_in import TOO_OFTEN

WRONG = "パスワードが違います。大文字・小文字と全角・半角を確かめて、もう一度入力してください。"


@permissions.officers()
@require_http_methods(["GET", "HEAD", "POST"])
def lock(request: HttpRequest) -> HttpResponse:
    """Show the lock of a locked screen; a post locks it, and opens it with the officer's password.

    Fetching the address locks nothing: another site's page, or a browser that looks ahead, must not shut a desk.
    """
    given = request.POST.get("password")
    if given is not None:
        return _open(request, given)
    if request.method == "POST":
        request.session[LOCKED] = True
        # A page that answers a POST cannot be gone back to.
        return redirect(lock_address(_target(request)))
    return _shown(request) if is_locked(request.session) else redirect(_target(request))


def _open(request: HttpRequest, password: str) -> HttpResponse:
    wrong = _why_not(request, password)
    if wrong:
        request.session[LOCKED] = True
        return _shown(request, wrong)
    request.session.pop(LOCKED, None)
    request.session.pop(TOUCHED, None)
    return redirect(_target(request))


def _shown(request: HttpRequest, wrong: str = "") -> HttpResponse:
    shown = {"next": _target(request), "wrong": wrong}
    return render(request, "people/lock.html", shown, status=422 if wrong else 200)


@permissions.officers()
@require_safe
def touch(request: HttpRequest) -> HttpResponse:
    """Hear that somebody moves or types on a page of ours; the lock counts that as any other request."""
    return HttpResponse(status=204)


def _target(request: HttpRequest) -> str:
    """Return the page to go on with; never one of another site."""
    target = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if is_ours and len(target) <= LONGEST_TARGET else "/"


def _why_not(request: HttpRequest, given: str) -> str:
    """Return why the password does not open the lock; nothing when it does."""
    officer = permissions.by(request)
    try:
        # Through allauth, which counts failures: Django's own authenticate() would let somebody try for ever.
        found = get_adapter(request).authenticate(request, username=officer.login, password=given)
    except ValidationError:
        return TOO_OFTEN
    return "" if found == officer else WRONG
