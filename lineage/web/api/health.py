"""Whether the process lives, and whether it answers already: for whoever watches over it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from lineage.web.service import Service

router = APIRouter(tags=["watch"])


@router.get("/health")
async def health() -> dict[str, str]:
    """The process lives."""
    return {"status": "alive"}


@router.get("/ready")
async def ready(request: Request, response: Response) -> dict[str, str]:
    """The index is open and the network loaded: posts are answered without a wait for either."""
    service: Service = request.app.state.service
    if service.ready:
        return {"status": "ready"}
    response.status_code = 503
    return {"status": "starting"}
