import threading
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from authlib.oauth2.rfc7523 import client_secret_jwt_sign
from joserfc.jwk import OctKey

from machimado.ground.systems.failures import AccessDenied

# Source: RFC 7523 section 2.2.
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# It is used at once: a short life limits what a copy is worth, and still bears clocks that are a minute apart.
ASSERTION_SECONDS = 120
# A token is renewed this long before it ends, so that none ends on its way.
MARGIN_SECONDS = 30

type_of_fetch = Callable[[Mapping[str, str], Mapping[str, str]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    good_until: float  # on the monotonic clock


class Tokens:
    """Access tokens of one system by scope, shared by all threads and kept until shortly before their end.

    `fetch(form, headers)` posts to the token endpoint and returns its JSON object.
    """

    def __init__(
        self, fetch: type_of_fetch, credentials: Callable[[], tuple[Mapping[str, str], Mapping[str, str]]]
    ) -> None:
        self._fetch = fetch
        self._credentials = credentials
        self._kept: dict[str, _Token] = {}
        self._lock = threading.Lock()

    def get(self, scope: str) -> str:
        """Return a token for `scope`; while one thread fetches it, the others wait instead of fetching too.

        Raises: SystemFailure.
        """
        with self._lock:
            kept = self._kept.get(scope)
            if kept is None or kept.good_until <= time.monotonic():
                kept = self._kept[scope] = self._new(scope)
            return kept.text

    def drop(self, scope: str, text: str) -> None:
        """Forget a token that was not accepted, unless another thread has replaced it already."""
        with self._lock:
            kept = self._kept.get(scope)
            if kept is not None and kept.text == text:
                del self._kept[scope]

    def _new(self, scope: str) -> _Token:
        asked_at = time.monotonic()
        form, headers = self._credentials()
        answer = self._fetch({"grant_type": "client_credentials", "scope": scope, **form}, headers)
        text, seconds = answer.get("access_token"), answer.get("expires_in", 0)
        if not isinstance(text, str) or not text.isascii() or not isinstance(seconds, int | float):
            raise AccessDenied(
                "接続先の認可サーバーの応答を読めません。情報政策課に連絡してください。", cause="token answer"
            )
        return _Token(text, asked_at + max(seconds - MARGIN_SECONDS, seconds / 2))


def jwt_credentials(client: str, secret: str, audience: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return form and headers of client_secret_jwt: a signed assertion; the secret itself never travels.

    Source: 共通機能標準仕様書 2.7 §2.2.5 (client_secret_jwt); OpenID Connect Core 1.0 section 9.
    """
    key = OctKey.import_key(secret)
    assertion = client_secret_jwt_sign(key, client, audience, expires_in=ASSERTION_SECONDS)
    return {"client_id": client, "client_assertion_type": JWT_BEARER, "client_assertion": assertion}, {}


def basic_credentials(client: str, secret: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return form and headers of client_secret_basic.

    Source: RFC 6749 section 2.3.1 (both parts are form-encoded before they are joined).
    """
    pair = f"{quote(client, safe='')}:{quote(secret, safe='')}"
    return {}, {"Authorization": "Basic " + b64encode(pair.encode("ascii")).decode("ascii")}
