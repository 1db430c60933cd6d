"""Who may open what. Every view says it with one of these; a structure test finds those that don't."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from machimado.ground.people.models import Officer, Role

# What a view of the resident's screen says of itself.
RESIDENTS = "residents"

type_of_view = Callable[..., HttpResponseBase]


class Refused(Exception):
    """The person may not do this; the message is a sentence that an officer can act on."""


def check_role(officer: Officer, *roles: Role) -> None:
    """Check that the officer has one of the roles.

    Raises: Refused.
    """
    if not officer.role_codes() & set(roles):
        names = "・".join(role.label for role in roles)
        raise Refused(
            f"この画面は「{names}」の役割をもつ職員が使えます。必要なときは責任者に役割の付与を依頼してください。"
        )


def can_role(officer: Officer, *roles: Role) -> bool:
    """Return whether the officer has one of the roles."""
    return bool(officer.role_codes() & set(roles))


def everyone(view: type_of_view) -> type_of_view:
    """Mark a view that needs no sign-in."""
    view.access = "everyone"  # type: ignore[attr-defined]
    return view


def residents(view: type_of_view) -> type_of_view:
    """Mark a view of the resident's screen: the tablet's own cookie lets it in, whoever is signed in beside it."""
    view.access = RESIDENTS  # type: ignore[attr-defined]
    return view


def officers(*roles: Role) -> Callable[[type_of_view], type_of_view]:
    """Mark a view for signed-in officers; with roles, for those who have one of them."""

    def mark(view: type_of_view) -> type_of_view:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            officer = request.user
            if isinstance(officer, AnonymousUser):
                return _to_sign_in(request)
            try:
                if roles:
                    check_role(officer, *roles)
                return view(request, *args, **kwargs)
            except Refused as refusal:
                return render(request, "ui/refused.html", {"reason": str(refusal)}, status=403)

        guarded.access = "officers: " + ", ".join(roles or ["any"])  # type: ignore[attr-defined]
        return guarded

    return mark


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send the browser to the sign-in page; a fragment request moves the whole page, not the fragment."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect_to_login(request.get_full_path())


def by(request: HttpRequest) -> Officer:
    """Return the signed-in officer of a request that a guarded view got."""
    assert isinstance(request.user, Officer)
    return request.user
