"""Devices that stand in an office, as tests have them: a browser, connected by an officer."""

from uuid import uuid4

from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from machimado.ground.devices import actions
from machimado.ground.people.models import Officer


def connected(officer: Officer, kind: str, name: str = "") -> Client:
    """Return the browser of a device of this kind in the officer's office."""
    cache.clear()
    device = Client()
    code = device.get("/device/").context["code"]
    actions.connect(
        office=officer.office,
        kind=kind,
        name=name or f"端末{uuid4().hex[:4]}",
        code=code,
        by=officer,
        at=timezone.now(),
    )
    return device
