"""WebSockets: strangers are refused before the connection is accepted."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from machimado.ground.live.hub import TICK_SECONDS, hub
from machimado.ground.live.sockets import STRANGER, Sockets

HOST = "madoguchi.example:8700"
OURS = {"host": HOST, "origin": f"http://{HOST}", "cookie": "machimado=good"}
REFUSED = [{"type": "websocket.close", "code": STRANGER}]


class Doors:
    """One kind of room, "desk", whose door knows the cookie `good`; keeps whom it was asked about."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def desk(self, rest: str, cookies: Mapping[str, str]) -> str | None:
        self.asked.append(rest)
        return f"desk:{rest}" if cookies.get("machimado") == "good" else None


class Visit:
    """One WebSocket connection, seen from the server."""

    def __init__(
        self, doors: Doors, *, path: str = "/live/desk/7", headers: Mapping[str, str] = OURS
    ) -> None:
        self.sent: list[dict[str, Any]] = []
        self._more = asyncio.Event()
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._incoming.put_nowait({"type": "websocket.connect"})
        pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        scope = {"type": "websocket", "path": path, "headers": pairs}
        app = Sockets(pages=_no_pages, rooms={"desk": doors.desk})
        self.served = asyncio.ensure_future(app(scope, self._incoming.get, self._keep))

    async def _keep(self, message: Any) -> None:
        self.sent.append(message)
        self._more.set()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.sent) < count:
                self._more.clear()
                await self._more.wait()

    async def leave(self) -> None:
        self._incoming.put_nowait({"type": "websocket.disconnect"})
        await self.served


async def _no_pages(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("a WebSocket reached the pages")


def visit(doors: Doors, **how: Any) -> list[dict[str, Any]]:
    """Return what the server sent to a visitor whom it refuses."""

    async def scene() -> list[dict[str, Any]]:
        visitor = Visit(doors, **how)
        async with asyncio.timeout(5):
            await visitor.served
        return visitor.sent

    return asyncio.run(scene())


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in OURS.items() if key != name}


def test_who_is_known_at_the_door_hears_the_rooms_news() -> None:
    async def scene() -> None:
        visitor = Visit(Doors())
        await visitor.until(1)
        assert visitor.sent[0] == {"type": "websocket.accept"}
        await asyncio.sleep(TICK_SECONDS)
        hub.tell("desk:7", "answers", "更新")
        await visitor.until(2)
        assert visitor.sent[1] == {"type": "websocket.send", "text": '{"answers": "更新"}'}
        await visitor.leave()
        assert "desk:7" not in hub._rooms

    asyncio.run(scene())


@pytest.mark.parametrize("cookie", ["", "machimado=bad", 'machimado="', "\x00;;=", "other=good"])
def test_a_stranger_is_refused_before_the_connection_is_accepted(cookie: str) -> None:
    doors = Doors()
    assert visit(doors, headers={**OURS, "cookie": cookie}) == REFUSED
    assert doors.asked == ["7"]


def test_without_any_cookie_one_is_a_stranger() -> None:
    assert visit(Doors(), headers=without("cookie")) == REFUSED


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://evil.example:8700", "null", "", f"http://{HOST}.evil.example"]
)
def test_a_page_of_another_site_does_not_even_reach_the_door(origin: str) -> None:
    doors = Doors()
    assert visit(doors, headers={**OURS, "origin": origin}) == REFUSED
    assert doors.asked == []


@pytest.mark.parametrize("name", ["origin", "host"])
def test_who_does_not_say_from_where_does_not_reach_the_door(name: str) -> None:
    doors = Doors()
    assert visit(doors, headers=without(name)) == REFUSED
    assert doors.asked == []


@pytest.mark.parametrize("path", ["/live/board/1", "/live/", "/", "/live"])
def test_a_room_of_no_kind_is_refused(path: str) -> None:
    doors = Doors()
    assert visit(doors, path=path) == REFUSED
    assert doors.asked == []


def test_the_server_says_that_it_has_started_and_stopped() -> None:
    async def scene() -> list[str]:
        incoming = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
        sent: list[str] = []

        async def receive() -> dict[str, Any]:
            return incoming.pop(0)

        async def send(message: Any) -> None:
            sent.append(message["type"])

        await Sockets(pages=_no_pages, rooms={})({"type": "lifespan"}, receive, send)
        return sent

    assert asyncio.run(scene()) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
