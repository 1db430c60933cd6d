import json
import os
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from machimado.ground.systems import failures, tokens

CONNECT_SECONDS = 5
# A page of the register with 5,000 people is about 5 MB; nothing that a core system says is larger than this.
LARGEST_ANSWER_BYTES = 64 * 1024 * 1024
# Shorter than the five seconds after which common servers close an idle connection: a request on a connection
# that is just being closed would have an unknown outcome.
IDLE_SECONDS = 4


@dataclass(frozen=True, slots=True)
class System:
    """Another municipal system: where it is, and who we are to it."""

    name: str
    url: str
    client: str
    secret: str = field(repr=False)
    auth: str = "client_secret_jwt"
    timeout_seconds: float = 10
    authority: str = ""  # a PEM file of the certificate authority; empty: the machine's own


@dataclass(frozen=True, slots=True)
class Reply:
    """What a system answered: done (2xx), or a refusal that the caller must read (4xx)."""

    status: int
    content: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    @property
    def is_success(self) -> bool:
        """Return whether the system did what it was asked."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Return the answer as data.

        Raises: OutcomeUnknown when it is no JSON.
        """
        try:
            return json.loads(self.content)
        except ValueError:
            # Without the cause: a decoding error carries the whole answer with it.
            raise failures.OutcomeUnknown(
                "接続先の応答を読めません。もう一度行い、続くときは情報政策課に連絡してください。",
                cause="not JSON",
            ) from None


def core() -> "Connection":
    """Return this process's connection to the core system (基幹システム) of the settings."""
    return connect(
        System(
            name="基幹システム",
            url=settings.CORE_URL,
            client=settings.CORE_CLIENT,
            secret=settings.CORE_SECRET,
            auth=settings.CORE_AUTH,
            timeout_seconds=settings.CORE_TIMEOUT_SECONDS,
            authority=settings.CORE_AUTHORITY,
        )
    )


_connections: dict[System, "Connection"] = {}
_lock = threading.Lock()


def connect(system: System) -> "Connection":
    """Return the connection to a system: one per process, shared by its threads."""
    with _lock:
        if system not in _connections:
            _connections[system] = Connection(system)
        return _connections[system]


def disconnect() -> None:
    """Close every connection of this process; the next call opens new ones."""
    with _lock:
        for connection in _connections.values():
            connection.close()
        _connections.clear()


def _after_fork() -> None:
    """Forget what is the parent's: two processes must not speak on one socket, nor inherit a held lock."""
    global _connections, _lock
    _connections, _lock = {}, threading.Lock()


os.register_at_fork(after_in_child=_after_fork)


