"""Runs that fill the index, as jobs that are followed."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.exceptions import HTTPException

from lineage.web.access import needs
from lineage.web.bodies import read_json
from lineage.web.jobs import Job, Jobs
from lineage.web.keys import Caller
from lineage.web.openapi import answers, told, told_as, written
from lineage.web.schema import Filling

router = APIRouter(prefix="/v1", tags=["fill"])
Admin = Annotated[Caller, Depends(needs("admin"))]
_BETWEEN = 0.5  # s between looks at how far a job is
_AT_ONCE = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # no proxy keeps events, or holds them back
_SILENT = 15.0  # s, after which whoever listens, and every proxy between, is told that there is still somebody


@router.post(
    "/index",
    status_code=202,
    responses=answers(
        *(told("Job"), 413, 415, 422, 503),
        status=202,
        describing="Begun, or waiting for its turn.",
        location="Path of the job.",
    ),
    openapi_extra=told_as(Filling),
)
async def index(request: Request, _: Admin) -> JSONResponse:
    """Take pictures into the index, as `lineage index` does; posts are answered meanwhile, more slowly."""
    jobs: Jobs = request.app.state.service.jobs
    wanted = await read_json(request, Filling)
    job = await asyncio.to_thread(jobs.begin, wanted.paths, retry=wanted.retry)  # which looks whether they are there
    return JSONResponse(job.as_json(), 202, {"Location": f"/v1/jobs/{job.id}"})


@router.get("/jobs/{job}", responses=answers(told("Job"), 404))
async def how_far(request: Request, _: Admin, job: str) -> JSONResponse:
    """How far a job is, and in the end what it came to: the line of `lineage index --json`."""
    return JSONResponse(_found(request, job).as_json())


@router.get(
    "/jobs/{job}/events", responses=answers(written("text/event-stream"), 404), response_class=StreamingResponse
)
async def events(request: Request, _: Admin, job: str) -> StreamingResponse:
    """The same as server-sent events, until it has ended; a comment where nothing changes for 15 s."""
    return StreamingResponse(_events(_found(request, job)), headers=_AT_ONCE, media_type="text/event-stream")


async def _events(job: Job) -> AsyncIterator[str]:
    told, since = None, time.monotonic()
    while True:
        now = job.as_json()
        if now != told:
            told, since = now, time.monotonic()
            yield f"event: {now['state']}\ndata: {json.dumps(now)}\n\n"
        elif time.monotonic() - since >= _SILENT:
            since = time.monotonic()
            yield ": still there\n\n"
        if now["state"] in ("done", "failed"):
            return
        await asyncio.sleep(_BETWEEN)


def _found(request: Request, key: str) -> Job:
    jobs: Jobs = request.app.state.service.jobs
    job = jobs.find(key)
    if job is None:
        raise HTTPException(404, f"{key}: there is no such job, or it was before the service began")
    return job
