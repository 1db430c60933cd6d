"""Certificates as PDF: of whoever is named, or as an accepted application asks for."""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from samplecore import certificates, ledger
from samplecore.core import Core
from samplecore.web.bodies import object_of
from samplecore.web.gate import Refusal, core_of, grant_of, require


async def issue(request: Request) -> Response:
    """Issue a certificate and send it as PDF."""
    core = core_of(request)
    body = await object_of(request)
    try:
        wanted = certificates.read_request(body)
        grant = require(request, f"{certificates.SYSTEMS[wanted.kind]}:certificates:issue")
        data = certificates.prepare(core.store, wanted, client=grant.client, city=core.facts["city"])
    except certificates.NotIssued as error:
        raise Refusal(422, str(error)) from error
    return await _pdf(core, data)


async def issue_for(request: Request) -> Response:
    """GET /applications/{core_number}/certificate: the certificate that the application asks for; asked again, the same one."""
    core, grant = core_of(request), grant_of(request)
    systems = [scope.partition(":")[0] for scope in grant.scopes if scope.endswith(":certificates:issue")]
    found = ledger.by_core_number(core.store, request.path_params["core_number"], systems)
    if found is None:
        raise Refusal(404, "この番号の申請はありません。番号を確かめてください。")
    try:
        wanted = certificates.requested(core.store, found)
        data = certificates.prepare(
            core.store,
            wanted,
            client=grant.client,
            city=core.facts["city"],
            application=int(found["core_number"].rpartition("-")[2]),
        )
    except certificates.NotIssued as error:
        raise Refusal(422, str(error)) from error
    return await _pdf(core, data)


async def _pdf(core: Core, data: Mapping[str, Any]) -> Response:
    # Setting takes tens of milliseconds: in a thread, so that everybody else is served meanwhile.
    pdf = await asyncio.to_thread(core.printer.print, data)
    return Response(pdf, media_type="application/pdf", headers={"Cache-Control": "no-store"})
