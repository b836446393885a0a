"""The library: folders and labels to choose from, names to look for, a picture to look like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from indexer.books.opening import open_ledger
from lineage.errors import ImageError
from lineage.records import Asset, Floats
from lineage.web.pages.callers import READER, counted
from lineage.web.pages.frame import asked_for, number_asked_for, page
from lineage.web.pages.uploads import dropped, refused
from lineage.web.service import Service
from lineage.web.waiting import while_connected

AT_ONCE = 60  # pictures on a page
ALIKE = 48  # nearest pictures
_MANY_FOLDERS = 200  # more are no list to choose from

router = APIRouter(dependencies=[READER])


@dataclass(frozen=True, slots=True)
class File:
    """An asset at one of its places.

    Attributes:
        id: of the asset
        path: of the file, which one looked for
    """

    id: str
    path: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """What of the library is on a page.

    Attributes:
        files: in the order of their paths
        folders: (path, files in it and in its folders)
        hidden: how many folders are not among them
        more: whether other files follow
        empty: whether the library holds none at all
    """

    files: Sequence[File]
    folders: Sequence[tuple[str, int]]
    hidden: int
    more: bool
    empty: bool


@router.get("/library")
async def library(request: Request) -> Response:
    """Assets by folder, label and name."""
    service: Service = request.app.state.service
    folder, label, text = (asked_for(request, name) for name in ("folder", "label", "text"))
    number = max(number_asked_for(request, "page"), 1)
    shelf = await service.drawn(lambda: _shelf(service, folder, label, text, number))
    return page(
        request,
        "library.html",
        place="Library",
        shelf=shelf,
        folder=folder,
        label=label,
        labels=sorted(set(service.catalogue.labels.values())),
        text=text,
        number=number,
    )


@router.post("/library", dependencies=[Depends(counted)])
async def look_like(request: Request) -> Response:
    """Ask about a picture, and go to what looks like it."""
    service: Service = request.app.state.service
    try:
        given = await dropped(request)
        answered = await while_connected(request, service.query(given.content, given.name))
    except ImageError as error:
        return page(request, "alike.html", place="Library", status=422, error=refused(error), found=(), name="", see="")
    return RedirectResponse(f"/library/like/{answered.id}", 303)


@router.get("/library/like/{key}")
async def like(request: Request, key: str) -> Response:
    """The pictures of the library that look most like one that was dropped."""
    service: Service = request.app.state.service
    answered = service.recent(key)
    if answered is None or answered.report.vector is None:
        gone = "This picture is not kept any more. Drop it again."
        return page(request, "alike.html", place="Library", status=404, error=gone, found=(), name="", see="")
    vector = answered.report.vector
    found = await service.drawn(lambda: nearest(service, vector))
    return page(
        request, "alike.html", place="Library", error="", found=found, name=answered.report.query, see=f"/posts/{key}"
    )


def nearest(service: Service, vector: Floats, *, count: int = ALIKE) -> list[tuple[Asset, float]]:
    """The assets that look most like something as a whole, with their cosines, the most alike first."""
    store = service.index.engine.store
    (hits,) = store.search_vectors(vector[None], limit=count)
    assets = store.assets([hit.id for hit in hits])
    return [(assets[hit.id], hit.score) for hit in hits if hit.id in assets]


def _shelf(service: Service, folder: str, label: str, text: str, number: int) -> Shelf:
    store, start = service.index.engine.store, (number - 1) * AT_ONCE
    labels = service.catalogue.labels
    with open_ledger(service.settings, store) as ledger:
        filled = ledger.folders()
        if label:
            named = (
                record for record in ledger.records() if record.asset and labels.get(record.location.path) == label
            )
            fitting = (
                record
                for record in named
                if f"{record.location.path}".startswith(f"{folder}/" if folder else "")
                and text.lower() in record.location.path.lower()
            )
            records = list(fitting)[start : start + AT_ONCE + 1]
        else:
            records = ledger.listed(folder=folder, text=text, limit=AT_ONCE + 1, start=start)
    there = store.assets([*{record.asset for record in records[:AT_ONCE]}])
    files = [File(one.asset, one.location.path) for one in records[:AT_ONCE] if one.asset in there]
    folders = _with_those_above(filled)
    hidden = len(folders[_MANY_FOLDERS:])
    return Shelf(files, folders[:_MANY_FOLDERS], hidden, more=len(records) > AT_ONCE, empty=not filled)


def _with_those_above(folders: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """(folder, files right in it) → (folder, all files below it), also of those that hold folders alone; in order."""
    counts: Counter[str] = Counter()
    for folder, count in folders:
        above = folder
        while above:
            counts[above] += count
            above = above.rpartition("/")[0]
    return sorted(counts.items())
