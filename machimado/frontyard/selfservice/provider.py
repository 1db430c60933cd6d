"""The city's identity provider for residents: where it is, whom it says that somebody is, and how they leave it.

Source: OpenID Connect Core 1.0, Discovery 1.0, RP-Initiated Logout 1.0; RFC 7636 (PKCE), RFC 9207 (issuer in the answer).
Nothing that the provider says is ever logged: what went wrong is, in a word of ours.
"""

import hmac
import json
import logging
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from django.conf import settings
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from machimado.cases.applications.rules.identity import Identity, identity_of
from machimado.ground.systems.tokens import basic_credentials

log = logging.getLogger(__name__)
# Signed with keys that the provider publishes: never with none, nor with a secret that both know.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
LARGEST_ANSWER_BYTES = 256 * 1024
CONNECT_SECONDS, READ_SECONDS, ALTOGETHER_SECONDS = 3, 5, 8
KNOWN_FOR_SECONDS = 60 * 60
# A provider that is away is not asked by everybody who presses the button.
AWAY_FOR_SECONDS = 10
# Keys change; whoever makes keys up does not have us fetch them each time.
KEYS_AGAIN_SECONDS = 30
CLOCKS_DIFFER_SECONDS = 60


class ProviderFailed(Exception):
    """The provider does not answer, or says what cannot be believed; `cause` is a word of ours for the log."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody whom the provider knows."""

    issuer: str
    subject: str = field(repr=False)
    identity: Identity = field(repr=False)
    assurance: str
    id_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to the provider and back: what only this browser and we know."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Way":
        """Return a new one, which nobody can guess."""
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))


def is_offered() -> bool:
    """Return whether the city has a provider for residents."""
    return bool(settings.RESIDENT_ISSUER)


_lock = threading.Lock()
_providers: dict[str, "Provider"] = {}


def provider() -> "Provider":
    """Return the city's provider as this process knows it."""
    with _lock:
        return _providers.setdefault(settings.RESIDENT_ISSUER, Provider(settings.RESIDENT_ISSUER))


