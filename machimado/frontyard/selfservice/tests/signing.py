"""Signs a resident in as their browser does: to the provider, through its form, and back."""

from typing import Any
from urllib.parse import urlsplit

import httpx
from django.test import Client


def to_provider(client: Client, address: str = "/apply/sign-in/") -> str:
    """Go to the provider; return its address."""
    answer = client.get(address)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def at_provider(place: str, login: str = "hanako", **more: str) -> str:
    """Sign in there; return the address that the provider leads back to, without the machine."""
    answer = httpx.post(place, data={"login": login, **more})
    assert answer.status_code == 302, answer.text
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def sign_in(client: Client, login: str = "hanako", address: str = "/apply/sign-in/") -> Any:
    """Sign in; return what our own page answers to whoever comes back."""
    return client.get(at_provider(to_provider(client, address), login))
