"""The register over HTTP. Stored JSON is spliced into answers, never parsed and written again."""

import json
from datetime import date

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from samplecore import register
from samplecore.enrolments import enrolments
from samplecore.web.bodies import MAX_PAGE, number_of, object_of
from samplecore.web.gate import Refusal, core_of, require

READ, WRITE = "001:residents:read", "001:residents:write"
PAGE = 5000
SEARCH_TERMS = ("kana", "name", "birth_date", "town_code")


async def residents(request: Request) -> Response:
    """GET /residents: search where a term is given, else the next page of the whole register."""
    require(request, READ)
    core = core_of(request)
    # Read before the page: an importer that starts from here misses no change, and sees some twice at worst.
    sequence = register.sequence(core.store)
    terms = {term: request.query_params.get(term, "") for term in SEARCH_TERMS}
    if any(terms.values()):
        return _page(register.search(core.store, terms), None, sequence)
    after = number_of(request, "after", 0, 10**15)
    limit = max(1, number_of(request, "limit", PAGE, MAX_PAGE))
    page = register.export(core.store, after, limit)
    return _page(page.records, page.next, sequence)


async def changes(request: Request) -> Response:
    """GET /residents/changes: what changed after a sequence number."""
    require(request, READ)
    core = core_of(request)
    since = number_of(request, "since", 0, 10**15)
    limit = max(1, number_of(request, "limit", PAGE, MAX_PAGE))
    sequence = register.sequence(core.store)
    rows = register.changes(core.store, since, limit)
    items = (
        b'{"sequence":%d,"resident_number":"%s","resident":%s}'
        % (number, resident.encode(), record or b"null")
        for number, resident, record in rows
    )
    return _json(b'{"changes":[%s],"sequence":%d}' % (b",".join(items), sequence))


async def resident(request: Request) -> Response:
    """GET /residents/{number}: one record with everybody of the household, and what other businesses know of the person."""
    require(request, READ)
    core, number = core_of(request), request.path_params["number"]
    try:
        record = register.record(core.store, number)
    except register.UnknownResident as error:
        raise _unknown() from error
    household = b",".join(register.household(core.store, number))
    known = enrolments(json.loads(record), date.fromisoformat(core.facts["as_of"]))
    return _json(
        b'%s,"household":[%s],"enrolments":%s}'
        % (record[:-1], household, json.dumps(known, ensure_ascii=False).encode())
    )


async def change(request: Request) -> Response:
    """POST /residents/{number}: write items of the record (a 異動), for one person or the whole household."""
    require(request, WRITE)
    core, number = core_of(request), request.path_params["number"]
    items = await object_of(request)
    together = items.pop("whole_household", False) is True
    try:
        numbers = register.living_household(core.store, number) if together else [number]
        sequence = register.change(core.store, numbers, items)
    except register.UnknownResident as error:
        raise _unknown() from error
    except register.InvalidChange as error:
        raise Refusal(422, str(error)) from error
    return JSONResponse({"sequence": sequence, "resident_numbers": numbers})


def _page(records: list[bytes], after: str | None, sequence: int) -> Response:
    following = json.dumps(after).encode()
    body = (b'{"residents":[', b",".join(records), b'],"next":', following, b',"sequence":%d}' % sequence)
    return _json(b"".join(body))


def _json(content: bytes) -> Response:
    return Response(content, media_type="application/json", headers={"Cache-Control": "no-store"})


def _unknown() -> Refusal:
    return Refusal(404, "この宛名番号の住民はいません。番号（15桁）を確かめてください。")
