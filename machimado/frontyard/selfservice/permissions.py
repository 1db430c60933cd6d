"""Who may go on with an application without an account: whoever was let in by its code, on this browser, for this sitting."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from machimado.cases.applications.models import RESUMPTIONS, Resumption
from machimado.ground.devices.models import Device
from machimado.ground.devices.queries import device_of
from machimado.ground.ui.patience import Patience, address_of
from machimado.ground.ui.sentences import Sentence

COOKIE = "machimado_apply"
SALT = "machimado.selfservice"
# The kind of device (apps.py) that a terminal in a lobby is.
LOBBY = "lobby"
SITTING = timedelta(hours=12)
# On a screen in the lobby, which somebody else uses next: without a touch.
LOBBY_SITTING = timedelta(minutes=15)
# Of one address.
WRONG_CODES = Patience("apply-wrong-code", most=10, seconds=10 * 60)
BEGINNINGS = Patience("apply-beginning", most=60, seconds=60 * 60)


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
    """Return the application that this browser was let in to, if it still may."""
    try:
        said = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SITTING)
    except signing.BadSignature:
        return None
    found = RESUMPTIONS.find(application_id)
    if found is None or said != [str(application_id), found.epoch] or found.valid_until < timezone.now():
        return None
    return None if lobby_of(request) and _is_left(found) else found


def _is_left(resumption: Resumption) -> bool:
    return timezone.now() - resumption.touched_at > LOBBY_SITTING


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
