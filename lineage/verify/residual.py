"""What is left when a post is laid over the asset that it may have been made from.

Geometry finds, what remains after alignment decides: a copy agrees everywhere except under stickers and text, a sibling
aligns by its background or its label and disagrees where the shots differ.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from lineage.read.images import detail_of
from lineage.records import AGREES, DIFFERS, Floats, Map, Pixels, Point, Polygon, Residual
from lineage.verify.overlay import TEXTURE, VISIBLE, Grey, Overlay, cells, grey, lay, locally_normalised, within

SIDE = 256  # px, longer side at which the two are compared: finer is slower and tells no more
CELL = 16  # px: 16 cells across
KEPT = 0.7  # share of the cells that the trimmed mean keeps
SHOWN = 0.3  # correlation from which a cell shows the same and may have moved
FARTHEST = 2.0  # px, what is said where nothing is shown; half of what one step can tell
DAMPING = 0.02  # of the gradients: edges in one direction say nothing about the other


def residual(
    post: Pixels,
    asset: Pixels,
    asset_to_post: Map,
    *,
    seen: Sequence[Point] = (),
    hidden: Sequence[Polygon] = (),
) -> Residual | None:
    """How well the visible part of an asset explains a post.

    Args:
        post: (h, w) or (h, w, 3) uint8
        asset: (H, W) or (H, W, 3) uint8, its preview
        asset_to_post: 3 × 3, unit frame → unit frame
        seen: convex polygon in the unit frame of the asset, outside of which the post shows something else; else all
        hidden: convex polygons in the unit frame of the post: what lies there has no say, and is among the cells

    Returns:
        None where fewer than four cells are visible or three are textured.
    """
    laid = lay(grey(post), grey(asset), asset_to_post, side=SIDE * detail_of(asset.shape), hidden=hidden)
    compared = _compared(laid, seen)
    if compared is None:
        return None
    correlation, textured, planes = compared
    telling = textured & (cells(laid.shown, CELL).mean(2) > VISIBLE) if hidden else textured
    found = np.sort(correlation[telling])
    if len(found) < 3:
        return None
    return Residual(
        correlation=float(found.mean()),
        trimmed=_trimmed(found),
        agreeing=float((found > AGREES).mean()),
        disagreeing=float((found < DIFFERS).mean()),
        cells=np.where(textured, correlation, np.nan).astype(np.float32),
        moved=_moved(*planes, telling & (correlation > SHOWN)),
    )


def agreement(post: Grey, asset: Grey, asset_to_post: Map) -> float:
    """`Residual.trimmed` alone, in half the time; 0 where nothing can be compared."""
    compared = _compared(lay(post, asset, asset_to_post, side=SIDE * detail_of(asset.shape)), ())
    return _trimmed(np.sort(compared[0][compared[1]])) if compared else 0.0


def _compared(
    laid: Overlay, seen: Sequence[Point]
) -> tuple[Floats, npt.NDArray[np.bool_], tuple[Floats, Floats]] | None:
    """(rows, columns) correlation of each cell and whether it says something, and both planes, locally normalised."""
    greys = [plane.astype(np.float32) for plane in (laid.asset, laid.post)]
    planes = locally_normalised(greys[0]), locally_normalised(greys[1])
    a, b = (cells(plane, CELL) for plane in planes)
    a, b = a - a.mean(2, keepdims=True), b - b.mean(2, keepdims=True)
    correlation = (a * b).sum(2) / np.sqrt((a * a).sum(2) * (b * b).sum(2) + 1e-3)
    visible = cells(within(laid.inside, seen), CELL).mean(2) > VISIBLE
    textured = visible & np.any([cells(plane, CELL).std(2) > TEXTURE for plane in greys], axis=0)
    return None if visible.sum() < 4 or textured.sum() < 3 else (correlation, textured, planes)


def _trimmed(increasing: Floats) -> float:
    return float(increasing[int((1 - KEPT) * len(increasing)) :].mean())


def _moved(asset: Floats, post: Floats, shown: npt.NDArray[np.bool_]) -> float:
    """Mean length of one step of Lucas & Kanade (1981) in each of these cells, as in `Residual`."""
    if shown.sum() < 3:
        return FARTHEST / SIDE
    x, y = (cv2.Sobel(asset + post, cv2.CV_32F, *axis, scale=1 / 16) for axis in ((1, 0), (0, 1)))
    xx, yy, xy, xd, yd = (
        cells(p, CELL).sum(2)[shown] for p in (x * x, y * y, x * y, x * (post - asset), y * (post - asset))
    )
    damping = DAMPING * (xx + yy) + 1e-3
    xx, yy = xx + damping, yy + damping
    steps = np.hypot(yy * xd - xy * yd, xx * yd - xy * xd) / (xx * yy - xy * xy)
    return float(steps.clip(0, 2 * FARTHEST).mean()) / SIDE
