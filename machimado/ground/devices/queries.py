"""Which devices there are, and which one a request comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.apps import apps
from django.http import HttpRequest

from machimado.ground.devices.models import DEVICES_BY_SECRET, Device
from machimado.ground.people.models import Office
from machimado.ground.rows.secrets import hashed

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
    found = device_by(request.COOKIES)
    return found if found is not None and found.kind == kind else None


def device_by(cookies: Mapping[str, str]) -> Device | None:
    """Return the device whose cookies these are, also one that no officer has connected yet."""
    secret = cookies.get(COOKIE, "")
    return DEVICES_BY_SECRET.find(hashed(secret)) if secret else None


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
    """A device as the list shows it."""

    id: str
    name: str
    kind: str
    is_alive: bool
    printer: str
    seen_at: datetime


def devices(office: Office, *, at: datetime) -> list[Shown]:
    """Return the devices of an office by their names."""
    known = kinds()
    return [
        Shown(
            id=str(one.pk),
            name=one.name,
            kind=known[one.kind].title if one.kind in known else one.kind,
            is_alive=at - one.seen_at < ALIVE,
            printer=one.printer,
            seen_at=one.seen_at,
        )
        for one in Device.objects.filter(office=office).order_by("name")
    ]
