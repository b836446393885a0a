"""What pages show, as files: posts, assets, one laid over the other, and where they differ."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from PIL import Image

from lineage.read.originals import original
from lineage.records import Entry, Match, Picture, Report
from lineage.tell.evidence.layers import laid_into
from lineage.tell.evidence.tiles import departures, overlaid
from lineage.tell.evidence.words import several
from lineage.web.service import Service

SIDE = 1024  # px: more than a page shows before it is zoomed, as much as an evidence picture reads
_KEPT = {"Cache-Control": "private, max-age=600", "X-Content-Type-Options": "nosniff"}
_FOR_GOOD = {**_KEPT, "Cache-Control": "private, max-age=86400, immutable"}

router = APIRouter()


@router.get("/posts/{key}/post.jpg")
async def post(request: Request, key: str) -> Response:
    """The post as it was read."""
    service: Service = request.app.state.service
    picture, _ = _answered(service, key)
    return await _made(service, lambda: Image.fromarray(picture.pixels), "JPEG")


@router.get("/posts/{key}/laid/{asset}.webp")
async def laid(request: Request, key: str, asset: str) -> Response:
    """An asset where it lies in the post, transparent beside it."""
    service: Service = request.app.state.service
    picture, report = _answered(service, key)
    found = _match(report, asset).evidence.alignment
    if found is None:
        raise HTTPException(404, "it was not located in the post")

    def drawn() -> Image.Image:
        return laid_into(picture.pixels, original(_entry(service, asset), longest=SIDE), found.asset_to_post)

    return await _made(service, drawn, "WEBP")


@router.get("/posts/{key}/over/{asset}.jpg")
async def over(request: Request, key: str, asset: str) -> Response:
    """The post laid over an asset, tinted where it departs from it."""
    service: Service = request.app.state.service
    picture, report = _answered(service, key)
    evidence = _match(report, asset).evidence
    found = evidence.alignment
    if found is None:
        raise HTTPException(404, "it was not located in the post")

    def drawn() -> Image.Image:
        pixels = original(_entry(service, asset), longest=SIDE)
        return overlaid(picture.pixels, pixels, found, departures(evidence), (SIDE, SIDE), part=several(report.verdict))

    return await _made(service, drawn, "JPEG")


@router.get("/assets/{key}/picture.jpg")
async def asset_picture(request: Request, key: str) -> Response:
    """The asset's picture as large as a page shows it."""
    service: Service = request.app.state.service
    return await _made(service, lambda: Image.fromarray(original(_entry(service, key), longest=SIDE)), "JPEG", _FOR_GOOD)


@router.get("/assets/{key}/preview.webp")
async def asset_preview(request: Request, key: str) -> Response:
    """The asset's picture as the index keeps it."""
    service: Service = request.app.state.service
    kept = await service.run(lambda: _entry(service, key).fingerprint.preview)
    return Response(kept, 200, _FOR_GOOD, "image/webp")


def _answered(service: Service, key: str) -> tuple[Picture, Report]:
    found = service.recent(key)
    if found is None:
        raise HTTPException(404, "this answer is not kept any more")
    return found.picture, found.report


def _match(report: Report, asset: str) -> Match:
    for match in report.verdict.matches:
        if match.asset.id == asset:
            return match
    raise HTTPException(404, "the answer does not name this asset")


def _entry(service: Service, key: str) -> Entry:
    found = service.index.engine.store.entries([key]).get(key)
    if found is None:
        raise HTTPException(404, "there is no such asset in the index")
    return found


async def _made(
    service: Service,
    draw: Callable[[], Image.Image],
    form: Literal["JPEG", "PNG", "WEBP"],
    headers: dict[str, str] | None = None,
) -> Response:
    def file() -> bytes:
        with BytesIO() as buffer:
            draw().save(buffer, form, **({} if form == "PNG" else {"quality": 85}))
            return buffer.getvalue()

    return Response(await service.run(file), 200, headers or _KEPT, f"image/{form.lower()}")
