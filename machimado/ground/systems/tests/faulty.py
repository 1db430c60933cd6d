"""A small real server that breaks in each of the ways in which a core system can break."""

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from machimado.ground.systems.client import System

SECRET = "a-secret-that-is-long-enough"


class FaultyServer(ThreadingHTTPServer):
    """Answers /oauth/token, and everything else in the way that the last part of its path says."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[tuple[str, str]] = []
        self.forms: list[dict[str, list[str]]] = []
        self.valid: set[str] = set()
        self.token_seconds: Any = 300
        self.token_status = 200
        self.skew_seconds = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def system(self, **changes: Any) -> System:
        known = {
            "name": "基幹システム",
            "url": self.url,
            "client": "machimado",
            "secret": SECRET,
            # As long as a busy machine may need; whoever is to wait in vain waits less.
            "timeout_seconds": 10.0,
        }
        return System(**{**known, **changes})

    def count(self, path: str) -> int:
        return sum(1 for _, each in self.seen if each == path)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that go away are what is tested."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultyServer

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that the base class has
        pass

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string((timestamp or time.time()) + self.server.skew_seconds)

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.partition("?")[0]
        self.server.seen.append((self.command, path))
        if path == "/oauth/token":
            self._token(body)
        elif path == "/health":
            self._json({"status": "ok"})
        elif self.headers.get("Authorization", "").removeprefix("Bearer ") not in self.server.valid:
            self._json({}, status=401)
        else:
            getattr(self, "_" + path.rsplit("/", 1)[-1].replace("-", "_"))()

    def _token(self, body: bytes) -> None:
        from urllib.parse import parse_qs

        self.server.forms.append(parse_qs(body.decode()))
        if self.server.token_status != 200:
            self._json({"error": "invalid_client"}, status=self.server.token_status)
            return
        token = f"token-{len(self.server.forms)}"
        self.server.valid.add(token)
        self._json({"access_token": token, "token_type": "Bearer", "expires_in": self.server.token_seconds})

    def _json(self, data: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> None:
        content = json.dumps(data).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _fine(self) -> None:
        self._json({"path": self.path, "key": self.headers.get("Idempotency-Key")})

    def _missing(self) -> None:
        self._json({"detail": "unknown"}, status=404)

    def _forbidden(self) -> None:
        self._json({}, status=403)

    def _busy(self) -> None:
        self._json({}, status=503, headers={"Retry-After": "7"})

    def _broken(self) -> None:
        self._json({}, status=500)

    def _moved(self) -> None:
        self._json({}, status=307, headers={"Location": f"{self.server.url}/fine"})

    def _silent(self) -> None:
        time.sleep(1)
        self.close_connection = True

    def _slow(self) -> None:
        """Drip: each read is in time, the whole never ends."""
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        try:
            for _ in range(100):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.1)
        except OSError:
            self.close_connection = True

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def _cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"{")
        self.close_connection = True

    def _once(self) -> None:
        """Lose the first connection and answer on the second."""
        if self.server.count(self.path) == 1:
            self._reset()
        else:
            self._fine()

    def _text(self) -> None:
        content = b"<html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def running() -> Iterator[FaultyServer]:
    """Run the server in a thread."""
    with FaultyServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def closed_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
