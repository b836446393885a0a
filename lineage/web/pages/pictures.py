"""What pages show, as files: posts, assets, and one laid over the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from PIL import Image

from lineage.read.images import decode
from lineage.records import Alignment, Entry, Evidence, Pixels, Report
from lineage.tell.evidence.layers import laid_into
from lineage.tell.evidence.tiles import departures, translucent
from lineage.tell.evidence.words import several
from lineage.web.pages.callers import READER
from lineage.web.service import Service

SIDE = 1024  # px: more than a page shows before it is zoomed, as much as an evidence picture reads
LEAST = 400  # px, of the post laid over an asset: what is drawn larger takes longer and shows no more
_SAFE = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}
_KEPT = {**_SAFE, "Cache-Control": "private, max-age=600"}
_FOR_GOOD = {**_SAFE, "Cache-Control": "private, max-age=86400, immutable"}  # an asset's id is that of its bytes

router = APIRouter(dependencies=[READER])


@router.get("/posts/{key}/post.webp")
async def post(request: Request, key: str) -> Response:
    """The post as it was asked about."""
    service: Service = request.app.state.service
    kept = await service.post(key)
    if not kept:
        raise HTTPException(404, "this post is not kept any more")
    return Response(kept, 200, _KEPT, "image/webp")


@router.get("/posts/{key}/laid/{asset}.webp")
async def laid(request: Request, key: str, asset: str) -> Response:
    """An asset where it lies in the post, transparent beside it."""
    service: Service = request.app.state.service
    pixels, evidence, _ = await _looked_at(service, key, asset)
    shown = await _picture(service, asset)
    return await _made(service, lambda: laid_into(pixels, shown, _place(evidence).asset_to_post), "WEBP", _KEPT)


@router.get("/posts/{key}/over/{asset}.webp")
async def over(request: Request, key: str, asset: str) -> Response:
    """The post laid over an asset, tinted where it departs from it; beside the post the page is seen through it."""
    service: Service = request.app.state.service
    pixels, evidence, report = await _looked_at(service, key, asset)
    shown, part = await _picture(service, asset), several(report.verdict)

    side = min(SIDE, max(LEAST, *shown.shape[:2]))

    def drawn() -> Image.Image:
        return translucent(pixels, shown, _place(evidence), departures(evidence), (side, side), part=part)

    return await _made(service, drawn, "WEBP", _KEPT)


@router.get("/assets/{key}/picture.jpg")
async def asset_picture(request: Request, key: str) -> Response:
    """The asset's picture as large as a page shows it."""
    service: Service = request.app.state.service
    shown = await _picture(service, key)
    return await _made(service, lambda: Image.fromarray(shown), "JPEG", _FOR_GOOD)


@router.get("/assets/{key}/preview.webp")
async def asset_preview(request: Request, key: str) -> Response:
    """The asset's picture as the index keeps it."""
    service: Service = request.app.state.service
    entry = await _entry(service, key)
    return Response(entry.fingerprint.preview, 200, _FOR_GOOD, "image/webp")


@router.get("/decisions/{key}/post.webp")
async def decided_post(request: Request, key: str) -> Response:
    """The post that a confirmation or a rejection was about."""
    service: Service = request.app.state.service
    kept = await service.at_desk(lambda desk: desk.attachment(key))
    if not kept.startswith(b"RIFF"):  # those of ignored pictures are features
        raise HTTPException(404, "no post is kept with this decision")
    return Response(kept, 200, _KEPT, "image/webp")


async def _looked_at(service: Service, key: str, asset: str) -> tuple[Pixels, Evidence, Report]:
    """The post, what is known of the asset in it, and the whole report."""
    report, kept = await service.report(key, opened=False), await service.post(key)
    if report is None or not kept:
        raise HTTPException(404, "this answer is not kept any more")
    found = next((match.evidence for match in report.verdict.matches if match.asset.id == asset), None)
    if found is None or found.alignment is None:
        raise HTTPException(404, "this asset was not located in the post")
    recent = service.recent(key, opened=False)
    if recent:
        return recent.picture.pixels, found, report
    picture = await service.drawn(lambda: decode(kept, name=report.query))
    return picture.pixels, found, report


async def _picture(service: Service, asset: str) -> Pixels:
    return await service.picture(await _entry(service, asset), longest=SIDE)


async def _entry(service: Service, asset: str) -> Entry:
    found = await service.drawn(lambda: service.index.engine.store.entries([asset]).get(asset))
    if found is None:
        raise HTTPException(404, "there is no such asset in the index")
    return found


def _place(evidence: Evidence) -> Alignment:
    if evidence.alignment is None:
        raise HTTPException(404, "this asset was not located in the post")
    return evidence.alignment


async def _made(
    service: Service, draw: Callable[[], Image.Image], form: Literal["JPEG", "WEBP"], headers: Mapping[str, str]
) -> Response:
    def file() -> bytes:
        with BytesIO() as buffer:
            draw().save(buffer, form, quality=85)
            return buffer.getvalue()

    return Response(await service.drawn(file), 200, headers, f"image/{form.lower()}")
