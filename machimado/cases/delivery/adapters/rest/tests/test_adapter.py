import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from machimado.cases.delivery.adapters.rest.adapter import Options, RestAdapter
from machimado.cases.delivery.rules.contract import Attachment, Message, MessageRefused, NotOffered
from machimado.cases.delivery.rules.machine import Answer, FieldReason, Verdict
from machimado.ground.systems import Connection, NotReceived, OutcomeUnknown, System, Unreachable

MESSAGE = Message("R-1", "0f8fad5b", "027", "child_allowance.claim", {"claimant_name": "山田　太郎"})
ACCEPTED = {"core_number": "027-1", "state": "accepted", "reasons": []}

type_of_answer = Callable[[httpx.Request], httpx.Response]


@dataclass
class Wire:
    """The network between the adapter and a core system that answers as told."""

    answer: type_of_answer = lambda _: httpx.Response(201, json=ACCEPTED)
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return _streamed(httpx.Response(200, json={"access_token": _scope(request), "expires_in": 300}))
        self.requests.append(request)
        return _streamed(self.answer(request))


def _streamed(response: httpx.Response) -> httpx.Response:
    """Return the response as it comes from a socket: not yet read."""
    return httpx.Response(response.status_code, stream=httpx.ByteStream(response.content))


def _scope(request: httpx.Request) -> str:
    """Return the asked scope as the token, so that the request shows it."""
    return dict(parse_qsl(request.content.decode()))["scope"]


@pytest.fixture
def wire() -> Wire:
    return Wire()


def adapter(wire: Wire, *, keyed: bool = True, lookup: bool = True) -> RestAdapter:
    connection = Connection(
        System("基幹システム", "http://127.0.0.1:1", "machimado", "a-secret-of-some-length-0123456789")
    )
    connection._http = httpx.Client(base_url="http://127.0.0.1:1", transport=httpx.MockTransport(wire))
    return RestAdapter(Options(keyed, lookup, settling_seconds=60), connection)


def raising(error: Exception) -> type_of_answer:
    def answer(_: httpx.Request) -> httpx.Response:
        raise error

    return answer


def entry(**changes: Any) -> dict[str, Any]:
    return {
        **ACCEPTED,
        "reference": "R-1",
        "system": "027",
        "fields": {},
        "received_at": "2026-04-01",
        **changes,
    }


def test_a_working_core_gets_reference_key_and_scope(wire: Wire) -> None:
    assert adapter(wire).send(MESSAGE) == Answer(Verdict.ACCEPTED, "027-1")
    (request,) = wire.requests
    assert request.headers["Idempotency-Key"] == MESSAGE.key
    assert request.headers["Authorization"] == "Bearer 027:applications:write"
    assert b'"reference": "R-1"' in request.content


def test_a_core_without_keys_gets_none(wire: Wire) -> None:
    adapter(wire, keyed=False).send(MESSAGE)
    assert "Idempotency-Key" not in wire.requests[0].headers


def test_a_rejection_comes_with_its_reasons(wire: Wire) -> None:
    reasons = [{"field": "account", "reason": "口座名義が違います"}]
    wire.answer = lambda _: httpx.Response(201, json={**ACCEPTED, "state": "rejected", "reasons": reasons})
    expected = (FieldReason("account", "口座名義が違います"),)
    assert adapter(wire).send(MESSAGE) == Answer(Verdict.REJECTED, "027-1", expected)


@pytest.mark.parametrize("status", [400, 404, 409, 413, 422])
def test_a_failing_core_that_refuses_the_message_has_not_taken_it(wire: Wire, status: int) -> None:
    wire.answer = lambda _: httpx.Response(status, json={})
    with pytest.raises(MessageRefused):
        adapter(wire).send(MESSAGE)


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_a_failing_core_that_is_busy_or_denies_has_not_taken_it(wire: Wire, status: int) -> None:
    wire.answer = lambda _: httpx.Response(status)
    with pytest.raises(NotReceived):
        adapter(wire).send(MESSAGE)


@pytest.mark.parametrize("status", [500, 502, 504])
def test_after_an_error_inside_the_core_nothing_is_known(wire: Wire, status: int) -> None:
    wire.answer = lambda _: httpx.Response(status)
    with pytest.raises(OutcomeUnknown):
        adapter(wire).send(MESSAGE)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"{}", b'{"state":"accepted"}', b'{"state":"lost","core_number":"1"}',
     b'{"state":"accepted","core_number":null}', b'{"state":"rejected","core_number":"1","reasons":["x"]}'],
)  # fmt: skip
def test_an_answer_that_cannot_be_read_tells_nothing(wire: Wire, body: bytes) -> None:
    wire.answer = lambda _: httpx.Response(201, content=body)
    with pytest.raises(OutcomeUnknown):
        adapter(wire).send(MESSAGE)