class Provider:
    """Speaks to one provider; what it says of itself is kept for an hour, its keys until one is asked for that is not there."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._described: Mapping[str, Any] | None = None
        self._described_until = 0.0
        self._keys: KeySet | None = None
        self._keys_read_at = 0.0

    # ------------------------------------------------------------ to the provider

    def address(self, way: Way, *, back: str, language: str, again: bool) -> str:
        """Return where somebody signs in; `again` has them do so even if somebody is signed in there already.

        Raises: ProviderFailed.
        """
        asked = {
            "response_type": "code",
            "client_id": settings.RESIDENT_CLIENT,
            "redirect_uri": back,
            "scope": settings.RESIDENT_SCOPES,
            "state": way.state,
            "nonce": way.nonce,
            "code_challenge": create_s256_code_challenge(way.verifier),
            "code_challenge_method": "S256",
            "ui_locales": language.partition("-")[0],
            **({"prompt": "login"} if again else {}),
        }
        return _with(self._endpoint("authorization_endpoint"), asked)

    def leaving_address(self, id_token: str, *, back: str) -> str:
        """Return where somebody signs out there too; nothing where the provider has no such place, or is away now."""
        try:
            self._described_until = 0.0
            place = self._endpoint("end_session_endpoint")
        except ProviderFailed:
            return ""
        hint = {"id_token_hint": id_token} if id_token else {}
        asked = {"client_id": settings.RESIDENT_CLIENT, "post_logout_redirect_uri": back, **hint}
        return _with(place, asked)

    # ------------------------------------------------------------ and back

    def known(self, way: Way, *, answer: Mapping[str, str], back: str) -> Known:
        """Return who came back from the provider.

        Raises: ProviderFailed.
        """
        self._check_answer(way, answer)
        tokens = self._exchanged(answer.get("code", ""), way.verifier, back)
        text, access = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(text, str) or not isinstance(access, str):
            raise ProviderFailed("no id_token")
        claims = self._believed(text, way.nonce, access)
        subject = claims["sub"]
        said = {**self._told(access, subject), **claims}
        level = claims.get("acr")
        return Known(
            issuer=self.issuer,
            subject=subject,
            identity=identity_of(said, settings.RESIDENT_CLAIMS),
            assurance=_word(level),
            id_token=text,
        )

    def _check_answer(self, way: Way, answer: Mapping[str, str]) -> None:
        if not hmac.compare_digest(answer.get("state", "").encode(), way.state.encode()):
            raise ProviderFailed("state")
        is_told = self._description().get("authorization_response_iss_parameter_supported") is True
        if answer.get("iss", None if is_told else self.issuer) != self.issuer:
            raise ProviderFailed("issuer of the answer")
        if not answer.get("code") or "error" in answer:
            raise ProviderFailed("no code")

    def _exchanged(self, code: str, verifier: str, back: str) -> Mapping[str, Any]:
        form, headers = self._credentials()
        form = {
            "grant_type": "authorization_code",
            "code": code[:4096],
            "redirect_uri": back,
            "code_verifier": verifier,
            **form,
        }
        return self._asked("POST", self._endpoint("token_endpoint"), data=form, headers=headers)

    def _credentials(self) -> tuple[dict[str, str], dict[str, str]]:
        client, secret = settings.RESIDENT_CLIENT, settings.RESIDENT_SECRET
        ways = self._description().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if not secret:
            return {"client_id": client}, {}
        if "client_secret_basic" in ways:
            return basic_credentials(client, secret)
        return {"client_id": client, "client_secret": secret}, {}

    def _believed(self, text: str, nonce: str, access: str) -> Mapping[str, Any]:
        """Return the claims of a token that this provider has made for us, just now, for this very way.

        Raises: ProviderFailed.
        """
        token = self._verified(text)
        options = {
            "iss": {"essential": True, "value": self.issuer},
            "sub": {"essential": True},
            "aud": {"essential": True, "value": settings.RESIDENT_CLIENT},
            "nonce": {"essential": True, "value": nonce},
        }
        params = {"client_id": settings.RESIDENT_CLIENT, "nonce": nonce, "access_token": access}
        try:
            claims = CodeIDToken(token.claims, token.header, options, params)
            claims.validate(leeway=CLOCKS_DIFFER_SECONDS)
        except (JoseError, ValueError, TypeError) as error:
            raise ProviderFailed(f"claims: {type(error).__name__}") from None
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise ProviderFailed("claims: sub")
        return dict(claims)

    def _verified(self, text: str) -> jwt.Token:
        """Return a token whose signature is by one of the provider's keys; new keys are fetched where none fits."""
        for is_again in (False, True):
            try:
                return jwt.decode(text, self._key_set(is_again), algorithms=ALGORITHMS)
            except (JoseError, ValueError, TypeError, KeyError) as error:
                if is_again:
                    raise ProviderFailed(f"signature: {type(error).__name__}") from None
        raise ProviderFailed("signature")

    def _key_set(self, is_again: bool) -> KeySet:
        age = time.monotonic() - self._keys_read_at
        if self._keys is None or age > KNOWN_FOR_SECONDS or (is_again and age > KEYS_AGAIN_SECONDS):
            found = self._asked("GET", self._endpoint("jwks_uri"))
            try:
                self._keys = KeySet.import_key_set(dict(found))  # type: ignore[arg-type]
            except (JoseError, ValueError, TypeError, KeyError):
                raise ProviderFailed("keys") from None
            self._keys_read_at = time.monotonic()
        return self._keys

    def _told(self, access: str, subject: str) -> Mapping[str, Any]:
        """Return what else the provider tells about them, where it has a place for it."""
        if not self._description().get("userinfo_endpoint"):
            return {}
        said = self._asked(
            "GET", self._endpoint("userinfo_endpoint"), headers={"Authorization": f"Bearer {access}"}
        )
        if said.get("sub") != subject:
            raise ProviderFailed("userinfo of somebody else")
        return said

    # ------------------------------------------------------------ what it says of itself

    def _endpoint(self, name: str) -> str:
        place = self._description().get(name)
        if not isinstance(place, str) or not _is_safe(place, self.issuer):
            raise ProviderFailed(f"no {name}")
        return place

    def _description(self) -> Mapping[str, Any]:
        now = time.monotonic()
        if now < self._described_until:
            if self._described is None:
                raise ProviderFailed("away")
            return self._described
        self._described, self._described_until = None, now + AWAY_FOR_SECONDS
        found = self._asked("GET", self.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if found.get("issuer") != self.issuer:
            raise ProviderFailed("issuer of the description")
        self._described, self._described_until = found, time.monotonic() + KNOWN_FOR_SECONDS
        return found

    def _asked(self, method: str, place: str, **more: Any) -> Mapping[str, Any]:
        """Return the JSON object that the provider answers with: soon, not large, from this very place.

        Raises: ProviderFailed.
        """
        try:
            found = json.loads(_fetched(method, place, more))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
            raise ProviderFailed(f"asked: {type(error).__name__}") from None
        if not isinstance(found, dict):
            raise ProviderFailed("asked: no object")
        return found


def _fetched(method: str, place: str, more: Mapping[str, Any]) -> bytes:
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", **more.get("headers", {})}
    until = time.monotonic() + ALTOGETHER_SECONDS
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    with (
        httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False) as client,
        client.stream(method, place, data=more.get("data"), headers=headers) as reply,
    ):
        if reply.status_code != httpx.codes.OK:
            raise ProviderFailed(f"status {reply.status_code}")
        content = b""
        for part in reply.iter_raw():
            content += part
            if len(content) > LARGEST_ANSWER_BYTES or time.monotonic() > until:
                raise ProviderFailed("too large or too slow")
        return content


def _is_safe(place: str, issuer: str) -> bool:
    """Return whether an address is as safe as the issuer's own: https, but where everything is on this machine."""
    scheme = urlsplit(place).scheme
    return scheme == "https" or (scheme == "http" == urlsplit(issuer).scheme)


def _with(place: str, asked: Mapping[str, str]) -> str:
    return place + ("&" if urlsplit(place).query else "?") + urlencode(asked)


def _word(level: Any) -> str:
    """Return the assurance level as it is shown: one plain line."""
    is_plain = isinstance(level, str) and level.isprintable()
    return level[:120] if is_plain else ""
