import logging
import os
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured
from joserfc import jwt
from joserfc.jwk import OctKey

from machimado.ground import systems
from machimado.ground.systems import client
from machimado.ground.systems.client import Connection
from machimado.ground.systems.tests.faulty import SECRET, FaultyServer, closed_port, running

SCOPE = systems.scope("027", "applications", "write")
# What must never be told: whose record was asked for, and what was sent.
NUMBER, NAME = "123456789012345", "秘密　花子"


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with running() as server:
        yield server


@pytest.fixture
def connection(server: FaultyServer) -> Iterator[Connection]:
    connection = Connection(server.system())
    yield connection
    connection.close()


def test_an_answer_comes_back_as_data(connection: Connection) -> None:
    reply = connection.post("/fine", scope=SCOPE, data={"name": NAME}, headers={"Idempotency-Key": "k"})
    assert (reply.status, reply.is_success, reply.json()["key"]) == (200, True, "k")


def test_a_refusal_that_must_be_read_is_a_reply(connection: Connection) -> None:
    reply = connection.get("/residents/missing", scope=SCOPE)
    assert (reply.status, reply.is_success) == (404, False)


def test_the_secret_does_not_travel_with_a_jwt(server: FaultyServer, connection: Connection) -> None:
    connection.get("/fine", scope=SCOPE)
    form = server.forms[0]
    assert SECRET not in str(form)
    claims = jwt.decode(form["client_assertion"][0], OctKey.import_key(SECRET)).claims
    assert (claims["iss"], claims["sub"], claims["aud"]) == (
        "machimado",
        "machimado",
        f"{server.url}/oauth/token",
    )
    assert form["scope"] == [SCOPE]


def test_basic_credentials_are_encoded_before_they_are_joined(server: FaultyServer) -> None:
    connection = Connection(server.system(auth="client_secret_basic", secret="a:b%"))
    assert connection.get("/fine", scope=SCOPE).is_success
    assert "client_assertion" not in server.forms[0]
    connection.close()


def test_an_unknown_way_to_sign_in_is_a_wrong_setting(server: FaultyServer) -> None:
    connection = Connection(server.system(auth="password"))
    with pytest.raises(ImproperlyConfigured, match="client_secret_jwt"):
        connection.get("/fine", scope=SCOPE)
    connection.close()


