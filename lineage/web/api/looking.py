"""What was answered and what is in the index, to look at."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from lineage.records import Entry
from lineage.web.access import needs
from lineage.web.keys import Caller
from lineage.web.openapi import answers, shown, told
from lineage.web.schema import asset_told
from lineage.web.service import Service
from lineage.web.telling import where

router = APIRouter(prefix="/v1", tags=["look"])
Reader = Annotated[Caller, Depends(needs("read"))]
_KEPT = {  # what a picture of an id shows does not change; no other site shows it
    "Cache-Control": "private, max-age=3600",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
LARGEST = 2048  # px


@router.get("/answers/{answer}", responses=answers(told("answer"), 404, 503))
async def answer(request: Request, _: Reader, answer: str) -> JSONResponse:
    """One of the latest answers, or what was said of a post in the queue."""
    service: Service = request.app.state.service
    report = await service.report(answer)
    if report is None:
        raise HTTPException(404, f"{answer}: there is no such answer, or it is not kept any more; ask again")
    return JSONResponse(report.as_json() | where(answer))


@router.get("/answers/{answer}/post", responses=answers(shown("image/webp"), 404, 503), response_class=Response)
async def post(request: Request, _: Reader, answer: str) -> Response:
    """The post as it was asked about, WebP."""
    return _picture(await request.app.state.service.post(answer), answer, "image/webp")


@router.get("/answers/{answer}/evidence", responses=answers(shown("image/png"), 404, 503), response_class=Response)
async def evidence(request: Request, _: Reader, answer: str) -> Response:
    """Post and asset side by side, what they share, where they differ: the picture of `lineage query --evidence`."""
    return _picture(await request.app.state.service.evidence(answer), answer, "image/png")


@router.get("/assets/{asset}", responses=answers(told("Asset"), 404, 503))
async def asset(request: Request, _: Reader, asset: str) -> JSONResponse:
    """An asset by its id: where its files lie, how large it is."""
    return JSONResponse(asdict(asset_told((await _entry(request, asset)).asset)))


@router.get("/assets/{asset}/preview", responses=answers(shown("image/webp"), 404, 503), response_class=Response)
async def preview(request: Request, _: Reader, asset: str) -> Response:
    """The asset as the index keeps it, WebP: at most 320 px, strips and contact sheets more."""
    return _picture((await _entry(request, asset)).fingerprint.preview, asset, "image/webp")


@router.get("/assets/{asset}/picture", responses=answers(shown("image/webp"), 404, 422, 503), response_class=Response)
async def picture(
    request: Request, _: Reader, asset: str, longest: Annotated[int, Query(ge=16, le=LARGEST)] = 1024
) -> Response:
    """The asset from its file where that is there and unchanged, else its preview; WebP, the longer side at most so."""
    service: Service = request.app.state.service
    return _picture(await service.original(await _entry(request, asset), longest=longest), asset, "image/webp")


async def _entry(request: Request, asset: str) -> Entry:
    entry = await request.app.state.service.asset(asset)
    if entry is None:
        raise HTTPException(404, f"{asset}: no such asset in the index")
    found: Entry = entry
    return found


def _picture(content: bytes, key: str, kind: str) -> Response:
    if not content:
        raise HTTPException(404, f"{key}: there is no such picture, or it is not kept any more")
    return Response(content, media_type=kind, headers=_KEPT)
