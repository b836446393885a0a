"""What is left when a post is laid over the asset that it may have been made from.

Geometry finds, what remains after alignment decides: a copy agrees everywhere except under stickers and text, a sibling
aligns by its background or its label and disagrees where the shots differ.
"""

from __future__ import annotations

import cv2
import numpy as np

from lineage.records import Floats, Map, Pixels, Residual

CELL = 20  # px of the preview, whose longer side is 320 px: 16 cells across
BLUR = 5.0  # px, radius of the neighbourhood whose mean and variance are taken out
NOISE = 20.0  # grey levels², below camera noise: nothing flatter is amplified
TEXTURE = 6.0  # grey levels, standard deviation from which a cell says something
KEPT = 0.7  # share of the cells that the trimmed mean keeps


def residual(post: Pixels, preview: Pixels, asset_to_post: Map) -> Residual | None:
    """How well the visible part of an asset explains a post.

    Args:
        post: (h, w, 3) uint8
        preview: (H, W, 3) uint8, of the asset, longer side at most 320 px
        asset_to_post: 3 × 3, unit frame → unit frame

    Returns:
        None where fewer than four cells are visible or three are textured.
    """
    size = preview.shape[1], preview.shape[0]
    preview_to_post = np.diag([max(post.shape[:2])] * 2 + [1.0]) @ asset_to_post @ np.diag([1 / max(size)] * 2 + [1.0])
    flags = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
    back = cv2.warpPerspective(post, preview_to_post, size, flags=flags)
    inside = cv2.warpPerspective(np.ones(post.shape[:2], np.uint8), preview_to_post, size, flags=cv2.WARP_INVERSE_MAP)
    greys = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) for picture in (preview, back)]
    a, b = (_cells(_locally_normalised(grey)) for grey in greys)
    a, b = a - a.mean(2, keepdims=True), b - b.mean(2, keepdims=True)
    correlation = (a * b).sum(2) / np.sqrt((a * a).sum(2) * (b * b).sum(2) + 1e-3)
    visible = _cells(inside.astype(np.float32)).mean(2) > 0.9
    textured = visible & np.any([_cells(grey).std(2) > TEXTURE for grey in greys], axis=0)
    if visible.sum() < 4 or textured.sum() < 3:
        return None
    found = np.sort(correlation[textured])
    return Residual(
        correlation=float(found.mean()),
        trimmed=float(found[int((1 - KEPT) * len(found)) :].mean()),
        agreeing=float((found > 0.5).mean()),
        disagreeing=float((found < 0.1).mean()),
        cells=np.where(textured, correlation, np.nan).astype(np.float32),
    )


def _locally_normalised(grey: Floats) -> Floats:
    """(H, W), 0..255 → zero mean, unit variance around every pixel; flat areas go to zero."""
    mean = cv2.GaussianBlur(grey, (0, 0), BLUR)
    variance = cv2.GaussianBlur((grey - mean) ** 2, (0, 0), BLUR)
    return np.asarray((grey - mean) / np.sqrt(variance + NOISE), np.float32)


def _cells(plane: Floats) -> Floats:
    """(H, W) → (rows, columns, CELL²); the ragged edge is dropped."""
    rows, columns = plane.shape[0] // CELL, plane.shape[1] // CELL
    cut = plane[: rows * CELL, : columns * CELL]
    return cut.reshape(rows, CELL, columns, CELL).swapaxes(1, 2).reshape(rows, columns, CELL * CELL)
