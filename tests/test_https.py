"""`machimado serve` with the office's own certificate: pages and live rooms over TLS, for who trusts the authority."""

import asyncio
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from machimado.site import tls
from tests.processes import ROOT, free_port, own_database, start

pytestmark = pytest.mark.processes


@dataclass(frozen=True, slots=True)
class Server:
    """A server at which a tablet of the office would look; `trusting` believes the office's authority alone."""

    address: str
    trusting: ssl.SSLContext

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, verify=self.trusting)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start what `machimado certificate` tells to start, open to other machines."""
    folder = tmp_path_factory.mktemp("https")
    place = ["--data", str(folder)]
    with own_database() as environment:
        _machimado("certificate", *place)
        _machimado("migrate", *place, environment=environment)
        made, port = folder / tls.FOLDER, free_port()
        pair = ["--certificate", str(made / "server.crt"), "--private-key", str(made / "server.key")]
        listening = ["--host", "0.0.0.0", "--port", str(port)]
        command = ["-m", "machimado.site.cli", "serve", *place, *listening, *pair]
        running = start(command, log=folder / "log", environment=environment)
        found = Server(f"https://localhost:{port}", ssl.create_default_context(cafile=made / "authority.crt"))
        try:
            running.wait_until(lambda: _answers(found))
            yield found
        finally:
            running.stop()


def _machimado(*words: str, environment: dict[str, str] | None = None) -> None:
    command = [sys.executable, "-m", "machimado.site.cli", *words]
    subprocess.run(
        command, cwd=ROOT, env={**os.environ, **(environment or {})}, check=True, capture_output=True
    )


def _answers(server: Server) -> bool:
    try:
        return httpx.get(f"{server.address}/healthz", verify=server.trusting).is_success
    except httpx.HTTPError:
        return False


def test_who_trusts_the_authority_sees_the_pages(server: Server) -> None:
    with server.client() as client:
        assert "職員サインイン" in client.get("/accounts/login/").text
        assert "指紋" in client.get("/trust/").text


def test_who_does_not_is_warned(server: Server) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"{server.address}/healthz")


def test_cookies_travel_over_https_alone(server: Server) -> None:
    with server.client() as client:
        for page in ("/accounts/login/", "/screen/"):
            given = client.get(page).headers.get_list("set-cookie")
            assert given
            assert all("Secure" in cookie for cookie in given)


def test_the_server_answers_under_each_of_this_machines_addresses_and_no_other(server: Server) -> None:
    with server.client() as client:
        for name in ("localhost", "127.0.0.1", *tls.own_addresses()):
            port = httpx.URL(server.address).port
            assert client.get("/healthz", headers={"Host": f"{name}:{port}"}).is_success, name
        assert client.get("/accounts/login/", headers={"Host": "elsewhere.example"}).status_code == 400


def test_a_screens_live_room_opens_over_https(server: Server) -> None:
    with server.client() as client:
        client.get("/screen/")
        cookie = f"machimado_screen={client.cookies['machimado_screen']}"

    async def hear() -> None:
        async with _room(server, cookie, server.address) as room:
            with pytest.raises(TimeoutError):  # let in, and nothing has happened yet
                await asyncio.wait_for(room.recv(), 0.5)

    asyncio.run(hear())


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "http://localhost"])
def test_a_page_from_elsewhere_does_not_get_in(server: Server, origin: str) -> None:
    with server.client() as client:
        client.get("/screen/")
        cookie = f"machimado_screen={client.cookies['machimado_screen']}"

    async def hear() -> None:
        async with _room(server, cookie, origin) as room:
            await asyncio.wait_for(room.recv(), 10)

    with pytest.raises((InvalidStatus, ConnectionClosed)):
        asyncio.run(hear())


# Not the client with threads: one that reads while another writes through the same TLS may wait for ever (Python before 3.13).
def _room(server: Server, cookie: str, origin: str) -> connect:
    address = server.address.replace("https", "wss") + "/live/screen/"
    carried = {"Cookie": cookie, "Origin": origin}
    return connect(address, ssl=server.trusting, additional_headers=carried, proxy=None)


def test_the_certificate_says_its_names(server: Server, tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "machimado.site.cli", "certificate", "--data", str(tmp_path), "machi.example"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    made = tls.trust_in(tmp_path / tls.FOLDER)
    assert made
    assert made.fingerprint in said
    assert made.names == ("machi.example",)
