import time
import uuid
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from samplecore.tests.conftest import CLIENT, SECRET, Running, Start

pytestmark = pytest.mark.processes
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def assertion(core: Running, secret: str = SECRET, **changed: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": CLIENT, "sub": CLIENT, "aud": f"{core.address}/oauth/token",
        "iat": now, "exp": now + 120, "jti": uuid.uuid4().hex,
    }  # fmt: skip
    claims = {key: value for key, value in {**claims, **changed}.items() if value is not None}
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret))


def ask(core: Running, signed: str, **more: str) -> httpx.Response:
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": JWT_BEARER,
        "client_assertion": signed,
    }
    return core.http.post("/oauth/token", data={**form, **more})


def test_a_signed_assertion_gives_a_token_for_the_scope(shared: Running) -> None:
    answer = ask(shared, assertion(shared), scope="001:residents:read", client_id=CLIENT)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["scope"] == "001:residents:read"
    assert answer.json()["token_type"] == "Bearer"
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert shared.http.get("/residents?limit=1", headers=bearer).status_code == 200
    refused = shared.http.get("/ledger", headers=bearer)
    assert refused.status_code == 403
    assert "insufficient_scope" in refused.headers["www-authenticate"]


def test_an_assertion_is_good_once(shared: Running) -> None:
    signed = assertion(shared)
    assert ask(shared, signed).status_code == 200
    again = ask(shared, signed)
    assert again.status_code == 401
    assert again.json()["error"] == "invalid_client"
    assert "jti" in again.json()["error_description"]


def test_a_restart_does_not_make_an_assertion_good_again(start: Start) -> None:
    core = start("--public-url", "https://core.example")
    signed = assertion(core, aud="https://core.example/oauth/token")
    assert ask(core, signed).status_code == 200
    core.kill()
    assert ask(start("--public-url", "https://core.example"), signed).status_code == 401


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"aud": "https://elsewhere.example/oauth/token"}, "aud"),
        ({"aud": None}, "aud"),
        ({"exp": 1_000_000_000}, "over"),
        ({"exp": None}, "exp"),
        ({"exp": 4_000_000_000}, "600 seconds"),
        ({"jti": None}, "jti"),
        ({"sub": "somebody"}, "client"),
        ({"iss": "somebody"}, "iss"),
        ({"nbf": 4_000_000_000}, "nbf"),
        ({"secret": "another-secret-of-somebody"}, "signature"),
    ],
)
def test_a_wrong_assertion_is_refused(shared: Running, changed: dict[str, Any], word: str) -> None:
    answer = ask(shared, assertion(shared, **changed))
    assert answer.status_code == 401
    assert word in answer.json()["error_description"]


@pytest.mark.parametrize("signed", ["", "x", "a.b.c", "e30.e30.", "é.é.é"])
def test_rubbish_is_refused(shared: Running, signed: str) -> None:
    assert ask(shared, signed).status_code == 401


def test_an_unsigned_assertion_is_refused(shared: Running) -> None:
    payload = assertion(shared).split(".")[1]
    assert ask(shared, f"eyJhbGciOiJub25lIn0.{payload}.").status_code == 401


def test_secrets_are_checked(shared: Running) -> None:
    form = {"grant_type": "client_credentials"}
    for pair in [(CLIENT, "wrong"), ("nobody", SECRET), ("", "")]:
        assert shared.http.post("/oauth/token", data=form, auth=pair).status_code == 401
    answer = shared.http.post("/oauth/token", data={"grant_type": "password"}, auth=(CLIENT, SECRET))
    assert answer.json()["error"] == "unsupported_grant_type"
    answer = shared.http.post("/oauth/token", data={**form, "scope": "999:all:write"}, auth=(CLIENT, SECRET))
    assert answer.json()["error"] == "invalid_scope"
    signed = {**form, "client_assertion_type": JWT_BEARER, "client_assertion": assertion(shared)}
    answer = shared.http.post("/oauth/token", data=signed, auth=(CLIENT, SECRET))
    assert answer.json()["error"] == "invalid_request"


def test_introspection_tells_a_client_about_a_token(shared: Running) -> None:
    token = shared.token("001:residents:read")
    told = shared.http.post("/oauth/introspect", data={"token": token}, auth=(CLIENT, SECRET)).json()
    assert told["active"]
    assert told["scope"] == "001:residents:read"
    assert 0 < told["exp"] - time.time() <= 300
    told = shared.http.post("/oauth/introspect", data={"token": "x"}, auth=(CLIENT, SECRET)).json()
    assert told == {"active": False}
    assert shared.http.post("/oauth/introspect", data={"token": token}).status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic x", "x"])
def test_nothing_is_open_without_a_token(shared: Running, header: str) -> None:
    paths = (
        "/residents",
        "/residents/changes",
        "/residents/000000100000017",
        "/ledger",
        "/applications?reference=R",
    )
    for path in paths:
        answer = shared.http.get(path, headers={"Authorization": header})
        assert answer.status_code == 401
        assert "Bearer" in answer.headers["www-authenticate"]
    assert shared.http.get("/health").json()["sample"] is True
