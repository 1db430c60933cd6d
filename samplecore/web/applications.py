"""Applications over HTTP: received once, judged, answered, and looked up."""

import asyncio
import sqlite3
import time
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from samplecore import ledger, register
from samplecore.connection import hang_up
from samplecore.core import Core
from samplecore.ledger import Application, Verdict
from samplecore.messages import Reason, check
from samplecore.oauth import Grant
from samplecore.web.bodies import object_of
from samplecore.web.gate import HUNG_UP, Refusal, core_of, grant_of, require

LEDGER = "000:ledger:read"
# What a clerk of the core system might write; the field's name goes in front.
REJECTIONS = (
    "は登録内容と一致しません。本人に確認して、直したものを送り直してください。",
    "の記載に不備があります。確認して送り直してください。",
    "を確認できる書類がありません。書類を添えて送り直してください。",
)


async def receive(request: Request) -> Response:
    """POST /applications."""
    core = core_of(request)
    application = _read(await object_of(request))
    grant = require(request, f"{application.system}:applications:write")
    key = _key(request, core)
    verdict = _judge(core, application)
    if core.faults.loses_ack(application.reference):
        return await _lose(request, core, application, verdict, grant, key)
    return _record(core, application, verdict, grant, key)


async def find(request: Request) -> Response:
    """GET /applications?reference=R: what there is for one of the caller's references; 404 with an empty list if nothing."""
    core, systems = core_of(request), _readable(grant_of(request))
    if not core.faults.settings.lookup:
        raise Refusal(
            405, "受付番号での照会は行っていません。基幹システムの番号で照会してください。", {"Allow": "POST"}
        )
    reference = request.query_params.get("reference", "")
    if not reference:
        raise Refusal(400, "照会する受付番号を reference で指定してください。")
    found = ledger.by_reference(core.store, reference, systems)
    return JSONResponse({"applications": found}, 200 if found else 404)


async def show(request: Request) -> Response:
    """GET /applications/{core_number}."""
    core, systems = core_of(request), _readable(grant_of(request))
    found = ledger.by_core_number(core.store, request.path_params["core_number"], systems)
    if found is None:
        raise Refusal(404, "この番号の申請はありません。番号を確かめてください。")
    return JSONResponse(found)


async def whole_ledger(request: Request) -> Response:
    """GET /ledger: every entry, or those of the systems whose applications the token may read."""
    core, grant = core_of(request), grant_of(request)
    systems = None if LEDGER in grant.scopes else _readable(grant)
    return JSONResponse({"entries": ledger.entries(core.store, systems)})


def _read(body: dict[str, object]) -> Application:
    try:
        return ledger.read_application(body)
    except ledger.InvalidApplication as error:
        raise Refusal(422, str(error)) from error


def _key(request: Request, core: Core) -> str | None:
    """Return the key of the request, or None where this core system knows no keys.

    Source: draft-ietf-httpapi-idempotency-key-header (missing key: 400).
    """
    if not core.faults.settings.keyed:
        return None
    key = request.headers.get("idempotency-key", "")
    if not key or len(key) > ledger.KEY_LENGTH:
        raise Refusal(400, f"Idempotency-Key を{ledger.KEY_LENGTH}文字以内で付けて送り直してください。")
    return key


def _judge(core: Core, application: Application) -> Verdict:
    """Decide what becomes of an application: by the dictionary first, then by the faults that were ordered.

    Raises:
        Refusal: 422 for a message that this core system doesn't know; there is no entry then.
    """
    message = core.dictionary.find(application.system, application.message)
    if message is None:
        raise Refusal(
            422,
            f"業務 {application.system} に電文 {application.message} はありません。電文の辞書を確かめてください。",
        )
    reasons = check(message, application.fields, lambda number: _is_resident(core.store, number))
    settings, reference = core.faults.settings, application.reference
    if not reasons and core.faults.rejects(reference):
        reasons = [_rejection(core, application)]
    if not reasons and core.faults.keeps_pending(reference):
        return Verdict((), time.time() + settings.pending_seconds, settings.pending_lookups)
    return Verdict(tuple(reasons))


def _is_resident(store: sqlite3.Connection, number: str) -> bool:
    try:
        register.record(store, number)
    except register.UnknownResident:
        return False
    return True


def _rejection(core: Core, application: Application) -> Reason:
    """Choose a field and a reason, always the same ones for the same application."""
    message = core.dictionary.messages[application.message]
    sent = [item for item in message.items if application.fields.get(item.key) not in (None, "", [])]
    item = sent[core.faults.choose(application.reference, len(sent))]
    sentence = REJECTIONS[core.faults.choose(f"{application.reference} sentence", len(REJECTIONS))]
    return Reason(item.key, item.title + sentence)


def _record(
    core: Core, application: Application, verdict: Verdict, grant: Grant, key: str | None
) -> JSONResponse:
    try:
        entry, new = ledger.record(core.store, application, verdict, client=grant.client, key=key)
    except ledger.KeyReused as error:
        raise Refusal(
            422,
            "この Idempotency-Key は別の内容で使用済みです。内容が違う申請には新しいキーを付けてください。",
        ) from error
    headers = {"Location": f"/applications/{entry['core_number']}"}
    return JSONResponse(entry, 201, headers if new else {**headers, "Idempotent-Replayed": "true"})


async def _lose(
    request: Request, core: Core, application: Application, verdict: Verdict, grant: Grant, key: str | None
) -> Response:
    """Hang up without an answer, having written the entry before, or writing it a while after."""
    if core.faults.commits_late(application.reference):
        task = asyncio.create_task(_record_late(core, application, verdict, grant, key))
        core.late.add(task)
        task.add_done_callback(core.late.discard)
    else:
        _record(core, application, verdict, grant, key)
    hang_up(request.scope)
    # The server notices that the connection is gone in its next round; until then it would take an answer.
    await asyncio.sleep(0.01)
    return Response(status_code=HUNG_UP)


async def _record_late(
    core: Core, application: Application, verdict: Verdict, grant: Grant, key: str | None
) -> None:
    await asyncio.sleep(core.faults.settings.late_commit_ms / 1000)
    try:
        _record(core, application, verdict, grant, key)
    except Refusal:
        # Nobody is there any more who could be told that the key has another body by now.
        core.faults.happened["late-commit-refused"] += 1


def _readable(grant: Grant) -> Iterable[str]:
    """Return the systems whose applications this token may read.

    Raises:
        Refusal: 403 where there is none.
    """
    readable = [scope.split(":")[0] for scope in grant.scopes if scope.endswith(":applications:read")]
    if not readable:
        challenge = 'Bearer error="insufficient_scope"'
        raise Refusal(
            403,
            "このトークンでは申請を照会できません。スコープ 業務ID:applications:read を付けて取り直してください。",
            {"WWW-Authenticate": challenge},
        )
    return readable
