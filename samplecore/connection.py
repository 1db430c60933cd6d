"""The connection behind a request, so that an acknowledgement can really be lost."""

from asyncio import Transport
from collections.abc import MutableMapping
from typing import Any

TRANSPORT = "samplecore.transport"


def remember(scope: MutableMapping[str, Any], transport: Transport) -> None:
    """Put the connection beside the request that came over it."""
    scope[TRANSPORT] = transport


def hang_up(scope: MutableMapping[str, Any]) -> None:
    """Close the caller's connection at once, without an answer."""
    transport: Transport | None = scope.get(TRANSPORT)
    if transport is not None:
        transport.abort()
