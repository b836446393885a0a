"""One asset: where it lies, where it was seen, its other files and its near relatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from lineage.describe.same_picture import one_picture
from lineage.feedback.state import assets_in_quarantine, notes_that_hold
from lineage.records import Asset, Entry
from lineage.web.desk import Desk
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
        relatives: other pictures, with their cosines, the most alike first
    """

    variants: Sequence[Asset]
    relatives: Sequence[tuple[Asset, float]]


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
    sightings = await service.at_desk(Desk.sightings)
    return page(
        request,
        "asset.html",
        place="Library",
        asset=entry.asset,
        kin=kin,
        judged=[note for note in reversed(notes) if note.asset == key and note.what in ("confirm", "reject")][:SHOWN],
        sightings=[one for one in reversed(sightings) if one.asset == key][:SHOWN],
        quarantine=assets_in_quarantine(notes).get(key),
        label=service.catalogue.labels.get(entry.asset.path, ""),
        campaign=service.catalogue.campaign(entry.asset.path),
    )


def _kin(service: Service, entry: Entry) -> Kin:
    found = [
        (asset, cosine)
        for asset, cosine in nearest(service, entry.fingerprint.vector, count=2 * RELATIVES)
        if asset.id != entry.asset.id
    ]
    entries = service.index.engine.store.entries([asset.id for asset, _ in found])
    same = {key for key, other in entries.items() if one_picture(entry, other)}
    variants = [asset for asset, _ in found if asset.id in same]
    return Kin(variants, [one for one in found if one[0].id not in same][:RELATIVES])
