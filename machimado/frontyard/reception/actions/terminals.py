"""Screens in the hall: a new one shows a number of six digits, and an officer who types it in says what it is for."""

import secrets
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import IntegrityError, transaction

from machimado.frontyard.reception.actions.codes import hashed
from machimado.frontyard.reception.models import Terminal
from machimado.ground.journal.actions import record
from machimado.ground.live.hub import hub
from machimado.ground.people.models import Office, Officer

CODE_MINUTES = 10
FORGET_DAYS = 30
# With few that wait a mistyped number meets nobody's screen.
MOST_WAITING = 100
WAITING_MINUTES = 60
WRONG_CODES, WRONG_CODES_SECONDS = 10, 300


class PairingRefused(Exception):
    """The screen cannot be connected; the message says what to do."""


def new_terminal(*, at: datetime) -> tuple[Terminal, str]:
    """Make a terminal that is not connected yet; return it and its cookie's secret.

    Raises: PairingRefused when absurdly many wait to be connected.
    """
    Terminal.objects.filter(seen_at__lt=at - timedelta(days=FORGET_DAYS)).delete()
    waiting = Terminal.objects.filter(office=None)
    waiting.filter(seen_at__lt=at - timedelta(minutes=WAITING_MINUTES)).delete()
    if waiting.count() >= MOST_WAITING:
        raise PairingRefused("接続を待つ画面が多すぎます。しばらく待って読み込み直してください。")
    secret = secrets.token_urlsafe(32)
    return Terminal.objects.create(secret_hash=hashed(secret), seen_at=at), secret


def fresh_code(*, terminal: Terminal, at: datetime) -> str:
    """Return a number of six digits by which an officer can find this terminal for some minutes."""
    if terminal.code and terminal.code_until and terminal.code_until > at + timedelta(minutes=1):
        return terminal.code
    for _ in range(20):
        code, until = f"{secrets.randbelow(1_000_000):06}", at + timedelta(minutes=CODE_MINUTES)
        try:
            with transaction.atomic():
                Terminal.objects.filter(code=code, code_until__lt=at).update(code=None)
                Terminal.objects.filter(pk=terminal.pk).update(code=code, code_until=until)
        except IntegrityError:
            continue
        return code
    raise PairingRefused("接続番号を作れませんでした。少し待ってから、画面を読み込み直してください。")


@transaction.atomic
def pair(*, office: Office, kind: Terminal.Kind, code: str, by: Officer, at: datetime) -> Terminal:
    """Make the terminal that shows `code` one of the office.

    Raises: PairingRefused.
    """
    if cache.get(_guesses(by), 0) >= WRONG_CODES:
        raise PairingRefused("番号の間違いが続いています。5分ほど待ってから、もう一度入れてください。")
    digits = "".join(str(int(sign)) for sign in code if sign.isdecimal())
    found = Terminal.objects.select_for_update().filter(code=digits, code_until__gt=at).first()
    if found is None:
        cache.set(_guesses(by), cache.get(_guesses(by), 0) + 1, WRONG_CODES_SECONDS)
        raise PairingRefused(
            "この番号の画面は見つかりません。つなぐ画面に出ている6桁の番号を、もう一度確かめてください。"
        )
    found.office, found.kind, found.code, found.code_until = office, kind, None, None
    found.save(update_fields=["office", "kind", "code", "code_until"])
    _tell(found)
    record(by=by, action="terminal.paired", subject=str(found.pk), at=at)
    return found


@transaction.atomic
def unpair(*, terminal: Terminal, by: Officer, at: datetime) -> None:
    """Take the terminal out of the office; it shows a new number to connect it."""
    if Terminal.objects.filter(pk=terminal.pk).exclude(office=None).update(office=None):
        _tell(terminal)
        record(by=by, action="terminal.unpaired", subject=str(terminal.pk), at=at)


def _tell(terminal: Terminal) -> None:
    transaction.on_commit(lambda: hub.tell(f"terminal:{terminal.pk}", "look"))


def _guesses(by: Officer) -> str:
    return f"terminal:{by.pk}"
