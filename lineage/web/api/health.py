"""How the service is, for whoever watches over it: processes, people, Prometheus."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from lineage.web.access import needs
from lineage.web.keys import Caller
from lineage.web.schema import answers
from lineage.web.service import Service

router = APIRouter(tags=["watch"])
Reader = Annotated[Caller, Depends(needs("read"))]
_OBJECT = answers(application__json={"type": "object"})


@router.get("/health", responses=_OBJECT)
async def health() -> dict[str, str]:
    """The process lives."""
    return {"status": "alive"}


@router.get("/ready", responses=_OBJECT)
async def ready(request: Request, response: Response) -> dict[str, str]:
    """Whether posts are answered without a wait for index or network; 503 until then."""
    service: Service = request.app.state.service
    if service.ready:
        return {"status": "ready"}
    response.status_code = 503
    return {"status": "starting"}


@router.get("/v1/status", responses=_OBJECT)
async def status(request: Request, _: Reader) -> dict[str, Any]:
    """What the index holds and whether its promise is kept: the line of `lineage status --json`."""
    service: Service = request.app.state.service
    return await service.status()


@router.get("/v1/versions", responses=_OBJECT)
async def versions(request: Request, _: Reader) -> dict[str, str]:
    """What answers: of lineage, backbone, index and calibration, as every answer names them."""
    service: Service = request.app.state.service
    return dict(await service.versions())


@router.get("/metrics", responses=answers(text__plain={"type": "string"}))
async def metrics(request: Request, _: Reader) -> Response:
    """Counters and gauges in the form of Prometheus."""
    content, kind = request.app.state.metrics.told()
    return Response(content, media_type=kind)
