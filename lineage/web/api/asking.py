"""Posts → answers: one, many, or two pictures against each other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from lineage.errors import ImageError, LineageError, UsageError
from lineage.machine.cells import json_line
from lineage.machine.one_line import one_line
from lineage.records import JSON_SCHEMA
from lineage.store.report_form import MEDIA_TYPE, packed_report
from lineage.web.access import needs
from lineage.web.bodies import read_json
from lineage.web.keys import Caller
from lineage.web.openapi import answers, lines, told, upload
from lineage.web.pool import RETRY_AFTER, Busy
from lineage.web.recent import Answered
from lineage.web.schema import Address
from lineage.web.service import Service
from lineage.web.telling import answer_json
from lineage.web.uploads import Upload, one, uploads
from lineage.web.waiting import while_connected

router = APIRouter(prefix="/v1", tags=["ask"])
_LOG = logging.getLogger(__name__)
Reader = Annotated[Caller, Depends(needs("read"))]
_REFUSED = (400, 413, 415, 422, 503)


@router.post(
    "/query",
    responses=answers(told("answer"), *_REFUSED, 502, content_location="Path of the answer, kept for a while."),
    openapi_extra=upload("post", addresses=True),
)
async def query(request: Request, _: Reader, remember: bool = True) -> Response:  # noqa: FBT001, FBT002 - FastAPI's way
    """Which assets a post was made from, or that there is none: the line of `lineage query --json`.

    Send a form with the file in `post`, the bytes of a picture as `image/…`, or an address where the service allows
    hosts. With `remember=false` nothing is written into the index: the post is not put into the queue, and does not
    count where assets are found that match too much.
    """
    service: Service = request.app.state.service
    post = await _post(request)
    found = await while_connected(request, service.query(post.content, post.name, remembered=remember))
    headers = {"Content-Location": f"/v1/answers/{found.id}"}
    if request.headers.get("accept") == MEDIA_TYPE:  # of `lineage query --service`, which tells it in all its forms
        return Response(packed_report(found.report), media_type=MEDIA_TYPE, headers=headers)
    return JSONResponse(answer_json(service, found), headers=headers)


@router.post(
    "/query/batch",
    responses=answers(lines("answer", "failure"), *_REFUSED),
    response_class=StreamingResponse,
    openapi_extra=upload("post", many=True),
)
async def query_batch(
    request: Request,
    caller: Reader,
    remember: bool = True,  # noqa: FBT001, FBT002 - FastAPI's way
) -> StreamingResponse:
    """Many posts in one form: JSON lines in their order, as they are answered; one that fails has its line too.

    Who hangs up stops the rest. With `remember=false` nothing is written into the index.
    """
    service: Service = request.app.state.service
    posts = (await uploads(request, "post"))["post"]
    if not posts:
        raise UsageError("send at least one picture in the field post of the form")
    request.app.state.rate.charge(request, caller.name, len(posts) - 1)
    return StreamingResponse(_lines(service, posts, remembered=remember), media_type="application/jsonl")


@router.post(
    "/compare",
    responses=answers(told("answer"), *_REFUSED),
    openapi_extra=upload("post", "asset"),
)
async def compare(request: Request, _: Reader) -> JSONResponse:
    """Whether one picture was made from another, whatever is in the index: the line of `lineage compare --json`."""
    service: Service = request.app.state.service
    found = await uploads(request, "post", "asset")
    post, asset = one(found, "post"), one(found, "asset")
    report = await while_connected(request, service.compare(post.content, asset.content, post.name))
    return JSONResponse(report.as_json())


async def _post(request: Request) -> Upload:
    """The post of a request, fetched from its address if that is what was sent."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        return one(await uploads(request, "post"), "post")
    url = (await read_json(request, Address)).url
    with request.app.state.room.taken():
        return Upload(url, await while_connected(request, request.app.state.fetcher.fetch(url)))


async def _lines(service: Service, posts: list[Upload], *, remembered: bool) -> AsyncIterator[str]:
    """A line for each post; as many are asked about at once as the pool has threads."""
    gate = asyncio.Semaphore(service.pool.threads)
    tasks = [asyncio.create_task(_line(service, post, gate, remembered=remembered)) for post in posts]
    try:
        for task in tasks:
            yield json_line(await task)
    finally:
        for task in tasks:
            task.cancel()


async def _line(service: Service, post: Upload, gate: asyncio.Semaphore, *, remembered: bool) -> dict[str, Any]:
    async with gate:
        try:
            return answer_json(service, await _in_turn(service, post, remembered=remembered))
        except ImageError as error:
            return await _failure(service, error.name, error.reason)
        except LineageError as error:
            return await _failure(service, post.name, str(error))
        except Exception:
            _LOG.exception("a post of many could not be answered: %s", one_line(post.name))
            return await _failure(service, post.name, "something is wrong with the service itself")


async def _failure(service: Service, name: str, why: str) -> dict[str, Any]:
    """The line of a post that has no answer."""
    failed = {"schema": JSON_SCHEMA, "query": name, "verdict": None, "error": one_line(why), "matches": []}
    versions = await service.drawn(lambda: service.index.engine.versions)
    return failed | {"versions": dict(versions), **service.about()}


async def _in_turn(service: Service, post: Upload, *, remembered: bool) -> Answered:
    """The answer, once there is room in the line: what was begun cannot be refused any more."""
    while True:
        try:
            return await service.query(post.content, post.name, remembered=remembered)
        except Busy:
            await asyncio.sleep(RETRY_AFTER)