def test_a_token_is_fetched_once_by_many_threads(server: FaultyServer, connection: Connection) -> None:
    threads = [
        threading.Thread(target=connection.get, args=("/fine",), kwargs={"scope": SCOPE}) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (server.count("/fine"), server.count("/oauth/token")) == (8, 1)


def test_each_scope_has_its_own_token(server: FaultyServer, connection: Connection) -> None:
    connection.get("/fine", scope=SCOPE)
    connection.get("/fine", scope=systems.READ_RESIDENTS)
    assert [form["scope"] for form in server.forms] == [[SCOPE], [systems.READ_RESIDENTS]]


def test_a_token_that_ends_soon_is_renewed_before(server: FaultyServer, connection: Connection) -> None:
    server.token_seconds = 0
    connection.get("/fine", scope=SCOPE)
    connection.get("/fine", scope=SCOPE)
    assert server.count("/oauth/token") == 2


def test_a_revoked_token_is_replaced_once(server: FaultyServer, connection: Connection) -> None:
    connection.get("/fine", scope=SCOPE)
    server.valid.clear()
    assert connection.post("/fine", scope=SCOPE, data={}).is_success
    assert server.count("/oauth/token") == 2


def test_a_token_that_is_never_accepted_is_not_fetched_forever(
    server: FaultyServer, connection: Connection
) -> None:
    server.valid = type("None", (set,), {"__contains__": lambda *_: False})()
    with pytest.raises(systems.AccessDenied, match="情報政策課"):
        connection.post("/fine", scope=SCOPE, data={})
    assert (server.count("/oauth/token"), server.count("/fine")) == (2, 2)


@pytest.mark.parametrize(
    ("path", "kind", "cause"),
    [
        ("/busy", systems.Busy, "status 503"),
        ("/forbidden", systems.AccessDenied, "status 403"),
        ("/broken", systems.OutcomeUnknown, "status 500"),
        ("/moved", systems.OutcomeUnknown, "status 307"),
        ("/silent", systems.OutcomeUnknown, "ReadTimeout"),
        ("/slow", systems.OutcomeUnknown, "answer too slow"),
        ("/reset", systems.ConnectionLost, "ReadError"),
        ("/cut", systems.ConnectionLost, "RemoteProtocolError"),
    ],
)
def test_failures_are_told_apart_by_whether_they_can_have_been_received(
    server: FaultyServer,
    caplog: pytest.LogCaptureFixture,
    path: str,
    kind: type,
    cause: str,
) -> None:
    in_vain = path in {"/silent", "/slow"}
    connection = Connection(server.system(**{"timeout_seconds": 0.4} if in_vain else {}))
    with caplog.at_level(logging.WARNING), pytest.raises(systems.SystemFailure) as caught:
        connection.post(f"/residents/{NUMBER}{path}", scope=SCOPE, data={"name": NAME})
    assert type(caught.value) is kind
    assert caught.value.cause == cause
    assert server.count(f"/residents/{NUMBER}{path}") == 1, (
        "what may have an effect is never sent twice by itself"
    )
    _tells_nothing(caught.value, caplog)
    connection.close()


def _tells_nothing(failure: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    told = f"{failure!r} {failure} {failure.__cause__!r} {caplog.text}"
    assert NUMBER not in told
    assert NAME not in told
    assert failure.__cause__ is None, "what httpx raised holds the whole request"
    assert str(failure).endswith("。")


def test_busy_says_when_to_come_back(connection: Connection) -> None:
    with pytest.raises(systems.Busy) as caught:
        connection.get("/busy", scope=SCOPE)
    assert caught.value.retry_after_seconds == 7


def test_redirects_are_not_followed(server: FaultyServer, connection: Connection) -> None:
    with pytest.raises(systems.OutcomeUnknown):
        connection.get("/moved", scope=SCOPE)
    assert server.count("/fine") == 0


def test_asking_is_tried_again_on_a_lost_connection(server: FaultyServer, connection: Connection) -> None:
    assert connection.get("/once", scope=SCOPE).is_success
    assert server.count("/once") == 2


def test_an_address_that_is_none_is_surely_not_received(server: FaultyServer) -> None:
    connection = Connection(server.system(url="nonsense://127.0.0.1"))
    with pytest.raises(systems.Unreachable, match="つながりません"):
        connection.post("/fine", scope=SCOPE, data={})
    connection.close()


def test_a_refused_connection_is_surely_not_received(server: FaultyServer) -> None:
    connection = Connection(server.system(url=f"http://127.0.0.1:{closed_port()}"))
    with pytest.raises(systems.Unreachable) as caught:
        connection.post("/fine", scope=SCOPE, data={})
    assert caught.value.cause == "ConnectError"
    connection.close()


@pytest.mark.parametrize(
    ("status", "kind"), [(400, systems.AccessDenied), (500, systems.Unreachable), (503, systems.Busy)]
)
def test_without_a_token_nothing_was_sent(
    server: FaultyServer, connection: Connection, status: int, kind: type[Exception]
) -> None:
    server.token_status = status
    with pytest.raises(kind) as caught:
        connection.post("/fine", scope=SCOPE, data={})
    assert isinstance(caught.value, systems.NotReceived)
    assert server.count("/fine") == 0


@pytest.mark.parametrize("seconds", ["soon", None])
def test_an_absurd_token_answer_is_refused(
    server: FaultyServer, connection: Connection, seconds: Any
) -> None:
    server.token_seconds = seconds
    with pytest.raises(systems.AccessDenied, match="認可サーバー"):
        connection.get("/fine", scope=SCOPE)


def test_an_answer_that_is_too_large_is_given_up(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.get("/fine", scope=SCOPE)
    monkeypatch.setattr(client, "LARGEST_ANSWER_BYTES", 10)
    with pytest.raises(systems.OutcomeUnknown) as caught:
        connection.get("/fine", scope=SCOPE)
    assert caught.value.cause == "answer too large"


def test_an_answer_that_is_no_json_is_no_answer(connection: Connection) -> None:
    with pytest.raises(systems.OutcomeUnknown, match="読めません"):
        connection.get("/text", scope=SCOPE).json()


def test_secrets_are_not_shown(server: FaultyServer) -> None:
    assert SECRET not in repr(server.system())


def test_a_process_shares_one_connection_and_a_forked_one_does_not(server: FaultyServer) -> None:
    # Whoever forks forgets all of them: those that other tests have opened would stay open.
    systems.disconnect()
    system = server.system()
    shared = systems.connect(system)
    assert systems.connect(system) is shared
    client._after_fork()
    assert systems.connect(system) is not shared
    shared.close()
    systems.disconnect()


def test_the_machines_proxy_is_not_used(server: FaultyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
    connection = Connection(server.system())
    assert connection.get("/fine", scope=SCOPE).is_success
    connection.close()


def test_a_wrong_authority_file_is_said_at_once(server: FaultyServer) -> None:
    with pytest.raises(OSError, match="No such file"):
        Connection(server.system(url="https://127.0.0.1", authority="/nowhere.pem"))


def test_pool_exhaustion_is_surely_not_received(connection: Connection) -> None:
    assert type(connection._failure(httpx.PoolTimeout(""))) is systems.Busy


def test_check_is_silent_where_all_is_well(server: FaultyServer, settings: Any) -> None:
    settings.CORE_URL, settings.CORE_SECRET = server.url, SECRET
    assert list(systems.check()) == []
    systems.disconnect()


def test_check_finds_a_wrong_clock_and_wrong_credentials(server: FaultyServer, settings: Any) -> None:
    settings.CORE_URL, settings.CORE_SECRET = server.url, SECRET
    server.skew_seconds, server.token_status = 300, 401
    clock, credentials = systems.check()
    assert "秒進んでいます" in clock
    assert "MACHIMADO_CORE_SECRET" in credentials
    systems.disconnect()


def test_check_finds_nobody_there(settings: Any) -> None:
    settings.CORE_URL = f"http://127.0.0.1:{closed_port()}"
    (problem,) = systems.check()
    assert "つながりません" in problem
    systems.disconnect()


def test_check_finds_a_missing_secret(server: FaultyServer, settings: Any) -> None:
    settings.CORE_URL, settings.CORE_SECRET = server.url, ""
    (problem,) = systems.check()
    assert "MACHIMADO_CORE_SECRET" in problem
    systems.disconnect()
