"""One asset: where it lies, where it was seen, its other files and its near relatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from lineage.decide.features import CLOSE
from lineage.describe.same_picture import one_picture, same_post
from lineage.feedback.state import assets_in_quarantine, notes_that_hold
from lineage.insight.exposure.seen import each_post
from lineage.records import Asset, Entry, Note, Sighting
from lineage.web.desk import Desk
from lineage.web.keys import Caller
from lineage.web.pages.callers import READER
from lineage.web.pages.frame import page
from lineage.web.pages.library import nearest
from lineage.web.service import Service

RELATIVES = 12
SHOWN = 24  # decisions and sightings, the latest

router = APIRouter(dependencies=[READER])


@dataclass(frozen=True, slots=True)
class Kin:
    """What looks like an asset.

    Attributes:
        variants: other files of the very picture
        relatives: other pictures that look nearly like it, with their cosines, the most alike first
    """

    variants: Sequence[Asset]
    relatives: Sequence[tuple[Asset, float]]


@dataclass(frozen=True, slots=True)
class Seen:
    """A post that was called made from an asset.

    Attributes:
        first: the first time that it was asked about
        times: how often it was
        answer: id of what was said of it; empty where that is not kept, or not for whoever looks
        picture: address of the post, likewise
    """

    first: Sighting
    times: int
    answer: str
    picture: str


@router.get("/assets/{key}")
async def asset(request: Request, key: str) -> Response:
    """All that is known of an asset."""
    service: Service = request.app.state.service
    entry = await service.drawn(lambda: service.index.engine.store.entries([key]).get(key))
    if entry is None:
        return page(
            request,
            "error.html",
            place="Library",
            status=404,
            title="There is no such asset",
            detail="It was forgotten, or the address belongs to another index.",
            ways=[("/library", "To the library")],
        )
    kin = await service.drawn(lambda: _kin(service, entry))
    notes = await service.at_desk(lambda desk: notes_that_hold(desk.notes()))
    sightings = [one for one in await service.at_desk(Desk.sightings) if one.asset == key]
    judged = [note for note in reversed(notes) if note.asset == key and note.what in ("confirm", "reject")]
    posts = await service.drawn(lambda: each_post(sightings))
    caller: Caller = request.state.caller
    seen = [_seen(service, times, judged, caller) for times in reversed(posts[-SHOWN:])]
    return page(
        request,
        "asset.html",
        place="Library",
        asset=entry.asset,
        kin=kin,
        judged=judged[:SHOWN],
        seen=seen,
        count=len(posts),
        quarantine=assets_in_quarantine(notes).get(key),
        label=service.catalogue.labels.get(entry.asset.path, ""),
        campaign=service.catalogue.campaign(entry.asset.path),
    )


def _seen(service: Service, times: Sequence[Sighting], judged: Sequence[Note], caller: Caller) -> Seen:
    first = times[0]
    hashes = first.hashes
    answer = service.answer_about(hashes, first.asset) if hashes and caller.role != "read" else ""
    note = next((one.id for one in judged if hashes and one.hashes and same_post(one.hashes, hashes)), "")
    kept = f"/decisions/{note}/post.webp" if note else ""
    return Seen(first, len(times), answer, f"/posts/{answer}/post.webp" if answer else kept)


def _kin(service: Service, entry: Entry) -> Kin:
    found = [
        (asset, cosine)
        for asset, cosine in nearest(service, entry.fingerprint.vector, count=2 * RELATIVES)
        if asset.id != entry.asset.id
    ]
    entries = service.index.engine.store.entries([asset.id for asset, _ in found])
    same = {key for key, other in entries.items() if one_picture(entry, other)}
    variants = [asset for asset, _ in found if asset.id in same]
    near = [(asset, cosine) for asset, cosine in found if asset.id not in same and cosine >= CLOSE]
    return Kin(variants, near[:RELATIVES])
