"""Who may call, how refusals look, and the outages and delays that were ordered."""

import asyncio
import datetime as dt
import re
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from samplecore.certificates import JST
from samplecore.core import Core, RecentRequest
from samplecore.oauth import Grant

NOT_GATED = ("/", "/health")
PAGES = ("/entries/", "/people", "/style.css")  # for humans, like /
GRANT = "samplecore.grant"
HUNG_UP = 499  # the connection is gone: this answer reaches nobody
NUMBERS = re.compile("[0-9]{15}")


class Refusal(Exception):
    """A request is not served; the detail is a Japanese sentence that says what to do next."""

    def __init__(
        self, status: int, detail: str, headers: Mapping[str, str] | None = None, **more: object
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers, self.more = status, detail, headers, more


async def refuse(_request: Request, refusal: Exception) -> Response:
    """Answer with a problem document. Source: RFC 9457."""
    assert isinstance(refusal, Refusal)
    problem: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(refusal.status).phrase}
    body = {**problem, "status": refusal.status, "detail": refusal.detail, **refusal.more}
    return JSONResponse(body, refusal.status, refusal.headers, media_type="application/problem+json")


async def refuse_address(request: Request, error: Exception) -> Response:
    """Answer for an address or a method that there is none of."""
    assert isinstance(error, HTTPException)
    detail = (
        "このアドレスはありません。" if error.status_code == 404 else "このアドレスでは使えない方法です。"
    )
    refusal = Refusal(
        error.status_code, f"{detail}samplecore/README.md のAPI一覧を見てください。", error.headers
    )
    return await refuse(request, refusal)


async def refuse_failure(request: Request, _error: Exception) -> Response:
    """Answer for what went wrong here; the server's log has the trace."""
    detail = "基幹システムの内部で失敗しました。結果を照会してから、必要ならもう一度送ってください。"
    return await refuse(request, Refusal(500, detail))


def core_of(request: Request) -> Core:
    """Return the core system that serves this request."""
    core = request.app.state.core
    assert isinstance(core, Core)
    return core


def grant_of(request: Request) -> Grant:
    """Return what the bearer token stands for.

    Raises:
        Refusal: 401 without a good token.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    grant = (
        core_of(request).authorization.grant(token, int(time.time())) if scheme.lower() == "bearer" else None
    )
    if grant is None:
        challenge = 'Bearer error="invalid_token"' if token else "Bearer"
        detail = "アクセストークンがないか、有効期限が切れています。/oauth/token で取り直してください。"
        raise Refusal(401, detail, {"WWW-Authenticate": challenge})
    request.scope[GRANT] = grant
    return grant


def require(request: Request, scope: str) -> Grant:
    """Return the grant if it covers the scope.

    Raises:
        Refusal: 401 without a good token, 403 where the scope is not granted.
    """
    grant = grant_of(request)
    if scope not in grant.scopes:
        challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
        detail = f"このトークンでは許可されていません。スコープ {scope} を付けて取り直してください。"
        raise Refusal(403, detail, {"WWW-Authenticate": challenge})
    return grant


class Gate:
    """ASGI middleware: notes each request, delays it, and keeps the door shut during an outage."""

    def __init__(self, app: ASGIApp, core: Core) -> None:
        self._app, self._core = app, core

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, refuse or pass on."""
        if scope["type"] != "http" or _is_page(scope["path"]):
            await self._app(scope, receive, send)
            return
        noted = _Noted(self._core, scope, send)
        try:
            await self._serve(scope, receive, noted.send)
        finally:
            noted.finish()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._is_out(scope["path"]):
            detail = "基幹システムは停止中です（指定された障害）。時間をおいてもう一度送ってください。"
            problem = {"title": "Service Unavailable", "status": 503, "detail": detail}
            response = JSONResponse(problem, 503, {"Retry-After": "5"}, media_type="application/problem+json")
            await response(scope, receive, send)
            return
        if self._core.faults.settings.delay_ms and scope["path"] not in NOT_GATED:
            await asyncio.sleep(self._core.faults.settings.delay_ms / 1000)
        await self._app(scope, receive, send)

    def _is_out(self, path: str) -> bool:
        """Answer whether the outage is on; being asked for one's health is no request that leads to it."""
        now = time.monotonic()
        return self._core.outage.is_down(now) if path in NOT_GATED else self._core.outage.refuses(now)


class _Noted:
    """Watches what becomes of a request, for the list of recent ones."""

    def __init__(self, core: Core, scope: Scope, send: Send) -> None:
        self._core, self._scope, self._send = core, scope, send
        self._started = time.perf_counter()
        self._outcome = "応答せず切断"

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] != HUNG_UP:
            self._outcome = str(message["status"])
        await self._send(message)

    def finish(self) -> None:
        if self._scope["path"] == "/health":
            return
        grant: Grant | None = self._scope.get(GRANT)
        self._core.recent.appendleft(
            RecentRequest(
                at=dt.datetime.now(JST).strftime("%H:%M:%S"),
                client=grant.client if grant else "",
                method=self._scope["method"],
                path=NUMBERS.sub("{宛名番号}", self._scope["path"]),
                outcome=self._outcome,
                milliseconds=(time.perf_counter() - self._started) * 1000,
            )
        )


def _is_page(path: str) -> bool:
    return path == "/" or path.startswith(PAGES)
