"""Codes that open one ticket, one screen or one booking. They can be worked out again; what is kept is their hash."""

import base64
import hmac

from django.conf import settings

from machimado.cases.applications.models import Case


def code_of(case: Case) -> str:
    """Return the code by which the resident sees the case's place in the queue: 128 bits that nobody guesses."""
    return worked_out(f"ticket:{case.pk}")


def worked_out(whose: str) -> str:
    """Return the code that belongs to something, as an address takes it."""
    return base64.urlsafe_b64encode(_digest(whose)[:16]).decode().rstrip("=")


def number_of(whose: str) -> int:
    """Return the large number that belongs to something, of which a code to be read aloud is made."""
    return int.from_bytes(_digest(whose), "big")


def _digest(whose: str) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), whose.encode(), "sha256")
