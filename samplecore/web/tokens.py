"""POST /oauth/token and POST /oauth/introspect."""

import time

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from samplecore.oauth import OAuthError
from samplecore.web.bodies import form_of
from samplecore.web.gate import core_of

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


async def token(request: Request) -> Response:
    """Issue a token."""
    form, authorization = await form_of(request), request.headers.get("authorization", "")
    answer = core_of(request).authorization.token(form, authorization, int(time.time()))
    return JSONResponse(answer, headers=NO_STORE)


async def introspect(request: Request) -> Response:
    """Tell whether a token is good and for what."""
    form, authorization = await form_of(request), request.headers.get("authorization", "")
    answer = core_of(request).authorization.introspect(form, authorization, int(time.time()))
    return JSONResponse(answer, headers=NO_STORE)


async def refuse_oauth(_request: Request, error: Exception) -> Response:
    """Answer in the form of RFC 6749 §5.2."""
    assert isinstance(error, OAuthError)
    headers = {**NO_STORE, **({"WWW-Authenticate": "Basic"} if error.status == 401 else {})}
    body = {"error": error.error, "error_description": error.description}
    return JSONResponse(body, error.status, headers)
