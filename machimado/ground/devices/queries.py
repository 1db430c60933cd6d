"""Which devices there are, and which one a request comes from."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.apps import apps
from django.http import HttpRequest

from machimado.ground.devices.models import DEVICES_BY_SECRET, Device
from machimado.ground.people.models import Office

COOKIE = "machimado_device"
ALIVE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a device is: its name in words, and the page (a view's name) that it opens."""

    title: str
    view: str


@cache
def kinds() -> dict[str, Kind]:
    """Return the kinds of devices that the rooms have, by their names."""
    return {
        name: Kind(*kind)
        for room in apps.get_app_configs()
        for name, kind in getattr(room, "device_kinds", {}).items()
    }


def device_of(request: HttpRequest, *, kind: str) -> Device | None:
    """Return the device that a request comes from; nothing where it comes from somebody's own browser, or from another kind."""
    secret = request.COOKIES.get(COOKIE, "")
    if not secret:
        return None
    found = DEVICES_BY_SECRET.find(hashlib.sha256(secret.encode()).hexdigest())
    return found if found is not None and found.kind == kind else None


@dataclass(frozen=True, slots=True)
class Calling:
    """A device in front of which somebody waits for an officer."""

    id: str
    name: str
    since: datetime
    # Who is on the way; nobody where it is empty.
    coming: str


def calling(office: Office) -> list[Calling]:
    """Return where in the office somebody waits for an officer, the longest first."""
    found = Device.objects.filter(office=office, called_at__isnull=False).order_by("called_at")
    return [
        Calling(str(one.pk), one.name, one.called_at, one.coming.name if one.coming else "")
        for one in found.select_related("coming")
        if one.called_at
    ]


@dataclass(frozen=True, slots=True)
class Shown:
    """A device as the list shows it; `state` is "alive", "silent", "waiting" (for its code) or "cut off"."""

    id: str
    name: str
    kind: str
    state: str
    printer: str
    seen_at: datetime | None
    code_until: datetime | None


def devices(office: Office, *, at: datetime) -> list[Shown]:
    """Return the devices of an office by their names."""
    known = kinds()
    return [
        Shown(
            id=str(one.pk),
            name=one.name,
            kind=known[one.kind].title if one.kind in known else one.kind,
            state=_state(one, at),
            printer=one.printer,
            seen_at=one.seen_at,
            code_until=one.code_until,
        )
        for one in Device.objects.filter(office=office).order_by("name")
    ]


def _state(device: Device, at: datetime) -> str:
    if device.secret_hash is not None:
        return "alive" if device.seen_at and at - device.seen_at < ALIVE else "silent"
    return "waiting" if device.code_until and device.code_until > at else "cut off"
