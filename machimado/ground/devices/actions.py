import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from machimado.ground.devices import queries
from machimado.ground.devices.models import Device
from machimado.ground.devices.permissions import check_keep
from machimado.ground.journal.actions import record
from machimado.ground.live.hub import hub
from machimado.ground.people.models import Office, Officer
from machimado.ground.rows.secrets import hashed
from machimado.ground.typesetting import printers
from machimado.ground.ui.patience import Patience

LONGEST_NAME = 40
CODE_MINUTES = 10
# What shows its number and was not looked at for so long was no device.
FORGET_AFTER = timedelta(hours=1)
SEEN_EVERY = timedelta(seconds=30)
WRONG_CODES = Patience("device-code", most=10, seconds=5 * 60)


class NotConnected(Exception):
    """The device cannot be connected; the message says what to do."""


def appear(*, at: datetime) -> tuple[Device, str]:
    """Keep a screen that nobody has connected yet; return it and its cookie's secret."""
    Device.objects.filter(office=None, seen_at__lt=at - FORGET_AFTER).delete()
    secret = secrets.token_urlsafe(32)
    return Device.objects.create(secret_hash=hashed(secret), seen_at=at), secret


def fresh_code(*, device: Device, at: datetime) -> str:
    """Return a number of six digits by which an officer finds this device for some minutes.

    Raises: NotConnected.
    """
    if device.code and device.code_until and device.code_until > at + timedelta(minutes=1):
        return device.code
    for _ in range(20):
        code, until = f"{secrets.randbelow(1_000_000):06}", at + timedelta(minutes=CODE_MINUTES)
        try:
            with transaction.atomic():
                Device.objects.filter(code=code, code_until__lt=at).update(code=None)
                Device.objects.filter(pk=device.pk).update(code=code, code_until=until)
        except IntegrityError:
            continue
        return code
    raise NotConnected("接続番号を作れませんでした。少し待ってから、画面を読み込み直してください。")


@transaction.atomic
def connect(*, office: Office, kind: str, name: str, code: str, by: Officer, at: datetime) -> Device:
    """Make the screen that shows this number a device of the office.

    Raises: Refused; NotConnected where no screen shows it, the name is taken or missing, or nothing is of this kind.
    """
    check_keep(by, office)
    if kind not in queries.kinds():
        raise NotConnected("端末の種類を選んでください。")
    if not name or len(name) > LONGEST_NAME:
        raise NotConnected(f"端末の名前を{LONGEST_NAME}文字までで入れてください（例：正面ロビー1）。")
    found = _by_code(code, by, at)
    found.office, found.kind, found.name, found.code, found.code_until = office, kind, name, None, None
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError as taken:
        raise NotConnected(
            f"「{name}」という端末はもうあります。入れ替えるときは先に外し、そうでなければ別の名前にしてください。"
        ) from taken
    record(by=by, action="device.connected", at=at, detail={"kind": kind, "name": name})
    _tell(found)
    return found


def _by_code(code: str, by: Officer, at: datetime) -> Device:
    """Return the device that shows the number; guessing ends. Raises: NotConnected."""
    if WRONG_CODES.is_over(str(by.pk)):
        raise NotConnected("番号の間違いが続いています。5分ほど待ってから、もう一度入れてください。")
    digits = "".join(str(int(sign)) for sign in code if sign.isdecimal())
    found = Device.objects.select_for_update(of=("self",)).filter(code=digits, code_until__gt=at).first()
    if found is None:
        WRONG_CODES.count(str(by.pk))
        raise NotConnected(
            "この番号の画面は見つかりません。つなぐ画面に出ている6桁の番号を、もう一度確かめてください。"
        )
    return found


@transaction.atomic
def disconnect(*, device: Device, by: Officer, at: datetime) -> None:
    """Take a device out of the office; it shows a number again. May be repeated. Raises: Refused."""
    if device.office is None:
        return
    check_keep(by, device.office)
    theirs = Device.objects.filter(pk=device.pk, office=device.office)
    if theirs.update(office=None, kind="", name="", printer="", called_at=None, coming=None):
        record(by=by, action="device.disconnected", at=at, detail={"name": device.name})
        _tell(device)


def _tell(device: Device) -> None:
    transaction.on_commit(lambda: hub.tell(f"device:{device.pk}", "look"))


@transaction.atomic
def set_printer(*, device: Device, queue: str, by: Officer, at: datetime) -> None:
    """Name the CUPS queue of the printer beside the device; with nothing its browser prints.

    Raises: Refused; NotConnected where CUPS takes no such name.
    """
    check_keep(by, device.office)
    if queue and not printers.is_queue(queue):
        raise NotConnected(
            "プリンターの名前は、CUPS のキューの名前（半角の英数字と - _ .）で入れてください。"
        )
    if Device.objects.filter(pk=device.pk).exclude(printer=queue).update(printer=queue):
        record(by=by, action="device.printer_set", at=at, detail={"name": device.name, "printer": queue})


# ---------------------------------------------------------------- somebody in front of it needs an officer


@transaction.atomic
def call_staff(*, device: Device, at: datetime) -> None:
    """Tell the office that somebody in front of the device needs an officer. May be repeated."""
    if Device.objects.filter(pk=device.pk, called_at=None).update(called_at=at):
        record(by="resident", action="device.staff_called", at=at, detail={"name": device.name})


@transaction.atomic
def come(*, device: Device, by: Officer, at: datetime) -> bool:
    """Say that the officer is on the way; return whether it is this one who goes: of two, one does. Raises: Refused."""
    check_keep(by, device.office)
    if Device.objects.filter(pk=device.pk, called_at__isnull=False, coming=None).update(coming=by):
        record(by=by, action="device.officer_coming", at=at, detail={"name": device.name})
        return True
    return Device.objects.filter(pk=device.pk, coming=by).exists()


def end_call(*, device: Device) -> None:
    """Forget that somebody asked for an officer: they were helped, or think better of it. May be repeated."""
    Device.objects.filter(pk=device.pk).update(called_at=None, coming=None)


def touch(*, device: Device, at: datetime) -> None:
    """Keep that the device was here; not at every request, since each write costs one."""
    if at - device.seen_at > SEEN_EVERY:
        Device.objects.filter(pk=device.pk).update(seen_at=at)