class Connection:
    """Speaks to one system over HTTP with OAuth 2 client credentials; safe to share between threads.

    Source: 共通機能標準仕様書 2.7 §2.2.5 (client credentials, Bearer, JSON, no refresh token, short lives).
    """

    def __init__(self, system: System) -> None:
        self.system = system
        self._http = _http(system)
        self._tokens = tokens.Tokens(self._fetch_token, self._credentials)

    def get(self, path: str, *, scope: str, params: Mapping[str, Any] | None = None) -> Reply:
        """Ask for something. A lost connection is tried once more, since asking has no effect.

        Raises: SystemFailure.
        """
        try:
            return self.request("GET", path, scope=scope, params=params)
        except failures.ConnectionLost:
            return self.request("GET", path, scope=scope, params=params)

    def post(self, path: str, *, scope: str, data: Any, headers: Mapping[str, str] | None = None) -> Reply:
        """Send JSON once, never twice: whether to send again is for the caller to decide.

        Raises: NotReceived when it surely had no effect, OutcomeUnknown otherwise.
        """
        return self.request("POST", path, scope=scope, data=data, headers=headers)

    def request(
        self,
        method: str,
        path: str,
        *,
        scope: str,
        params: Mapping[str, Any] | None = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send a request with a token for `scope`; a token that ended early is replaced once.

        `path` begins with a slash and is already quoted.
        Raises: SystemFailure.
        """
        content = None if data is None else json.dumps(data, ensure_ascii=False).encode()
        typed = {} if content is None else {"Content-Type": "application/json"}
        for _ in range(2):
            token = self._tokens.get(scope)
            sent = {**typed, **(headers or {}), "Authorization": f"Bearer {token}"}
            reply = self._send(
                self._http.build_request(method, path, params=params, content=content, headers=sent)
            )
            if reply.status != 401:
                return self._told_apart(reply)
            self._tokens.drop(scope, token)
        return self._told_apart(reply)

    def probe(self) -> Reply:
        """Ask whether anybody is there, without credentials; any answer at all is a reply.

        Raises: SystemFailure.
        """
        return self._send(self._http.build_request("GET", "/health"))

    def sign_in(self, scope: str) -> None:
        """Get a token for `scope`, to see whether the credentials are accepted.

        Raises: SystemFailure.
        """
        self._tokens.get(scope)

    def close(self) -> None:
        """Close the sockets."""
        self._http.close()

    def _send(self, request: httpx.Request) -> Reply:
        """Send and read everything, within bounds of size and time.

        Raises: SystemFailure; without its cause, since httpx's exceptions carry the whole request.
        """
        try:
            response = self._http.send(request, stream=True)
            try:
                return Reply(response.status_code, self._read(response), response.headers)
            finally:
                response.close()
        except httpx.TransportError as error:
            raise self._failure(error) from None

    def _read(self, response: httpx.Response) -> bytes:
        deadline = time.monotonic() + 3 * self.system.timeout_seconds
        parts, size = [], 0
        for part in response.iter_raw():
            parts.append(part)
            size += len(part)
            if size > LARGEST_ANSWER_BYTES or time.monotonic() > deadline:
                cause = "answer too large" if size > LARGEST_ANSWER_BYTES else "answer too slow"
                raise failures.OutcomeUnknown(
                    self._sentence("の応答が大きすぎるか、遅すぎます。"), cause=cause
                )
        return b"".join(parts)

    def _failure(self, error: httpx.TransportError) -> failures.SystemFailure:
        """Tell apart, by where it broke, whether the request can have arrived."""
        cause = type(error).__name__
        if isinstance(error, httpx.PoolTimeout):
            return failures.Busy(self._sentence("への通信が混み合っています。"), cause=cause)
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.UnsupportedProtocol):
            return failures.Unreachable(self._sentence("につながりません。"), cause=cause)
        if isinstance(error, httpx.TimeoutException):
            return failures.OutcomeUnknown(self._sentence("から時間内に応答がありません。"), cause=cause)
        return failures.ConnectionLost(self._sentence("との通信が途中で切れました。"), cause=cause)

    def _told_apart(self, reply: Reply) -> Reply:
        """Return the reply when the caller can use it, and raise what kind of failure it is otherwise."""
        cause = f"status {reply.status}"
        if reply.status in {401, 403}:
            raise failures.AccessDenied(
                f"{self.system.name}が、まち窓の認証情報か権限を受け付けません。情報政策課に連絡してください。",
                cause=cause,
            )
        if reply.status in {408, 429, 503}:
            raise failures.Busy(
                self._sentence("が今は受け付けていません。"),
                cause=cause,
                retry_after_seconds=_retry_after(reply),
            )
        # A redirect is not followed: a token would travel to where it was not meant to go.
        if reply.status >= 500 or reply.status < 200 or 300 <= reply.status < 400:
            raise failures.OutcomeUnknown(self._sentence("で処理できたかどうか分かりません。"), cause=cause)
        return reply

    def _sentence(self, what: str) -> str:
        return f"{self.system.name}{what}少し待ってからもう一度行い、続くときは情報政策課に連絡してください。"

    def _credentials(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        system = self.system
        if not system.secret:
            raise ImproperlyConfigured(
                "MACHIMADO_CORE_SECRET が空です。接続先から受け取った秘密鍵を設定してください。"
            )
        if system.auth == "client_secret_basic":
            return tokens.basic_credentials(system.client, system.secret)
        if system.auth == "client_secret_jwt":
            return tokens.jwt_credentials(
                system.client, system.secret, str(self._http.base_url.join("oauth/token"))
            )
        raise ImproperlyConfigured(
            "MACHIMADO_CORE_AUTH は client_secret_jwt か client_secret_basic にしてください。"
        )

    def _fetch_token(self, form: Mapping[str, str], headers: Mapping[str, str]) -> Mapping[str, Any]:
        """Post to the token endpoint. Whatever fails here, the request proper was never sent."""
        request = self._http.build_request("POST", "/oauth/token", data=form, headers=headers)
        try:
            reply = self._send(request)
            if 400 <= reply.status < 500 and reply.status not in {408, 429}:
                reply = Reply(401, reply.content, reply.headers)
            answer = self._told_apart(reply).json()
        except failures.OutcomeUnknown as failure:
            raise failures.Unreachable(str(failure), cause=f"token: {failure.cause}") from None
        return answer if isinstance(answer, dict) else {}


def _http(system: System) -> httpx.Client:
    return httpx.Client(
        base_url=system.url,
        timeout=httpx.Timeout(system.timeout_seconds, connect=min(CONNECT_SECONDS, system.timeout_seconds)),
        limits=httpx.Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=IDLE_SECONDS),
        # Not compressed: a small answer that unpacks to gigabytes can then not exist.
        headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "machimado"},
        follow_redirects=False,
        trust_env=False,  # a proxy of the surroundings must not see residents' data
        verify=_authorities(system),
    )


def _authorities(system: System) -> ssl.SSLContext | bool:
    """Return whom we believe: the city's own authority where one is set, else the machine's."""
    if not system.url.startswith("https:"):
        return True
    return ssl.create_default_context(cafile=system.authority or None)


def _retry_after(reply: Reply) -> int | None:
    text = reply.headers.get("Retry-After", "")
    return min(int(text), 3600) if text.isascii() and text.isdecimal() else None
