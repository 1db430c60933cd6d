"""WebSockets: who you are is asked before the connection is accepted."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from machimado.ground.live.hub import Member, hub

type_of_scope = MutableMapping[str, Any]
type_of_receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type_of_emit = Callable[[MutableMapping[str, Any]], Awaitable[None]]
type_of_app = Callable[[type_of_scope, type_of_receive, type_of_emit], Awaitable[None]]

# From a path's rest and the cookies to the room's key, or None for a stranger.
type_of_door = Callable[[str, Mapping[str, str]], str | None]

STRANGER = 4401


class Sockets:
    """Sends WebSockets under /live/<kind>/ to the door of that kind, and everything else to the pages."""

    def __init__(self, *, pages: type_of_app, rooms: Mapping[str, type_of_door]) -> None:
        self._pages = pages
        self._doors = rooms

    async def __call__(self, scope: type_of_scope, receive: type_of_receive, send: type_of_emit) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await _live_and_die(receive, send)
        elif scope["type"] == "websocket":
            await self._serve(scope, receive, send)
        else:
            await self._pages(scope, receive, send)

    async def _serve(self, scope: type_of_scope, receive: type_of_receive, send: type_of_emit) -> None:
        await receive()
        room = await self._room(scope)
        if room is None:
            await send({"type": "websocket.close", "code": STRANGER})
            return
        await send({"type": "websocket.accept"})

        async def send_text(text: str) -> None:
            await send({"type": "websocket.send", "text": text})

        staying = asyncio.ensure_future(hub.stay(Member(room=room, send=send_text)))
        try:
            await _until_gone(receive)
        finally:
            staying.cancel()
            await asyncio.gather(staying, return_exceptions=True)

    async def _room(self, scope: type_of_scope) -> str | None:
        """Return the room that this visitor may enter, or None."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        kind, _, rest = scope["path"].removeprefix("/live/").partition("/")
        door = self._doors.get(kind)
        # A page of another site may open a socket with our cookies: only our own pages are let in.
        if door is None or urlsplit(headers.get("origin", "")).netloc != headers.get("host"):
            return None
        return await sync_to_async(_knock, thread_sensitive=False)(door, rest.strip("/"), _cookies(headers))


def _knock(door: type_of_door, rest: str, cookies: Mapping[str, str]) -> str | None:
    try:
        return door(rest, cookies)
    finally:
        close_old_connections()


def _cookies(headers: Mapping[str, str]) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(headers.get("cookie", "")).items()}
    except CookieError:
        return {}


async def _until_gone(receive: type_of_receive) -> None:
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def _live_and_die(receive: type_of_receive, send: type_of_emit) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
