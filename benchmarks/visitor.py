"""A signed-in officer's browser, as far as a benchmark needs one: keep-alive, cookies, the form's hidden token.

Made of the standard library alone, so that what is measured is the server and not the client.
"""

import http.client
import re
import socket
import time
from collections.abc import Iterable, Mapping
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
IDLE_SECONDS = 4
type_of_form = Mapping[str, str] | Iterable[tuple[str, str]]


class Unexpected(Exception):
    """The server answered with something else than the journey needs."""


class Visitor:
    """One browser with one connection. `requests` counts what it has asked."""

    def __init__(self, address: str) -> None:
        self._host = urlsplit(address).netloc
        self._cookies: dict[str, str] = {}
        self._connection = _Connection(self._host, timeout=60)
        self._token = ""
        self._asked_at = time.monotonic()
        self.requests = 0

    def get(self, path: str) -> str:
        """Return the page at `path`.

        Raises: Unexpected when it is no page.
        """
        status, _, page = self._ask("GET", path, b"", {})
        if status != 200:
            raise Unexpected(f"GET {path}: {status}")
        return page

    def send(self, path: str, form: type_of_form) -> str:
        """Post a form as a page does, and return where the server sends the browser.

        Raises: Unexpected when it sends it nowhere.
        """
        status, location, page = self._post(path, form, {})
        if status not in {302, 303}:
            raise Unexpected(f"POST {path}: {status}\n{_complaints(page)}")
        return location

    def open(self, path: str, form: type_of_form) -> str:
        """Post a form as a page does, and return the page that comes back.

        Raises: Unexpected when none comes.
        """
        status, _, page = self._post(path, form, {})
        if status != 200:
            raise Unexpected(f"POST {path}: {status}\n{_complaints(page)}")
        return page

    def change(self, path: str, form: type_of_form) -> str:
        """Post a part of a page as htmx does, and return the fragment that comes back.

        Raises: Unexpected when none comes.
        """
        status, _, page = self._post(path, form, {"HX-Request": "true"})
        if status != 200:
            raise Unexpected(f"POST {path} (htmx): {status}")
        return page

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _post(self, path: str, form: type_of_form, headers: Mapping[str, str]) -> tuple[int, str, str]:
        pairs = list(form.items() if isinstance(form, Mapping) else form)
        body = urlencode([("csrfmiddlewaretoken", self._token), *pairs]).encode()
        typed = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return self._ask("POST", path, body, typed)

    def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str, str]:
        if time.monotonic() - self._asked_at > IDLE_SECONDS:
            self._connection.close()  # the server may be closing it at this moment; the next request opens a new one
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        self._connection.request(method, path, body or None, {"Cookie": cookie, **headers})
        response = self._connection.getresponse()
        page = response.read().decode()
        self.requests += 1
        self._asked_at = time.monotonic()
        self._keep(response.msg.get_all("Set-Cookie") or [])
        if found := TOKEN.search(page):
            self._token = found[1]
        return response.status, response.headers.get("Location", ""), page

    def _keep(self, cookies: Iterable[str]) -> None:
        for line in cookies:
            for name, morsel in SimpleCookie(line).items():
                self._cookies[name] = morsel.value


class _Connection(http.client.HTTPConnection):
    """Sends small requests at once, as browsers do."""

    def connect(self) -> None:
        super().connect()
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _complaints(page: str) -> str:
    """Return what a page says is wrong, for whoever has to find out why the benchmark stopped."""
    return "\n".join(re.findall(r'role="alert"[^>]*>([^<]+)<', page)) or page[:500]
