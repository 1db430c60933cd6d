import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from machimado.ground.devices import queries
from machimado.ground.devices.models import Device
from machimado.ground.devices.permissions import check_keep
from machimado.ground.journal.actions import record
from machimado.ground.people.models import Office, Officer
from machimado.ground.typesetting import printers

LONGEST_NAME = 40
CODE_DIGITS = 8
CODE_MINUTES = 10
SEEN_EVERY = timedelta(minutes=1)


class NotConnected(Exception):
    """The device cannot be added or connected; the message says what to do."""


@transaction.atomic
def add(*, office: Office, kind: str, name: str, by: Officer, at: datetime) -> tuple[Device, str]:
    """Add a device to an office; return it with the code that connects it.

    Raises: Refused; NotConnected when the name is taken or missing, or nothing is of this kind.
    """
    check_keep(by, office)
    if kind not in queries.kinds():
        raise NotConnected("端末の種類を選んでください。")
    if not name or len(name) > LONGEST_NAME:
        raise NotConnected(f"端末の名前を{LONGEST_NAME}文字までで入れてください（例：正面ロビー1）。")
    try:
        with transaction.atomic():
            device = Device.objects.create(office=office, kind=kind, name=name)
    except IntegrityError as taken:
        raise NotConnected(f"「{name}」という端末はもうあります。別の名前にしてください。") from taken
    record(by=by, action="device.added", at=at, detail={"kind": kind, "name": name})
    return device, _new_code(device, at)


@transaction.atomic
def give_code(*, device: Device, by: Officer, at: datetime) -> str:
    """Return a new code that connects the device for ten minutes; what is connected now stays so until it is used.

    Raises: Refused.
    """
    check_keep(by, device.office)
    record(by=by, action="device.code_given", at=at, detail={"name": device.name})
    return _new_code(device, at)


def _new_code(device: Device, at: datetime) -> str:
    while True:
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        # One in a hundred million; a code that is out of date is nobody's.
        if not Device.objects.filter(code_hash=hashed(code)).exists():
            break
    Device.objects.filter(pk=device.pk).update(
        code_hash=hashed(code), code_until=at + timedelta(minutes=CODE_MINUTES)
    )
    return code


@transaction.atomic
def connect(*, code: str, at: datetime) -> tuple[Device, str]:
    """Connect the device whose code was typed on it; return it with its cookie's secret. A code connects once.

    Raises: NotConnected.
    """
    digits = "".join(filter(str.isdigit, code.translate(_NARROW)))
    found = (
        Device.objects.select_for_update(of=("self",))
        .select_related("office")
        .filter(code_hash=hashed(digits), code_until__gt=at)
        .first()
    )
    if found is None:
        raise NotConnected(
            "この接続番号の端末はありません。番号を確かめるか、職員の画面で新しい番号を出してください。"
        )
    secret = secrets.token_urlsafe(32)
    found.secret_hash, found.code_hash, found.code_until, found.seen_at = hashed(secret), None, None, at
    found.save()
    record(by=None, action="device.connected", at=at, detail={"name": found.name})
    return found, secret


_NARROW = str.maketrans("０１２３４５６７８９", "0123456789")


@transaction.atomic
def cut_off(*, device: Device, by: Officer, at: datetime) -> None:
    """Make the device's cookie worthless. May be repeated. Raises: Refused."""
    check_keep(by, device.office)
    if Device.objects.filter(pk=device.pk, secret_hash__isnull=False).update(
        secret_hash=None, code_hash=None, code_until=None
    ):
        record(by=by, action="device.cut_off", at=at, detail={"name": device.name})


@transaction.atomic
def remove(*, device: Device, by: Officer, at: datetime) -> None:
    """Take a device out of the office's list. Raises: Refused."""
    check_keep(by, device.office)
    device.delete()
    record(by=by, action="device.removed", at=at, detail={"name": device.name})


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
    if device.seen_at is None or at - device.seen_at > SEEN_EVERY:
        Device.objects.filter(pk=device.pk).update(seen_at=at)


def hashed(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
