"""Who may go on with an application without an account: whoever was let in by its code, on this browser, for this sitting."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, Concatenate
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from machimado.cases.applications.models import RESUMPTIONS, Resumption
from machimado.ground.ui.sentences import Sentence

COOKIE = "machimado_apply"
SALT = "machimado.selfservice"
SITTING = timedelta(hours=12)
# Of one address: wrong codes, and beginnings, before it has to wait.
WRONG_CODES, WRONG_CODES_SECONDS = 10, 10 * 60
BEGINNINGS, BEGINNINGS_SECONDS = 60, 60 * 60

type_of_page = Callable[Concatenate[HttpRequest, Resumption, ...], HttpResponse]


class TooMany(Exception):
    """So much came from one address that it has to wait; the message says how long."""


def home_of(application_id: UUID) -> str:
    """Return the address below which the application's pages stand; the cookie goes nowhere else."""
    return f"/apply/a/{application_id}/"


def let_in(response: HttpResponse, resumption: Resumption) -> HttpResponse:
    """Let this browser go on with the application, and with no other, until it is closed or twelve hours have passed."""
    said = signing.dumps([str(resumption.application_id), resumption.epoch], salt=SALT)
    response.set_cookie(
        COOKIE,
        said,
        path=home_of(resumption.application_id),
        httponly=True,
        samesite="Lax",
        secure=settings.HTTPS,
    )
    return response


def send_away(response: HttpResponse, application_id: UUID) -> HttpResponse:
    """Let this browser forget that it was let in."""
    response.delete_cookie(COOKIE, path=home_of(application_id), samesite="Lax")
    return response


def resumption_of(request: HttpRequest, application_id: UUID) -> Resumption | None:
    """Return the application that this browser was let in to, if it still may."""
    try:
        said = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SITTING)
    except signing.BadSignature:
        return None
    found = RESUMPTIONS.find(application_id)
    if found is None or said != [str(application_id), found.epoch] or found.valid_until < timezone.now():
        return None
    return found


def applicants(view: type_of_page) -> Callable[..., HttpResponse]:
    """Mark a page of an application: it opens for the browser that was let in; another one is asked for the code."""

    @wraps(view)
    def guarded(request: HttpRequest, application_id: UUID, **more: Any) -> HttpResponse:
        resumption = resumption_of(request, application_id)
        if resumption is None:
            return redirect("selfservice:resume")
        return view(request, resumption, **more)

    guarded.access = "residents: by code"  # type: ignore[attr-defined]
    return guarded


def check_not_guessing(request: HttpRequest) -> None:
    """Check that this address has not typed wrong codes again and again.

    Raises: TooMany.
    """
    if cache.get(_guesses(request), 0) >= WRONG_CODES:
        raise TooMany(
            Sentence(
                "コードの間違いが続いたため、しばらく受け付けません。10分ほどたってから、もう一度お試しください。"
            )
        )


def count_wrong_code(request: HttpRequest) -> None:
    """Count a wrong code of this address."""
    _count(_guesses(request), WRONG_CODES_SECONDS)


def check_not_flooding(request: HttpRequest) -> None:
    """Count a beginning, and check that this address does not begin one after the other.

    Raises: TooMany.
    """
    if _count(f"apply:begun:{_address(request)}", BEGINNINGS_SECONDS) > BEGINNINGS:
        raise TooMany(
            Sentence("短い間にたくさんの申請が始まりました。1時間ほどたってから、もう一度お試しください。")
        )


def _count(key: str, seconds: int) -> int:
    cache.add(key, 0, seconds)
    try:
        return int(cache.incr(key))
    except ValueError:  # it ran out between the two
        return 1


def _guesses(request: HttpRequest) -> str:
    return f"apply:wrong:{_address(request)}"


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
