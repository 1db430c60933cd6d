from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from machimado.frontyard.counter import actions
from machimado.frontyard.counter.models import Desk
from machimado.ground.people.models import Officer
from tests.universe import Universe


@pytest.fixture(autouse=True)
def _core_is_away(settings: Any) -> None:
    """Let the core system be unreachable at once: what the counter needs of it is tested in the journeys."""
    settings.CORE_URL = "http://127.0.0.1:1"


@pytest.fixture
def desk(universe: Universe) -> Desk:
    actions.set_up_desks(office=universe.branch, count=2)
    return Desk.objects.get(office=universe.branch, number=1)


@pytest.fixture
def at_desk(sign_in: Callable[..., Client], desk: Desk, universe: Universe) -> Client:
    """Return the browser of the officer who sits at the desk."""
    return seated(sign_in(universe.officer), desk)


def seated(client: Client, desk: Desk) -> Client:
    """Sit down at a desk."""
    assert client.post("/counter/desk/", {"desk": desk.pk}).status_code == 302
    return client


@pytest.fixture
def tablet(desk: Desk, universe: Universe) -> Client:
    """Return the browser of the tablet that is paired with the desk."""
    return paired(desk, universe.officer)


def paired(desk: Desk, officer: Officer) -> Client:
    """Pair a new tablet with the desk."""
    client = Client()
    shown = client.get("/screen/").context["code"]
    actions.pair_by_code(desk=desk, code=shown, by=officer, at=timezone.now())
    return client


def at_step(tablet: Client, step: int, **asked: str) -> Any:
    """Let the tablet show a step of the review that it has at the moment."""
    here = tablet.get("/screen/now/", {"seen": "by itself"}).context or {}
    return tablet.get("/screen/now/", {"step": step, "of": here.get("of", ""), **asked})


def chapters(tablet: Client) -> str:
    """Return all steps of the review that the tablet has at the moment, one after the other."""
    return "".join(at_step(tablet, step).content.decode() for step in range(1, 8))
