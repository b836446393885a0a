"""Routers, errors and what surrounds them, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from lineage import __version__
from lineage.web import pages
from lineage.web.api import health
from lineage.web.service import Service


def create_app(service: Service) -> FastAPI:
    """The application that answers for a service; it starts the service, and closes it when it ends."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with service:
            yield

    # Their pages load scripts from elsewhere.
    app = FastAPI(title="lineage", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.service = service
    app.include_router(health.router)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    return app
