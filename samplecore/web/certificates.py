"""POST /certificates: a certificate as PDF."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from samplecore import certificates
from samplecore.web.bodies import object_of
from samplecore.web.gate import Refusal, core_of, require


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
    # Setting takes tens of milliseconds: in a thread, so that everybody else is served meanwhile.
    pdf = await asyncio.to_thread(core.printer.print, data)
    return Response(pdf, media_type="application/pdf", headers={"Cache-Control": "no-store"})
