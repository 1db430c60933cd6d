"""Live rooms: what is told in a tick arrives once, as it is last; nobody waits for a slow reader."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from machimado.ground.live.hub import TICK_SECONDS, Hub, Member

ROOM = "desk:1"
SOON = TICK_SECONDS * 5


class Page:
    """A connected page that keeps what it was sent."""

    def __init__(self, hub: Hub, room: str = ROOM) -> None:
        self.got: list[dict[str, Any]] = []
        self.may_read = asyncio.Event()
        self.may_read.set()
        self.member = Member(room=room, send=self._receive)
        self.staying = asyncio.ensure_future(hub.stay(self.member))

    async def _receive(self, text: str) -> None:
        await self.may_read.wait()
        self.got.append(json.loads(text))

    async def leave(self) -> None:
        self.staying.cancel()
        await asyncio.gather(self.staying, return_exceptions=True)


def play(scene: Callable[[Hub], Awaitable[None]]) -> None:
    async def stage() -> None:
        await scene(Hub())

    asyncio.run(stage())


def test_all_pages_of_the_room_are_told_and_no_other() -> None:
    async def scene(hub: Hub) -> None:
        here, beside, elsewhere = Page(hub), Page(hub), Page(hub, "desk:2")
        await asyncio.sleep(0)
        hub.tell(ROOM, "answers", 3)
        await asyncio.sleep(SOON)
        assert here.got == beside.got == [{"answers": 3}]
        assert elsewhere.got == []

    play(scene)


def test_what_is_told_within_a_tick_arrives_once_as_it_is_last() -> None:
    async def scene(hub: Hub) -> None:
        page = Page(hub)
        await asyncio.sleep(0)
        for number in range(1000):
            hub.tell(ROOM, "answers", number)
        hub.tell(ROOM, "state", "review")
        await asyncio.sleep(SOON)
        assert page.got == [{"answers": 999, "state": "review"}]

    play(scene)


def test_a_late_joiner_hears_what_is_told_from_then_on() -> None:
    async def scene(hub: Hub) -> None:
        early = Page(hub)
        await asyncio.sleep(0)
        hub.tell(ROOM, "answers", 1)
        await asyncio.sleep(SOON)
        late = Page(hub)
        await asyncio.sleep(0)
        hub.tell(ROOM, "answers", 2)
        await asyncio.sleep(SOON)
        assert early.got == [{"answers": 1}, {"answers": 2}]
        assert late.got == [{"answers": 2}]

    play(scene)


def test_a_slow_reader_holds_up_nobody_and_catches_up_with_the_latest() -> None:
    async def scene(hub: Hub) -> None:
        slow, quick = Page(hub), Page(hub)
        slow.may_read.clear()
        await asyncio.sleep(0)
        for number in range(5):
            hub.tell(ROOM, "answers", number)
            await asyncio.sleep(SOON)
        assert [news["answers"] for news in quick.got] == [0, 1, 2, 3, 4]
        assert slow.member.news == {"answers": 4}  # one value is kept, however long it takes
        slow.may_read.set()
        await asyncio.sleep(SOON)
        assert [news["answers"] for news in slow.got] == [0, 4]

    play(scene)


def test_a_page_whose_connection_breaks_takes_nobody_with_it() -> None:
    async def scene(hub: Hub) -> None:
        async def broken(_: str) -> None:
            raise ConnectionResetError

        lost = asyncio.ensure_future(hub.stay(Member(room=ROOM, send=broken)))
        page = Page(hub)
        await asyncio.sleep(0)
        for number in (1, 2):
            hub.tell(ROOM, "answers", number)
            await asyncio.sleep(SOON)
        assert isinstance(lost.exception(), ConnectionResetError)
        assert page.got == [{"answers": 1}, {"answers": 2}]

    play(scene)


def test_who_has_left_hears_nothing_and_an_empty_room_is_forgotten() -> None:
    async def scene(hub: Hub) -> None:
        page = Page(hub)
        await asyncio.sleep(0)
        await page.leave()
        hub.tell(ROOM, "answers", 1)
        await asyncio.sleep(SOON)
        assert page.got == []
        assert hub._rooms == {}
        assert hub._pending == {}

    play(scene)


def test_any_thread_may_tell() -> None:
    async def scene(hub: Hub) -> None:
        page = Page(hub)
        await asyncio.sleep(0)
        threads = [threading.Thread(target=hub.tell, args=(ROOM, str(number), number)) for number in range(8)]
        for thread in threads:
            thread.start()
        await asyncio.sleep(SOON)
        told: dict[str, int] = {}
        for news in page.got:
            told |= news
        assert told == {str(number): number for number in range(8)}

    play(scene)


def test_where_no_page_was_ever_connected_telling_does_nothing() -> None:
    Hub().tell(ROOM, "answers", 1)
