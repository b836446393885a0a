"""Routers, errors and what surrounds them, put together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles

from lineage import __version__
from lineage.web import pages
from lineage.web.access import Access
from lineage.web.api import asking, deciding, filling, health, looking
from lineage.web.atlas import Atlas
from lineage.web.fetch import Fetcher
from lineage.web.head import HeadAsGet
from lineage.web.looking import Looking
from lineage.web.metrics import Counted, Metrics
from lineage.web.openapi import document
from lineage.web.problems import answer_problems
from lineage.web.rate import RateLimit
from lineage.web.service import Service
from lineage.web.size import BodyLimits
from lineage.web.uploads import Room

_ABOUT = "Finds the file in a digital asset library that a picture was made from, or says that there is none."


class Static(StaticFiles):
    """What pages load; their addresses of it change with it."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - as Starlette has it
        """See there."""
        answer = super().file_response(*args, **kwargs)
        answer.headers["Cache-Control"] = "public, max-age=86400"
        return answer


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
    app.mount("/static", Static(directory=pages.STATIC))
    answer_problems(app, pages.error_page)
    app.add_middleware(BodyLimits, most=settings.upload_limit, seconds=settings.upload_seconds, page=pages.error_page)
    app.add_middleware(Counted, metrics=state.metrics)
    app.add_middleware(HeadAsGet)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]  # as FastAPI says it is extended
    return app


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The document, made when it is first asked for."""
    if app.openapi_schema is None:
        app.openapi_schema = document(app)
    return app.openapi_schema
