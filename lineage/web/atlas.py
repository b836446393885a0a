"""The map of the library as a service keeps it: drawn when somebody asks, and anew when the library has grown."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from io import BytesIO

import numpy as np
import numpy.typing as npt

from lineage.insight.projector.points import Points, largest_groups, points_of_index
from lineage.insight.projector.reduce import METHODS, reduce
from lineage.insight.projector.sprites import columns_for, sprite_sheet
from lineage.read.images import thumbnail
from lineage.records import Floats
from lineage.web.pool import Pool
from lineage.web.service import Service

SAMPLE = 600  # assets: as many pictures as a browser moves at once
SPRITE = 64  # px
GROUPS = 12  # folders whose names are written, where they lie together
MOSTLY = 0.5  # share of the pictures around the middle of such a folder that are its own
_NEEDS = {"tsne": "sklearn", "umap": "umap"}
WAIT = 0.05  # s, for which a page is held back: one that is drawn already needs less
_SEED = 0


@dataclass(frozen=True, slots=True)
class Spot:
    """An asset on the map.

    Attributes:
        key, name: id and path of the asset
        x, y: where it lies, -1..1
        left, top, width, height: of its picture on the sheet, px
    """

    key: str
    name: str
    x: float
    y: float
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A map.

    Attributes:
        spots: assets
        groups: (folder, x, y) of the middle of the largest
        sheet: their pictures, JPEG, `SPRITE` px each
        side: of the sheet, px
        total: assets in the library, of which the spots are a sample
        count: assets that the index had when it was begun; another count is another map
    """

    spots: tuple[Spot, ...]
    groups: tuple[tuple[str, float, float], ...]
    sheet: bytes
    side: int
    total: int
    count: int


def methods() -> list[str]:
    """Projections that can be made with what is installed."""
    return [name for name in METHODS if find_spec(_NEEDS.get(name, "numpy"))]


class Atlas:
    """Maps of one library, a method each.

    Args:
        service: whose index is drawn
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._pool = Pool(1, waiting=len(METHODS))  # a map takes seconds, for which no picture of a page waits
        self._drawn: dict[str, tuple[Drawn, ...]] = {}  # the latest first, and the one that a page may still show
        self._drawing: dict[str, asyncio.Task[Drawn]] = {}

    async def map(self, method: str) -> Drawn | None:
        """The latest map by a method, drawn anew where the library has changed since; None while the first is drawn.

        Raises:
            UsageError: the library has too few assets
            MissingExtra: the method needs a package that is not installed
        """
        count = await self._service.drawn(self._service.index.count)
        there = next(iter(self._drawn.get(method, ())), None)
        if there and there.count == count:
            return there
        if method not in self._drawing:
            self._drawing[method] = asyncio.create_task(self._pool.run(partial(self._draw, method, count)))
        task = self._drawing[method]
        done, _ = await asyncio.wait({task}, timeout=WAIT)
        return self._ended(method, task) if done else there

    def sheet(self, method: str, count: int) -> bytes:
        """The sheet of a map that was shown; empty where it is not kept any more."""
        return next((one.sheet for one in self._drawn.get(method, ()) if one.count == count), b"")

    def close(self) -> None:
        """Let a map that was begun end."""
        self._pool.close()

    def _ended(self, method: str, task: asyncio.Task[Drawn]) -> Drawn:
        if self._drawing.get(method) is task:  # nobody else was told of it
            del self._drawing[method]  # also one that has failed: whoever asks next has it begun anew
            self._drawn[method] = (task.result(), *self._drawn.get(method, ()))[:2]
        return task.result()

    def _draw(self, method: str, count: int) -> Drawn:
        points = points_of_index(self._service.index.engine.store, sample=SAMPLE, seed=_SEED, groups=None)
        places = reduce(points.vectors, method, dimensions=2, seed=_SEED)
        columns = columns_for(len(points.names))
        with BytesIO() as buffer:
            sprite_sheet(points.pictures, side=SPRITE).save(buffer, "JPEG", quality=75)
            sheet = buffer.getvalue()
        spots, groups = tuple(_spots(points, places, columns)), tuple(named_groups(points, places))
        return Drawn(spots, groups, sheet, columns * SPRITE, points.total, count)


def _spots(points: Points, places: Floats, columns: int) -> Iterator[Spot]:
    for number, (key, name, (x, y)) in enumerate(zip(points.keys, points.names, places, strict=True)):
        height, width = thumbnail(points.pictures[number], SPRITE).shape[:2]
        row, column = (SPRITE * place for place in divmod(number, columns))
        left, top = column + (SPRITE - width) // 2, row + (SPRITE - height) // 2  # as `sprite_sheet` lays it
        yield Spot(key, name, round(float(x), 4), round(float(y), 4), left, top, width, height)


def named_groups(points: Points, places: Floats) -> Iterator[tuple[str, float, float]]:
    """The largest folders that lie together, with their middles."""
    groups = np.array(points.groups)
    for name in largest_groups(points.groups, count=GROUPS):
        own = groups == name
        middle = np.median(places[own], 0)
        if _lies_together(own, np.linalg.norm(places - middle, axis=1)):
            yield name, round(float(middle[0]), 3), round(float(middle[1]), 3)


def _lies_together(own: npt.NDArray[np.bool_], apart: Floats) -> bool:
    """Whether around the middle of a folder, where half of it lies, most pictures are its own, and twice as many as
    anywhere.

    Args:
        own: (N) which pictures are of the folder
        apart: (N) how far they lie from its middle
    """
    around = apart <= np.median(apart[own])
    share = own[around].mean()
    return bool(share > MOSTLY and share > 2 * own.mean())
