"""What was put over an asset in a post: where the two depart, the post shows letters, something else, or other colours.

Where that is comes from the edit map of the autoencoder, or, without one, from the aligned residual.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from lineage.geometry import area, cells_in, overlap
from lineage.records import AGREES, DIFFERS, Edit, Floats, Map, Pixels, Polygon, Residual, Restoration
from lineage.verify.overlay import lay

Cells = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.int32]

ACTIONS = {"text": "c2pa.placed", "overlay": "c2pa.placed", "recoloured": "c2pa.adjustedColor"}
LABELS = {
    "text": "text over {} of where it lies",
    "overlay": "something else over {} of where it lies",
    "recoloured": "{} of where it lies recoloured",
}

_SIDE = 320  # px, as previews have: a cell is 20 px wide, and letters of a third of it can be told
_FEWEST = 2  # cells: single ones are misaligned, or compressed
_NAMED = 0.03  # share of what can be compared
_MOST = 0.5  # beyond, it is not the asset that something was put over
_LETTERS = 4  # shapes of like height
_LETTER = (4, 0.9)  # px, and share of the region: how high letters are
_LIKE = 0.45  # standard deviation of their heights over the mean


def foreign_edits(
    post: Pixels,
    asset: Pixels,
    asset_to_post: Map,
    *,
    residual: Residual,
    restoration: Restoration | None,
    pasted: Sequence[Polygon] = (),
    region: Polygon = (),
) -> tuple[Edit, ...]:
    """What lies over the asset, as a share of where it lies in the post; the amount of each kind together.

    A caption over its rim counts, though the matched region ends there.

    Args:
        post, asset: (h, w, 3) and (H, W, 3) uint8, any sizes
        asset_to_post: 3 × 3, unit frame → unit frame
        residual: of that alignment
        restoration: of that alignment, where there is an autoencoder
        pasted: convex polygons in the unit frame of the post, where something was pasted over the asset
        region: where the asset lies, the same
    """
    free = ~cells_in(pasted, asset_to_post, residual.cells.shape)
    differing, comparable = (told & free for told in _differing(residual, restoration))
    laid = lay(post, asset, asset_to_post, side=_SIDE).post
    shares = {"overlay": _share(pasted, region)} if pasted else dict[str, float]()
    for part in _regions(differing) if differing.sum() <= _MOST * comparable.sum() else ():
        kind = _kind(laid, part, residual.cells)
        shares[kind] = shares.get(kind, 0.0) + part.sum() / comparable.sum()
    return tuple(
        Edit(ACTIONS[kind], LABELS[kind].format(f"{100 * share:.0f} %"), float(share), kind)
        for kind, share in sorted(shares.items(), key=lambda item: -item[1])
        if share >= _NAMED
    )


def without_repeats(edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """Edits without the share that is covered or changed, where what lies over it is named: it is the same."""
    named = any(edit.kind in LABELS for edit in edits)
    return tuple(edit for edit in edits if not (named and edit.kind == "covered"))


def _share(polygons: Sequence[Polygon], region: Polygon) -> float:
    """Of a convex region, what lies in these convex polygons, which have nothing in common."""
    whole = np.array(region)
    return sum(area(overlap(np.array(polygon), whole)) for polygon in polygons) / area(whole)


def _differing(residual: Residual, restoration: Restoration | None) -> tuple[Cells, Cells]:
    """(rows, columns) each: cells in which the two depart, and those that can be compared."""
    if restoration is None:
        return residual.cells < DIFFERS, np.isfinite(residual.cells)
    cells = restoration.over(residual.cells.shape)
    return cells > 0, np.isfinite(cells)


def _regions(differing: Cells) -> Iterator[Cells]:
    count, labels = cv2.connectedComponents(differing.astype(np.uint8), connectivity=8)
    for label in range(1, count):
        region = labels == label
        if region.sum() >= _FEWEST:
            yield region


def _kind(laid: Pixels, region: Cells, correlation: Floats) -> str:
    """Of what is seen in a region."""
    told = correlation[region]
    if np.nanmean(np.append(told, 0.0)) > AGREES:
        return "recoloured"
    return "text" if _is_lettered(laid, region) else "overlay"


def _is_lettered(laid: Pixels, region: Cells) -> bool:
    """Whether the region holds several shapes of like height, dark on light or light on dark."""
    rows, columns = np.nonzero(region)
    step = max(laid.shape) / max(region.shape)  # px; an asset that is small was laid at its own size
    top, bottom = round(rows.min() * step), round((rows.max() + 1) * step)
    left, right = round(columns.min() * step), round((columns.max() + 1) * step)
    grey = cv2.cvtColor(laid[top:bottom, left:right], cv2.COLOR_RGB2GRAY)
    if min(grey.shape) < _LETTER[0]:
        return False
    _, bright = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    planes = (np.asarray(plane, np.uint8) for plane in (bright, cv2.bitwise_not(bright)))
    return any(_like_letters(plane, len(grey)) for plane in planes)


def _like_letters(plane: Pixels, height: int) -> bool:
    _, _, stats, _ = cv2.connectedComponentsWithStats(plane, connectivity=4)
    shapes = stats[1:]
    high, wide, area = shapes[:, cv2.CC_STAT_HEIGHT], shapes[:, cv2.CC_STAT_WIDTH], shapes[:, cv2.CC_STAT_AREA]
    letters = high[
        (high >= _LETTER[0]) & (high <= _LETTER[1] * height) & (wide < 3 * high) & (area > 0.15 * high * wide)
    ]
    return len(letters) >= _LETTERS and float(letters.std()) < _LIKE * float(letters.mean())
