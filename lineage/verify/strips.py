"""Of a strip — a comic, a panorama, a long poster — a network is shown the part that the post shows: of the whole
nothing would be left at the size at which it looks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lineage.geometry import ELONGATED, elongation
from lineage.read.images import detail_of
from lineage.records import Laid, Restoration


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an asset, of whole pixels of its preview.

    Attributes:
        laid: as if it were the asset
        left, top, side: upper left corner and longer side, unit frame of the asset
    """

    laid: Laid
    left: float
    top: float
    side: float

    def of_whole(self, restoration: Restoration | None) -> Restoration | None:
        """What was said of the part, with an edit map that lies over the whole asset."""
        if restoration is None or self.side == 1:
            return restoration
        count = round(len(restoration.cells) / self.side)
        row, column = round(self.top * count), round(self.left * count)
        cells = np.full((count, count), np.nan, np.float32)
        here = cells[row : row + len(restoration.cells), column : column + len(restoration.cells)]
        here[:] = restoration.cells[: here.shape[0], : here.shape[1]]
        return replace(restoration, cells=cells)


def shown_part(laid: Laid) -> Part:
    """The part of a strip that is seen, at most `ELONGATED` times as long as wide where less is seen; else all."""
    height, width = laid.preview.shape[:2]
    longer = max(height, width)
    if elongation((width, height)) * detail_of(laid.preview.shape) == 1 or not laid.seen:
        return Part(laid, 0.0, 0.0, 1.0)
    low, high = np.min(laid.seen, axis=0) * longer, np.max(laid.seen, axis=0) * longer
    limits = np.array((width, height))
    short = limits.min() / ELONGATED / detail_of(laid.preview.shape)
    (left, top), (right, bottom) = (
        np.clip(np.floor(np.minimum(low, high - short)), 0, limits - 1).astype(int),
        np.clip(np.ceil(np.maximum(high, low + short)), 1, limits).astype(int),
    )
    side = max(right - left, bottom - top)
    to_whole = np.array([(side / longer, 0, left / longer), (0, side / longer, top / longer), (0, 0, 1)])
    seen = tuple((float(x * longer - left) / side, float(y * longer - top) / side) for x, y in laid.seen)
    cut = Laid(laid.preview[top:bottom, left:right], laid.asset_to_post @ to_whole, seen, laid.hidden)
    return Part(cut, left / longer, top / longer, side / longer)
