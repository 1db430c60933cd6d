"""A small identity provider for residents, for real: over HTTP, with keys of its own, and with people who sign in by a form.

It keeps to OpenID Connect Core 1.0 (authorization code, PKCE required), Discovery 1.0 and RP-Initiated Logout 1.0. What a test
sets in `lies` changes what it says, as a broken or hostile one would.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from html import escape
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "machimado", "a-secret-of-the-tests"
COOKIE = "provider_session"
HANAKO = {
    "name": "見本 花子",
    "name#ja-Kana-JP": "ミホン ハナコ",
    "birthdate": "1958-05-06",
    "gender": "female",
    "address": {
        "postal_code": "997-0035",
        "region": "山形県",
        "locality": "鶴岡市",
        "street_address": "馬場町9番25号",
    },
}
TARO = {
    "name": "試験 太郎",
    "name#ja-Kana-JP": "シケン タロウ",
    "birthdate": "1980-01-02",
    "gender": "male",
    "address": {"formatted": "山形県鶴岡市本町1丁目2番3号 コーポ見本101"},
}
ASSURANCE = "urn:example:ial2"


def new_key() -> RSAKey:
    """Return a new key with a name of its own."""
    return RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig", "alg": "RS256"})


@cache
def _first_key() -> RSAKey:
    """Return the key with which each provider of this process begins: making one takes a while."""
    return new_key()


@dataclass
class IdentityProvider:
    """The provider: whom it knows, whom it has let in, and which of its words are changed."""

    address: str
    people: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {"hanako": dict(HANAKO), "taro": dict(TARO)}
    )
    keys: list[RSAKey] = field(default_factory=lambda: [_first_key()])
    # name → what the answer becomes: "description", "claims", "tokens", "userinfo", "code".
    lies: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    accesses: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def change_keys(self) -> None:
        """Sign with another key from now on; the one before is published no more."""
        self.keys = [new_key()]

    def told(self, what: str, said: Any) -> Any:
        """Return what is said, or the lie in its place."""
        return self.lies.get(what, lambda honest: honest)(said)

    def description(self) -> dict[str, Any]:
        """Return what it says of itself."""
        here = self.address
        return {
            "issuer": here,
            "authorization_endpoint": f"{here}/authorize",
            "token_endpoint": f"{here}/token",
            "userinfo_endpoint": f"{here}/userinfo",
            "jwks_uri": f"{here}/jwks",
            "end_session_endpoint": f"{here}/logout",
            "authorization_response_iss_parameter_supported": True,
        }

    def code_for(self, login: str, asked: Mapping[str, str]) -> str:
        """Return a code for whoever signed in, for one use."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**asked, "login": login}
        return code

    def tokens(self, form: Mapping[str, str]) -> dict[str, Any] | None:
        """Return the tokens for a code; nothing where it was used, or the verifier is not the challenge's."""
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri"):
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return None
        access = secrets.token_urlsafe(16)
        self.accesses[access] = asked["login"]
        claims = self.told("claims", self._claims(asked))
        token = self.told(
            "id_token", jwt.encode({"alg": "RS256", "kid": self.keys[0].kid}, claims, self.keys[0])
        )
        return {"access_token": access, "token_type": "Bearer", "expires_in": 60, "id_token": token}

    def _claims(self, asked: Mapping[str, str]) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self.address,
            "sub": f"opaque-{asked['login']}",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "acr": ASSURANCE,
        }

    def userinfo(self, access: str) -> dict[str, Any] | None:
        """Return what is known of whoever the access token is for."""
        login = self.accesses.get(access)
        return {"sub": f"opaque-{login}", **self.people[login]} if login else None

    def jwks(self) -> Any:
        """Return the keys that verify what is signed today."""
        return KeySet(list(self.keys)).as_dict(private=False)


