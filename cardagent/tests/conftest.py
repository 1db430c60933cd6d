import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from cardagent.agent import Agent, sign
from cardagent.web import build
from tests.fakes.virtual_card import VirtualCard

PORT = 35970
ORIGIN = "https://madoguchi.city.example"
ELSEWHERE = "https://evil.example"


class Web:
    """HTTP to the agent without a socket."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def request(self, method: str, path: str, **what: Any) -> httpx.Response:
        async def asking() -> httpx.Response:
            way = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=way, base_url=f"http://127.0.0.1:{PORT}") as client:
                return await client.request(method, path, **what)

        return asyncio.run(asking())


@dataclass
class Counter:
    """The paired counter's page and its server, as the agent sees them."""

    agent: Agent
    card: VirtualCard
    said: list[str]
    now: list[float]
    web: Web
    key: str = ""
    origin: str = ORIGIN
    seen: list[httpx.Response] = field(default_factory=list)

    def post(self, path: str, *, token: str = "", origin: str | None = None, **what: Any) -> httpx.Response:
        headers = {"origin": self.origin if origin is None else origin, "authorization": f"Bearer {token}"}
        answer = self.web.request("POST", path, headers={**headers, **what.pop("headers", {})}, **what)
        self.seen.append(answer)
        return answer

    def pair(self, desk: str = "窓口1") -> None:
        answer = self.post("/pair", json={"code": self.agent.invite(), "desk": desk})
        assert answer.status_code == 200, answer.text
        self.key = answer.json()["key"]

    def open(self, purpose: str = "home") -> str:
        nonce = self.post("/challenge").json()["nonce"]
        proof = sign(self.key, "open", nonce, purpose)
        answer = self.post("/open", json={"nonce": nonce, "purpose": purpose, "proof": proof})
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["token"]
        return token


@pytest.fixture
def unpaired(tmp_path: Path) -> Counter:
    card, said, now = VirtualCard(), list[str](), [0.0]
    agent = Agent(
        place=tmp_path / "deep" / "pairing.json",
        cards=card.directly(),
        clock=lambda: now[0],
        say=said.append,
    )
    return Counter(agent, card, said, now, Web(build(agent, port=PORT)))


@pytest.fixture
def counter(unpaired: Counter) -> Counter:
    unpaired.pair()
    return unpaired
