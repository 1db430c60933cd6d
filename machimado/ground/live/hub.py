"""Live rooms of this process: many talk, each tick the news of a room is merged, encoded once and sent to all."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

TICK_SECONDS = 0.02

type_of_send = Callable[[str], Awaitable[None]]


@dataclass(eq=False, slots=True)
class Member:
    """One connected page. Keeps only the news not yet sent, so a slow reader costs no memory and catches up."""

    room: str
    send: type_of_send
    news: dict[str, Any] = field(default_factory=dict)
    awake: asyncio.Event = field(default_factory=asyncio.Event)


class Hub:
    """Knows who is in which room."""

    def __init__(self) -> None:
        self._rooms: dict[str, set[Member]] = defaultdict(set)
        self._pending: dict[str, dict[str, Any]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def tell(self, room: str, topic: str, value: Any = None) -> None:
        """Tell all pages in `room`; may be called from any thread. Later news of a topic replaces earlier news.

        Where no event loop runs (a command, a worker) nobody is connected, and nothing is done.
        """
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._note, room, topic, value)

    def _note(self, room: str, topic: str, value: Any) -> None:
        if room not in self._rooms:
            return
        if not self._pending:
            asyncio.get_running_loop().call_later(TICK_SECONDS, self._flush)
        self._pending.setdefault(room, {})[topic] = value

    def _flush(self) -> None:
        pending, self._pending = self._pending, {}
        for room, news in pending.items():
            for member in self._rooms.get(room, ()):
                member.news.update(news)
                member.awake.set()

    async def stay(self, member: Member) -> None:
        """Keep `member` in its room and send it the room's news until this is cancelled."""
        self._loop = asyncio.get_running_loop()
        self._rooms[member.room].add(member)
        try:
            while True:
                await member.awake.wait()
                member.awake.clear()
                news, member.news = member.news, {}
                await member.send(json.dumps(news, ensure_ascii=False))
        finally:
            self._leave(member)

    def _leave(self, member: Member) -> None:
        self._rooms[member.room].discard(member)
        if not self._rooms[member.room]:
            del self._rooms[member.room]


hub = Hub()
