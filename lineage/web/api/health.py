"""How the service is, for whoever watches over it: processes, people, Prometheus."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from lineage.web.access import needs
from lineage.web.keys import Caller
from lineage.web.openapi import answers, told, written
from lineage.web.schema import State
from lineage.web.service import Service

router = APIRouter(tags=["watch"])
Reader = Annotated[Caller, Depends(needs("read"))]
_STARTING = answers(told("State"), status=503, describing="Not yet.")


@router.get("/health", responses=answers(told("State")))
async def health() -> JSONResponse:
    """The process lives."""
    return JSONResponse(asdict(State("alive")))


@router.get("/ready", responses={**_STARTING, **answers(told("State"))})
async def ready(request: Request) -> JSONResponse:
    """Whether posts are answered without a wait for index or network; 503 until then."""
    service: Service = request.app.state.service
    return JSONResponse(asdict(State("ready" if service.ready else "starting")), 200 if service.ready else 503)


@router.get("/v1/status", responses=answers(told("Status"), 503))
async def status(request: Request, _: Reader) -> JSONResponse:
    """What the index holds and whether its promise is kept: the line of `lineage status --json`."""
    service: Service = request.app.state.service
    return JSONResponse(await service.status())


@router.get("/v1/versions", responses=answers(told("versions"), 503))
async def versions(request: Request, _: Reader) -> JSONResponse:
    """What answers: of lineage, backbone, index and calibration, as every answer names them."""
    service: Service = request.app.state.service
    return JSONResponse({**await service.versions()})


@router.get("/metrics", responses=answers(written("text/plain")), response_class=Response)
async def metrics(request: Request, _: Reader) -> Response:
    """Counters and gauges in the form of Prometheus."""
    content, kind = request.app.state.metrics.told()
    return Response(content, media_type=kind)
