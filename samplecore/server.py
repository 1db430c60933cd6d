"""Runs the core system on a socket."""

import contextlib
import json
import signal
import socket
from collections.abc import MutableMapping
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from samplecore.connection import remember
from samplecore.core import Core
from samplecore.web.app import build

BACKLOG = 512
STOP_SECONDS = 10


class Protocol(HttpToolsProtocol):
    """HTTP as usual, but each request knows its connection, so that an acknowledgement can really be lost."""

    def on_message_begin(self) -> None:
        """Put the connection beside the request."""
        super().on_message_begin()
        remember(cast("MutableMapping[str, Any]", self.scope), self.transport)


def bind(host: str, port: int) -> socket.socket:
    """Take an address; port 0 takes any free one.

    Raises:
        OSError: where it is taken or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener


def address_of(listener: socket.socket) -> str:
    """Return the address as a URL without a slash at its end."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(core: Core, listener: socket.socket) -> None:
    """Serve until SIGTERM or Ctrl-C; says on stdout, as one line of JSON, when and where it is ready."""
    config = uvicorn.Config(
        build(core),
        http=Protocol,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    # uvicorn stops cleanly on SIGTERM and then raises it once more: without this the exit code would say "killed".
    signal.signal(signal.SIGTERM, lambda _number, _frame: None)
    with contextlib.suppress(KeyboardInterrupt):
        _Server(config, core.address).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Announces its address once it really answers."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        ready = {"event": "ready", "system": "samplecore", "address": self._address}
        print(json.dumps(ready), flush=True)
