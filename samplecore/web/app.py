"""All addresses of the core system."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from samplecore.core import Core
from samplecore.oauth import OAuthError
from samplecore.web import applications, certificates, pages, residents, tokens
from samplecore.web.gate import Gate, Refusal, core_of, refuse, refuse_address, refuse_failure


async def health(request: Request) -> Response:
    """GET /health: up, and what it is."""
    core = core_of(request)
    return JSONResponse({"status": "ok", "system": "samplecore", "sample": True, "city": core.facts["city"]})


ROUTES = [
    Route("/", pages.overview),
    Route("/style.css", pages.style),
    Route("/entries/{core_number}", pages.entry),
    Route("/people", pages.people),
    Route("/people/{number}", pages.person),
    Route("/people/{number}", pages.move, methods=["POST"]),
    Route("/health", health),
    Route("/oauth/token", tokens.token, methods=["POST"]),
    Route("/oauth/introspect", tokens.introspect, methods=["POST"]),
    Route("/residents", residents.residents),
    Route("/residents/changes", residents.changes),
    Route("/residents/{number}", residents.resident),
    Route("/residents/{number}", residents.change, methods=["POST"]),
    Route("/applications", applications.find),
    Route("/applications", applications.receive, methods=["POST"]),
    Route("/applications/{core_number}", applications.show),
    Route("/applications/{core_number}/certificate", certificates.issue_for),
    Route("/certificates", certificates.issue, methods=["POST"]),
    Route("/ledger", applications.whole_ledger),
]


def build(core: Core) -> Starlette:
    """Build the ASGI application around a core system."""
    app = Starlette(
        routes=ROUTES,
        middleware=[Middleware(Gate, core=core)],
        exception_handlers={
            Refusal: refuse,
            OAuthError: tokens.refuse_oauth,
            HTTPException: refuse_address,
            Exception: refuse_failure,
        },
        lifespan=_lifespan,
    )
    app.state.core = core
    return app


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    """Finish late commits before a clean stop."""
    yield
    core: Core = app.state.core
    await asyncio.gather(*core.late)
    core.store.close()
