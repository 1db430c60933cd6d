from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from machimado.ground.people import permissions
from machimado.ground.people.middleware import LOCKED, TOUCHED


@permissions.officers()
def lock(request: HttpRequest) -> HttpResponse:
    """Show the lock; open it when the officer gives the password."""
    target = request.POST.get("next") or request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    if request.method == "POST" and _is_password_right(request):
        request.session.pop(LOCKED, None)
        request.session.pop(TOUCHED, None)
        return redirect(target)
    request.session[LOCKED] = True
    wrong = request.method == "POST" and "password" in request.POST
    return render(request, "people/lock.html", {"next": target, "wrong": wrong}, status=422 if wrong else 200)


def _is_password_right(request: HttpRequest) -> bool:
    officer = permissions.by(request)
    given = request.POST.get("password", "")
    # authenticate() goes through allauth's rate limit and its log of failures; check_password would not.
    return bool(given) and authenticate(request, username=officer.login, password=given) == officer
