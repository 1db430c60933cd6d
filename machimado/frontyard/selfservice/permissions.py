"""Who may go on with an application without an account: whoever was let in by its code, on this browser, for this sitting."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from machimado.cases.applications.models import RESUMPTIONS, Resumption
from machimado.frontyard.selfservice.models import SIGN_INS, SignIn
from machimado.ground.devices.models import Device
from machimado.ground.devices.queries import device_of
from machimado.ground.ui.patience import Patience, address_of
from machimado.ground.ui.sentences import Sentence

COOKIE = "machimado_apply"
SALT = "machimado.selfservice"
# Whoever is signed in by the city's identity provider; nothing to do with officers' sessions.
SIGNED_IN_COOKIE = "machimado_resident"
SIGNED_IN_PATH = "/apply/"
# The kind of device (apps.py) that a terminal in a lobby is.
LOBBY = "lobby"
SITTING = timedelta(hours=12)
# On a screen in the lobby, which somebody else uses next: without a touch.
LOBBY_SITTING = timedelta(minutes=15)
# Of one address.
WRONG_CODES = Patience("apply-wrong-code", most=10, seconds=10 * 60)
BEGINNINGS = Patience("apply-beginning", most=60, seconds=60 * 60)
SIGNING_IN = Patience("apply-sign-in", most=120, seconds=60 * 60)


class TooMany(Exception):
    """So much came from one address that it has to wait; the message says how long."""


def lobby_of(request: HttpRequest) -> Device | None:
    """Return the terminal in a lobby that a request comes from; nothing where it comes from somebody's own browser."""
    if not hasattr(request, "lobby"):
        request.lobby = device_of(request, kind=LOBBY)  # type: ignore[attr-defined]
    found: Device | None = request.lobby  # type: ignore[attr-defined]
    return found


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
    """Return the application that this browser was let in to, by its code or by who is signed in, if it still may."""
    found = RESUMPTIONS.find(application_id)
    if found is None or found.valid_until < timezone.now():
        return None
    return found if is_own(request, found) else _by_token(request, found)


def _by_token(request: HttpRequest, resumption: Resumption) -> Resumption | None:
    try:
        said = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SITTING)
    except signing.BadSignature:
        return None
    if said != [str(resumption.application_id), resumption.epoch]:
        return None
    return None if lobby_of(request) and _is_left(resumption.touched_at) else resumption


def _is_left(touched_at: datetime) -> bool:
    return timezone.now() - touched_at > LOBBY_SITTING


def is_own(request: HttpRequest, resumption: Resumption) -> bool:
    """Return whether the application is that of whoever is signed in here."""
    signed_in = signed_in_of(request) if resumption.person else None
    return signed_in is not None and signed_in.person == resumption.person


def signed_in_of(request: HttpRequest) -> SignIn | None:
    """Return who is signed in by the identity provider in this browser, if anybody still is."""
    if not hasattr(request, "signed_in"):
        request.signed_in = _signed_in(request)  # type: ignore[attr-defined]
    found: SignIn | None = request.signed_in  # type: ignore[attr-defined]
    return found


def _signed_in(request: HttpRequest) -> SignIn | None:
    secret = request.COOKIES.get(SIGNED_IN_COOKIE, "")
    found = SIGN_INS.find(hashlib.sha256(secret.encode()).hexdigest()) if secret else None
    if found is None or found.valid_until < timezone.now():
        return None
    return None if found.is_lobby and _is_left(found.touched_at) else found


def keep_signed_in(response: HttpResponse, secret: str) -> HttpResponse:
    """Let this browser be signed in, until it is closed or the sign-in ends."""
    response.set_cookie(
        SIGNED_IN_COOKIE, secret, path=SIGNED_IN_PATH, httponly=True, samesite="Lax", secure=settings.HTTPS
    )
    return response


def keep_signed_out(response: HttpResponse) -> HttpResponse:
    """Let this browser forget who was signed in."""
    response.delete_cookie(SIGNED_IN_COOKIE, path=SIGNED_IN_PATH, samesite="Lax")
    return response


def check_not_signing_in_again_and_again(request: HttpRequest) -> None:
    """Count a sign-in of this address, and check that there are not too many.

    Raises: TooMany.
    """
    if SIGNING_IN.count(address_of(request)) > SIGNING_IN.most:
        raise TooMany("短い間にサインインが続きました。1時間ほどたってから、もう一度お試しください。")


def check_not_guessing(request: HttpRequest) -> None:
    """Check that this address has not typed wrong codes again and again.

    Raises: TooMany.
    """
    if WRONG_CODES.is_over(address_of(request)):
        raise TooMany(
            Sentence(
                "コードの間違いが続いたため、しばらく受け付けません。10分ほどたってから、もう一度お試しください。"
            )
        )


def count_wrong_code(request: HttpRequest) -> None:
    """Count a wrong code of this address."""
    WRONG_CODES.count(address_of(request))


def check_not_flooding(request: HttpRequest) -> None:
    """Count a beginning, and check that this address does not begin one after the other.

    Raises: TooMany.
    """
    if BEGINNINGS.count(address_of(request)) > BEGINNINGS.most:
        raise TooMany(
            Sentence("短い間にたくさんの申請が始まりました。1時間ほどたってから、もう一度お試しください。")
        )
