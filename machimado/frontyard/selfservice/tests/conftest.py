from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from machimado.cases.applications.models import Application
from tests.fakes.identity_provider import CLIENT, SECRET, IdentityProvider, running
from tests.universe import Universe

PROCEDURE = "residence-certificate"


@pytest.fixture(autouse=True)
def _core_is_away(settings: Any) -> None:
    settings.CORE_URL = "http://127.0.0.1:1"


@pytest.fixture
def phone(universe: Universe) -> Client:
    """Return the browser of a resident at home."""
    return Client()


def begun(client: Client, procedure: str = PROCEDURE, **fields: str) -> Application:
    """Begin a procedure as a resident does."""
    answer = client.post(f"/apply/{procedure}/begin/", {"key": str(uuid4()), **fields})
    assert answer.status_code == 302, answer.content.decode()
    return Application.objects.latest("begun_at")


@pytest.fixture
def application(phone: Client) -> Application:
    return begun(phone)


@pytest.fixture
def at_counter(sign_in: Callable[..., Client], universe: Universe) -> Client:
    """Return the browser of an officer."""
    return sign_in(universe.officer)


@pytest.fixture
def provider(settings: Any) -> Iterator[IdentityProvider]:
    """Run an identity provider, and name it in the settings."""
    with running() as found:
        settings.RESIDENT_ISSUER = found.address
        settings.RESIDENT_CLIENT, settings.RESIDENT_SECRET = CLIENT, SECRET
        yield found