def test_a_raising_network_is_told_apart(wire: Wire) -> None:
    wire.answer = raising(httpx.ConnectError("refused"))
    with pytest.raises(Unreachable):
        adapter(wire).send(MESSAGE)
    for error in (httpx.ReadTimeout("late"), httpx.ReadError("reset"), httpx.RemoteProtocolError("gone")):
        wire.answer = raising(error)
        with pytest.raises(OutcomeUnknown):
            adapter(wire).send(MESSAGE)


def test_a_message_is_posted_once_whatever_happens(wire: Wire) -> None:
    wire.answer = raising(httpx.RemoteProtocolError("gone"))
    with pytest.raises(OutcomeUnknown):
        adapter(wire).send(MESSAGE)
    assert len(wire.requests) == 1


def test_it_is_found_by_our_reference(wire: Wire) -> None:
    wire.answer = lambda _: httpx.Response(200, json={"applications": [entry()]})
    found = adapter(wire).ask(system="027", reference="R-1", core_number="")
    assert found == Answer(Verdict.ACCEPTED, "027-1")
    assert wire.requests[0].url.params["reference"] == "R-1"


def test_it_is_found_by_its_number_where_we_know_it(wire: Wire) -> None:
    wire.answer = lambda _: httpx.Response(200, json=entry(state="pending"))
    found = adapter(wire).ask(system="027", reference="R-1", core_number="027/1")
    assert found == Answer(Verdict.PENDING, "027-1")
    assert wire.requests[0].url.raw_path == b"/applications/027%2F1"


@pytest.mark.parametrize(
    ("status", "body"), [(404, {"applications": []}), (200, {"applications": []}), (200, [])]
)
def test_nothing_there_is_an_answer(wire: Wire, status: int, body: Any) -> None:
    wire.answer = lambda _: httpx.Response(status, json=body)
    assert adapter(wire).ask(system="027", reference="R-1", core_number="") is None


def test_of_several_the_accepted_one_counts(wire: Wire) -> None:
    twice = [entry(state="rejected", core_number="027-1"), entry(core_number="027-2")]
    wire.answer = lambda _: httpx.Response(200, json={"applications": twice})
    found = adapter(wire).ask(system="027", reference="R-1", core_number="")
    assert found == Answer(Verdict.ACCEPTED, "027-2")


def test_what_is_not_ours_is_not_taken_over(wire: Wire) -> None:
    wire.answer = lambda _: httpx.Response(200, json={"applications": [entry(reference="R-10")]})
    assert adapter(wire).ask(system="027", reference="R-1", core_number="") is None


def test_a_refused_look_up_is_remembered(wire: Wire) -> None:
    wire.answer = lambda _: httpx.Response(405)
    told = adapter(wire)
    assert told.core().lookup
    with pytest.raises(NotOffered):
        told.ask(system="027", reference="R-1", core_number="")
    assert not told.core().lookup


def test_the_ledger_is_read(wire: Wire) -> None:
    wire.answer = lambda _: httpx.Response(200, json={"entries": [entry(), entry(core_number="027-2")]})
    assert [found.core_number for found in adapter(wire).ledger()] == ["027-1", "027-2"]
    wire.answer = lambda _: httpx.Response(404)
    with pytest.raises(NotOffered):
        list(adapter(wire).ledger())


def test_options_that_double_entries_are_pointed_out(wire: Wire, settings: Any) -> None:
    settings.CORE_URL, settings.CORE_TIMEOUT_SECONDS = "core.example", 120
    problems = list(adapter(wire, keyed=False, lookup=False).check_config())
    assert len(problems) == 3
    settings.CORE_URL, settings.CORE_TIMEOUT_SECONDS = "http://127.0.0.1:1", 10
    assert list(adapter(wire).check_config()) == []


def test_attachments_travel_as_base64_and_only_where_there_are_any(wire: Wire) -> None:
    file = Attachment("f-1", "申立書.pdf", "application/pdf", "ab" * 32, b"%PDF-1.7")
    adapter(wire).send(MESSAGE)
    adapter(wire).send(replace(MESSAGE, attachments=(file,)))
    bare, full = (json.loads(request.content) for request in wire.requests)
    assert "attachments" not in bare
    assert full["attachments"] == [
        {"name": file.name, "media_type": file.media_type, "sha256": file.sha256, "content": "JVBERi0xLjc="}
    ]


def test_a_failing_core_that_finds_it_too_large_is_said_in_plain_words(wire: Wire) -> None:
    wire.answer = lambda _: httpx.Response(413)
    with pytest.raises(MessageRefused) as refusal:
        adapter(wire).send(MESSAGE)
    assert "大きさを超えています" in refusal.value.cause
