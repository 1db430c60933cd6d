"""OAuth 2 for systems: client credentials, short-lived opaque tokens, scopes and introspection.

Source: RFC 6749 §4.4, RFC 7523 §2.2 and §3 (client_secret_jwt), RFC 7662, and 共通機能標準仕様書 §2.2.5 (one client is one
system, never a person; no refresh tokens; scope `${system}:${resource}:${operation}`).
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from samplecore.database import transaction

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ["HS256", "HS384", "HS512"]
TOKEN_SECONDS = 300
# An assertion is meant for one request: nobody needs one that is good for longer.
ASSERTION_SECONDS = 600
CLOCK_SKEW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Client:
    """A system that may call, with its secret and the scopes that it may ask for."""

    client_id: str
    secret: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Grant:
    """What a valid token stands for; `expires_at` in seconds since 1970."""

    client: str
    scopes: frozenset[str]
    expires_at: int


class OAuthError(Exception):
    """A refusal in the words of RFC 6749 §5.2."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status


class AuthorizationServer:
    """Knows the clients and issues, checks and explains tokens."""

    def __init__(
        self, store: sqlite3.Connection, clients: Mapping[str, Client], audiences: frozenset[str]
    ) -> None:
        self._store, self._clients, self._audiences = store, clients, audiences

    def token(self, form: Mapping[str, str], authorization: str, now: int) -> dict[str, Any]:
        """Answer a token request.

        Raises:
            OAuthError: with the code of RFC 6749.
        """
        client = self.authenticate(form, authorization, now)
        if form.get("grant_type") != "client_credentials":
            raise OAuthError("unsupported_grant_type", "only client_credentials is offered")
        scopes = frozenset(form.get("scope", "").split()) or client.scopes
        if not scopes <= client.scopes:
            raise OAuthError("invalid_scope", f"not granted: {' '.join(sorted(scopes - client.scopes))}")
        token = self._issue(client, " ".join(sorted(scopes)), now)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "scope": " ".join(sorted(scopes)),
        }

    def grant(self, token: str, now: int) -> Grant | None:
        """Return what a token stands for, or None for one that is unknown or over."""
        row = self._store.execute(
            "SELECT client, scope, expires_at FROM tokens WHERE digest = ? AND expires_at > ?",
            (_digest(token), now),
        ).fetchone()
        return Grant(row[0], frozenset(row[1].split()), row[2]) if row else None

    def introspect(self, form: Mapping[str, str], authorization: str, now: int) -> dict[str, Any]:
        """Tell an authenticated client about a token.

        Raises:
            OAuthError: where the caller is no known client.
        """
        self.authenticate(form, authorization, now)
        grant = self.grant(form.get("token", ""), now)
        if grant is None:
            return {"active": False}
        scope = " ".join(sorted(grant.scopes))
        details = {"client_id": grant.client, "exp": grant.expires_at, "token_type": "Bearer"}
        return {"active": True, "scope": scope, **details}

    def authenticate(self, form: Mapping[str, str], authorization: str, now: int) -> Client:
        """Find out which client calls.

        Raises:
            OAuthError: where it is none, or where two methods are used at once.
        """
        if authorization and "client_assertion" in form:
            raise OAuthError("invalid_request", "use one method of client authentication, not two")
        if form.get("client_assertion_type") == JWT_BEARER:
            return self._by_assertion(form, now)
        if authorization:
            return self._by_secret(authorization)
        raise _unknown_client("client_secret_basic or client_secret_jwt is needed")

    def _by_secret(self, authorization: str) -> Client:
        scheme, _, credentials = authorization.partition(" ")
        try:
            decoded = base64.b64decode(credentials, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise _unknown_client("the Authorization header can't be read") from error
        client_id, _, secret = (unquote_plus(part) for part in decoded.partition(":"))
        client = self._clients.get(client_id)
        expected = client.secret if client else secrets.token_hex()  # the same work for unknown clients
        same = hmac.compare_digest(secret.encode(), expected.encode())
        if scheme.lower() != "basic" or client is None or not same:
            raise _unknown_client("client or secret is wrong")
        return client

    def _by_assertion(self, form: Mapping[str, str], now: int) -> Client:
        assertion = form.get("client_assertion", "")
        client = self._clients.get(_claimed_client(assertion))
        if client is None:
            raise _unknown_client("the assertion names no known client")
        if form.get("client_id", client.client_id) != client.client_id:
            raise _unknown_client("client_id and the assertion's subject differ")
        claims = _verified_claims(assertion, client)
        _check_claims(claims, client, self._audiences, now)
        self._remember(client, str(claims["jti"]), int(claims["exp"]), now)
        return client

    def _remember(self, client: Client, jti: str, expires_at: int, now: int) -> None:
        """Note the assertion as used; a constraint in the store refuses the second time, whoever comes at once."""
        with transaction(self._store):
            self._store.execute("DELETE FROM assertions WHERE expires_at <= ?", (now,))
            try:
                self._store.execute(
                    "INSERT INTO assertions VALUES (?, ?, ?)",
                    (client.client_id, jti, expires_at + CLOCK_SKEW_SECONDS),
                )
            except sqlite3.IntegrityError as error:
                raise _unknown_client("this assertion has been used already (jti)") from error

    def _issue(self, client: Client, scope: str, now: int) -> str:
        token = secrets.token_urlsafe(32)
        with transaction(self._store):
            self._store.execute("DELETE FROM tokens WHERE expires_at <= ?", (now,))
            self._store.execute(
                "INSERT INTO tokens VALUES (?, ?, ?, ?)",
                (_digest(token), client.client_id, scope, now + TOKEN_SECONDS),
            )
        return token


def _unknown_client(description: str) -> OAuthError:
    return OAuthError("invalid_client", description, 401)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _claimed_client(assertion: str) -> str:
    """Read, without believing it, whom the assertion says it comes from: that tells which secret to check with."""
    try:
        claims = json.loads(jws.extract_compact(assertion.encode()).payload)
        return str(claims["sub"])
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise _unknown_client("the assertion can't be read") from error


def _verified_claims(assertion: str, client: Client) -> dict[str, Any]:
    try:
        key = OctKey.import_key(client.secret)
        return dict(jwt.decode(assertion, key, algorithms=ALGORITHMS).claims)
    except (JoseError, ValueError) as error:
        raise _unknown_client("the assertion's signature is wrong") from error


def _check_claims(claims: Mapping[str, Any], client: Client, audiences: frozenset[str], now: int) -> None:
    """Check what RFC 7523 §3 asks of an assertion.

    Raises:
        OAuthError: naming the claim.
    """
    audience = claims.get("aud")
    named = frozenset(audience if isinstance(audience, list) else [audience])
    if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
        raise _unknown_client("iss and sub must be the client's id")
    if not named & audiences:
        raise _unknown_client(f"aud must be one of {' '.join(sorted(audiences))}")
    if not isinstance(claims.get("jti"), str) or not claims["jti"]:
        raise _unknown_client("jti is missing")
    _check_times(claims, now)


def _check_times(claims: Mapping[str, Any], now: int) -> None:
    expires_at = claims.get("exp")
    if not isinstance(expires_at, int | float):
        raise _unknown_client("exp is missing")
    if expires_at + CLOCK_SKEW_SECONDS <= now:
        raise _unknown_client("the assertion is over (exp)")
    if expires_at - now > ASSERTION_SECONDS + CLOCK_SKEW_SECONDS:
        raise _unknown_client(f"exp is more than {ASSERTION_SECONDS} seconds away")
    for claim in ("nbf", "iat"):
        since = claims.get(claim, 0)
        if not isinstance(since, int | float) or since - CLOCK_SKEW_SECONDS > now:
            raise _unknown_client(f"the assertion is not yet good ({claim})")
