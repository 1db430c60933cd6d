"""HTTP on 127.0.0.1: answers the paired counter's pages, and nobody else."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from cardagent.agent import Agent
from cardagent.refusals import Refusal

LARGEST_BODY = 8_192
# A refusal is an answer: the page shows its sentence.
REFUSED = 409

type_of_answer = dict[str, Any]


class TooLarge(Exception):
    """Somebody sends more than any page of ours."""


def build(agent: Agent, *, port: int) -> ASGIApp:
    """Return the program that answers."""
    routes = [
        Route("/pair", _answered(agent, _pair), methods=["POST"]),
        Route("/challenge", _answered(agent, _challenge), methods=["POST"]),
        Route("/open", _answered(agent, _open), methods=["POST"]),
        Route("/look", _answered(agent, _look), methods=["POST"]),
        Route("/read", _answered(agent, _read), methods=["POST"]),
        Route("/close", _answered(agent, _close), methods=["POST"]),
    ]
    return Door(Starlette(routes=routes), agent, port)


class Door:
    """Lets in whom we belong to, by the page's origin; nobody else learns more than that somebody listens here.

    The host is looked at too: a name elsewhere that suddenly means 127.0.0.1 (DNS rebinding) has another one.
    """

    def __init__(self, inside: ASGIApp, agent: Agent, port: int) -> None:
        self._inside, self._agent = inside, agent
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._inside(scope, receive, send)
            return
        request = Request(scope)
        origin = request.headers.get("origin", "")
        if request.headers.get("host", "") not in self._hosts or not self._may_enter(
            origin, request.url.path
        ):
            await Response(status_code=403)(scope, receive, send)
        elif request.method == "OPTIONS":
            await Response(status_code=204, headers=_granted(origin))(scope, receive, send)
        else:
            await self._inside(scope, receive, _with_headers(send, _granted(origin)))

    def _may_enter(self, origin: str, path: str) -> bool:
        if not origin.startswith(("http://", "https://")):
            return False
        is_ours = self._agent.paired is not None and origin == self._agent.paired.origin
        return is_ours or (path == "/pair" and self._agent.is_inviting)


def _granted(origin: str) -> dict[str, str]:
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "authorization, content-type",
        # Chromium asks this of whatever lies nearer than the page (Private Network Access).
        "Access-Control-Allow-Private-Network": "true",
        "Vary": "Origin",
        "Cache-Control": "no-store",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
    }


def _with_headers(send: Send, headers: dict[str, str]) -> Send:
    async def sending(message: Any) -> None:
        if message["type"] == "http.response.start":
            more = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
            message = {**message, "headers": [*message.get("headers", []), *more]}
        await send(message)

    return sending


def _answered(
    agent: Agent, act: Callable[[Agent, Request], Awaitable[type_of_answer]]
) -> Callable[[Request], Awaitable[Response]]:
    """Return a handler that tells a refusal in words."""

    async def handle(request: Request) -> Response:
        try:
            return JSONResponse(await act(agent, request))
        except Refusal as refusal:
            told = {"reason": refusal.reason, "message": str(refusal), "tries": refusal.tries}
            return JSONResponse(told, status_code=REFUSED)
        except TooLarge:
            return Response(status_code=413)
        except (ValueError, KeyError, TypeError, ClientDisconnect):
            # Not said what: it could hold what was typed.
            return Response(status_code=400)

    return handle


async def _pair(agent: Agent, request: Request) -> type_of_answer:
    told = await _texts(request, "code", "desk")
    return {"key": agent.pair(origin=request.headers["origin"], code=told["code"], desk=told["desk"][:40])}


async def _challenge(agent: Agent, _request: Request) -> type_of_answer:
    return {"nonce": agent.challenge()}


async def _open(agent: Agent, request: Request) -> type_of_answer:
    told = await _texts(request, "nonce", "purpose", "proof")
    return {"token": agent.open(nonce=told["nonce"], purpose=told["purpose"], proof=told["proof"])}


async def _look(agent: Agent, request: Request) -> type_of_answer:
    return {"tries": await run_in_threadpool(agent.look, _token(request))}


async def _read(agent: Agent, request: Request) -> type_of_answer:
    # The PIN comes as four bare digits, not within a text that a parser would copy.
    pin = await _body(request)
    reading, seal = await run_in_threadpool(agent.read, _token(request), pin)
    return {"reading": reading, "seal": seal}


async def _close(agent: Agent, request: Request) -> type_of_answer:
    agent.close(_token(request))
    return {}


def _token(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")


async def _texts(request: Request, *names: str) -> dict[str, str]:
    """Return the texts of a JSON body.

    Raises: ValueError, KeyError, TypeError where they are not there.
    """
    told = json.loads(bytes(await _body(request)))
    found = {name: told[name] for name in names}
    if not all(isinstance(text, str) for text in found.values()):
        raise TypeError
    return found


async def _body(request: Request) -> bytearray:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise TooLarge
    return body
