"""A screen becomes the one of a desk, by its number or by an invitation."""

import secrets
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import IntegrityError, transaction

from machimado.frontyard.counter.actions.telling import tell_desk, tell_screen
from machimado.frontyard.counter.models import (
    Desk,
    Invitation,
    Screen,
)
from machimado.ground.journal.actions import record
from machimado.ground.people.models import Office, Officer
from machimado.ground.rows.secrets import hashed

CODE_MINUTES = 10


INVITATION_MINUTES = 5


FORGET_SCREENS_DAYS = 30


# A screen that waits to be paired holds a code. With few of them a mistyped code meets nobody's screen, least of all
# one that somebody put there for that.
MOST_WAITING_SCREENS = 200


WAITING_MINUTES = 60


WRONG_CODES = 10


WRONG_CODES_SECONDS = 300


class PairingRefused(Exception):
    """The tablet cannot be paired; the message says what to do."""


def set_up_desks(*, office: Office, count: int) -> None:
    """Make sure that the office has desks 1 to `count`."""
    for number in range(1, count + 1):
        Desk.objects.get_or_create(office=office, number=number)


def new_screen(*, at: datetime) -> tuple[Screen, str]:
    """Make a screen that is not paired yet, with a code to read out; return it and its cookie's secret.

    Raises: PairingRefused when absurdly many wait to be paired.
    """
    secret = secrets.token_urlsafe(32)
    Screen.objects.filter(seen_at__lt=at - timedelta(days=FORGET_SCREENS_DAYS)).delete()
    waiting = Screen.objects.filter(desk=None)
    waiting.filter(seen_at__lt=at - timedelta(minutes=WAITING_MINUTES)).delete()
    if waiting.count() >= MOST_WAITING_SCREENS:
        raise PairingRefused(
            "つながれていない画面が多すぎるため、新しい画面を用意できません。"
            "しばらく待って読み込み直すか、情報政策課に連絡してください。"
        )
    return Screen.objects.create(secret_hash=hashed(secret), seen_at=at), secret


def fresh_code(*, screen: Screen, at: datetime) -> str:
    """Return a code of six digits by which an officer can find this screen for some minutes."""
    if screen.code and screen.code_until and screen.code_until > at + timedelta(minutes=1):
        return screen.code
    for _ in range(20):
        code = f"{secrets.randbelow(1_000_000):06}"
        try:
            with transaction.atomic():
                Screen.objects.filter(code=code, code_until__lt=at).update(code=None)
                Screen.objects.filter(pk=screen.pk).update(
                    code=code, code_until=at + timedelta(minutes=CODE_MINUTES)
                )
        except IntegrityError:
            continue
        return code
    raise PairingRefused("接続番号を作れませんでした。少し待ってから、画面を読み込み直してください。")


@transaction.atomic
def pair_by_code(*, desk: Desk, code: str, by: Officer, at: datetime) -> Screen:
    """Pair the screen that shows `code` with the desk.

    Raises: PairingRefused.
    """
    _check_not_guessing(by)
    digits = "".join(str(int(sign)) for sign in code if sign.isdecimal())
    screen = Screen.objects.select_for_update().filter(code=digits, code_until__gt=at).first()
    if screen is None:
        _count_wrong_code(by)
        raise PairingRefused(
            "この番号の画面は見つかりません。住民の画面に出ている6桁の番号を、もう一度確かめてください。"
        )
    _pair(screen, desk)
    record(by=by, action="screen.paired", subject=str(screen.pk), at=at)
    return screen


def _check_not_guessing(by: Officer) -> None:
    if cache.get(_wrong_codes(by), 0) >= WRONG_CODES:
        raise PairingRefused("番号の間違いが続いています。5分ほど待つか、QR コードでつないでください。")


def _count_wrong_code(by: Officer) -> None:
    cache.set(_wrong_codes(by), cache.get(_wrong_codes(by), 0) + 1, WRONG_CODES_SECONDS)


def _wrong_codes(by: Officer) -> str:
    return f"pairing:{by.pk}"


def invite(*, desk: Desk, at: datetime) -> str:
    """Return the secret of a new one-time invitation to become the desk's screen."""
    secret = secrets.token_urlsafe(24)
    Invitation.objects.filter(valid_until__lt=at).delete()
    Invitation.objects.create(
        secret_hash=hashed(secret), desk=desk, valid_until=at + timedelta(minutes=INVITATION_MINUTES)
    )
    return secret


@transaction.atomic
def accept(*, secret: str, screen: Screen, at: datetime) -> None:
    """Pair the screen by an invitation, which is used up.

    Raises: PairingRefused.
    """
    invitation = (
        Invitation.objects.select_for_update().filter(secret_hash=hashed(secret), valid_until__gt=at).first()
    )
    if invitation is None:
        raise PairingRefused(
            "この QR コードは期限が切れています。窓口の画面で新しい QR コードを出してください。"
        )
    desk = invitation.desk
    invitation.delete()
    _pair(screen, desk)
    record(by=None, action="screen.paired", subject=str(screen.pk), at=at)


def _pair(screen: Screen, desk: Desk) -> None:
    """Make the screen the one of the desk."""
    for other in Screen.objects.select_for_update().filter(desk=desk).exclude(pk=screen.pk):
        Screen.objects.filter(pk=other.pk).update(desk=None)
        tell_screen(other)
    Screen.objects.filter(pk=screen.pk).update(desk=desk, code=None, code_until=None)
    tell_screen(screen)
    tell_desk(desk)


@transaction.atomic
def unpair(*, desk: Desk, by: Officer, at: datetime) -> None:
    """Take the desk's screen away; the tablet shows a new code."""
    for screen in Screen.objects.select_for_update().filter(desk=desk):
        Screen.objects.filter(pk=screen.pk).update(desk=None)
        tell_screen(screen)
        record(by=by, action="screen.unpaired", subject=str(screen.pk), at=at)
