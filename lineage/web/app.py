"""Routers, errors and what surrounds them, put together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.staticfiles import StaticFiles

from lineage import __version__
from lineage.web import pages
from lineage.web.access import Access
from lineage.web.api import asking, deciding, filling, health, looking
from lineage.web.atlas import Atlas
from lineage.web.fetch import Fetcher
from lineage.web.looking import Looking
from lineage.web.metrics import Counted, Metrics
from lineage.web.problems import answer_problems
from lineage.web.rate import RateLimit
from lineage.web.schema import described
from lineage.web.service import Service
from lineage.web.size import BodyLimits
from lineage.web.uploads import Room

_ABOUT = "Finds the file in a digital asset library that a picture was made from, or says that there is none."


def create_app(service: Service, access: Access | None = None) -> FastAPI:
    """The application that answers for a service; it starts the service, and closes it when it ends.

    Args:
        service: that answers
        access: who may ask; None: everybody on this machine
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with service:
            yield
            await asyncio.to_thread(state.atlas.close)

    app = FastAPI(
        title="lineage",
        description=_ABOUT,
        version=__version__,
        lifespan=lifespan,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # these two load scripts from elsewhere
        redoc_url=None,
    )
    settings, state = service.settings, app.state
    state.service, state.access, state.metrics = service, access or Access(None), Metrics(service)
    state.rate = RateLimit(settings.rate_limit)
    state.room = Room(service.pool.threads + settings.waiting_limit)
    state.looking, state.atlas = Looking(), Atlas(service)
    state.fetcher = Fetcher(settings.fetch_hosts.replace(",", " ").split(), most=settings.upload_limit)
    for part in (health, asking, looking, deciding, filling):
        app.include_router(part.router)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    answer_problems(app, pages.error_page)
    app.add_middleware(BodyLimits, most=settings.upload_limit, seconds=settings.upload_seconds, page=pages.error_page)
    app.add_middleware(Counted, metrics=state.metrics)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]  # as FastAPI says it is extended
    return app


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The document, with the schema of answers that the command line has."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        made.setdefault("components", {}).setdefault("schemas", {}).update(described())
        app.openapi_schema = made
    return app.openapi_schema
