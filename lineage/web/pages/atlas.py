"""All pictures on a map, like beside like; a click opens the asset."""

from __future__ import annotations

from math import sqrt

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from lineage.errors import UsageError
from lineage.web.atlas import SPRITE, Atlas, methods
from lineage.web.pages.callers import READER, counted
from lineage.web.pages.frame import asked_for, number_asked_for, page

WORDS = {"pca": "Largest differences", "tsne": "t-SNE", "umap": "UMAP"}
PREFERRED = "tsne"  # UMAP takes seconds to be imported, and shows no more of so few

router = APIRouter(dependencies=[READER, Depends(counted)])


@router.get("/map")
async def map_page(request: Request) -> Response:
    """The map, or that it is being drawn."""
    atlas: Atlas = request.app.state.atlas
    there = methods()
    method = asked_for(request, "method")
    method = method if method in there else PREFERRED if PREFERRED in there else there[0]
    try:
        drawn, few = await atlas.map(method), ""
    except UsageError as error:
        drawn, few = None, str(error)
    return page(
        request,
        "map.html",
        place="Map",
        drawn=drawn,
        few=few,
        method=method,
        methods=[(name, WORDS[name]) for name in there],
        side=SPRITE,
        size=_size(len(drawn.spots)) if drawn else 0,
    )


@router.get("/map/{method}.jpg")
async def sheet(request: Request, method: str) -> Response:
    """The pictures on a map, on one sheet."""
    atlas: Atlas = request.app.state.atlas
    found = atlas.sheet(method, number_asked_for(request, "v"))
    if not found:
        raise HTTPException(404, "there is no such map, or it is not kept any more")
    return Response(found, 200, {"Cache-Control": "private, max-age=60"}, "image/jpeg")


def _size(count: int) -> float:
    """Side of a picture on a map that is 1000 wide: most of them seen."""
    return round(min(90.0, max(22.0, 800 / sqrt(count))), 1)