class _Desk(BaseHTTPRequestHandler):
    provider: IdentityProvider

    def do_GET(self) -> None:
        place, asked = self._place()
        self.provider.asked.append(place)
        pages: dict[str, Callable[[dict[str, str]], None]] = {
            "/.well-known/openid-configuration": lambda _: self._json(
                self.provider.told("description", self.provider.description())
            ),
            "/jwks": lambda _: self._json(self.provider.told("jwks", self.provider.jwks())),
            "/authorize": self._authorize,
            "/userinfo": lambda _: self._userinfo(),
            "/logout": self._logout,
        }
        page = pages.get(place)
        if page is None:
            self._json({}, 404)
        else:
            page(asked)

    def do_POST(self) -> None:
        place, asked = self._place()
        self.provider.asked.append(place)
        text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        form = {name: values[0] for name, values in parse_qs(text).items()}
        if place == "/token":
            self._token(form)
        elif place == "/authorize":
            self._entered(asked, form)
        else:
            self._json({}, 404)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _place(self) -> tuple[str, dict[str, str]]:
        parts = urlsplit(self.path)
        return parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}

    def _authorize(self, asked: dict[str, str]) -> None:
        if asked.get("code_challenge_method") != "S256" or asked.get("client_id") != CLIENT:
            self._json({"error": "invalid_request"}, 400)
            return
        held = SimpleCookie(self.headers.get("Cookie", "")).get(COOKIE)
        login = self.provider.sessions.get(held.value) if held else None
        if login and asked.get("prompt") != "login":
            self._back(asked, login)
            return
        buttons = "".join(
            f'<button name="login" value="{escape(login)}">{escape(str(person.get("name")))}</button> '
            for login, person in self.provider.people.items()
        )
        self._page(
            f'<h1>見本の本人確認</h1><form method="post" action="{escape(self.path)}">{buttons}'
            '<button name="stop" value="1">やめる</button></form>'
        )

    def _entered(self, asked: dict[str, str], form: dict[str, str]) -> None:
        if "stop" in form:
            self._to(asked["redirect_uri"], {"error": "access_denied", "state": asked["state"]})
            return
        self._back(asked, form["login"])

    def _back(self, asked: dict[str, str], login: str) -> None:
        session = secrets.token_urlsafe(16)
        self.provider.sessions[session] = login
        code = self.provider.told("code", self.provider.code_for(login, asked))
        answer = {"code": code, "state": asked["state"], "iss": self.provider.address}
        cookie = f"{COOKIE}={session}; HttpOnly; Path=/; SameSite=Lax"
        self._to(asked["redirect_uri"], answer, {"Set-Cookie": cookie})

    def _token(self, form: dict[str, str]) -> None:
        pair = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        found = self.provider.tokens(form) if self.headers.get("Authorization") == f"Basic {pair}" else None
        if found is None:
            self._json({"error": "invalid_grant"}, 400)
        else:
            self._json(self.provider.told("tokens", found))

    def _userinfo(self) -> None:
        found = self.provider.userinfo(self.headers.get("Authorization", "").removeprefix("Bearer "))
        self._json(self.provider.told("userinfo", found) if found else {}, 200 if found else 401)

    def _logout(self, asked: dict[str, str]) -> None:
        held = SimpleCookie(self.headers.get("Cookie", "")).get(COOKIE)
        if held:
            self.provider.sessions.pop(held.value, None)
        self._to(asked["post_logout_redirect_uri"], {})

    def _json(self, said: Any, status: int = 200) -> None:
        self._send(status, {"Content-Type": "application/json"}, json.dumps(said).encode())

    def _page(self, body: str) -> None:
        page = (
            f'<!doctype html><html lang="ja"><meta charset="utf-8"><title>見本の本人確認</title>{body}</html>'
        )
        self._send(200, {"Content-Type": "text/html; charset=utf-8"}, page.encode())

    def _to(self, place: str, asked: Mapping[str, str], headers: Mapping[str, str] | None = None) -> None:
        query = f"?{urlencode(asked)}" if asked else ""
        self._send(302, {"Location": place + query, **(headers or {})}, b"")

    def _send(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def running() -> Iterator[IdentityProvider]:
    """Run a provider on loopback."""
    desk = type("Desk", (_Desk,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), desk) as server:
        provider = IdentityProvider(f"http://127.0.0.1:{server.server_address[1]}")
        desk.provider = provider  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
