"""What is left when a post is laid over the asset that it may have been made from.

Geometry finds, what remains after alignment decides: a copy agrees everywhere except under stickers and text, a sibling
aligns by its background or its label and disagrees where the shots differ.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from lineage.records import Floats, Map, Pixels, Residual

Grey = npt.NDArray[np.uint8]

SIDE = 256  # px, longer side at which the two are compared: finer is slower and tells no more
CELL = 16  # px: 16 cells across
BLUR = 4.0  # px, radius of the neighbourhood whose mean and variance are taken out
NOISE = 20.0  # grey levels², below camera noise: nothing flatter is amplified
TEXTURE = 6.0  # grey levels, standard deviation from which a cell says something
VISIBLE = 0.9  # share of a cell that must lie inside the post
KEPT = 0.7  # share of the cells that the trimmed mean keeps


def residual(post: Pixels, preview: Pixels, asset_to_post: Map) -> Residual | None:
    """How well the visible part of an asset explains a post.

    Args:
        post: (h, w, 3) uint8
        preview: (H, W, 3) uint8, of the asset
        asset_to_post: 3 × 3, unit frame → unit frame

    Returns:
        None where fewer than four cells are visible or three are textured.
    """
    asset, back, inside = _lay(_grey(post), _grey(preview), asset_to_post)
    greys = [plane.astype(np.float32) for plane in (asset, back)]
    a, b = (_cells(_locally_normalised(grey)) for grey in greys)
    a, b = a - a.mean(2, keepdims=True), b - b.mean(2, keepdims=True)
    correlation = (a * b).sum(2) / np.sqrt((a * a).sum(2) * (b * b).sum(2) + 1e-3)
    visible = _cells(inside).mean(2) > VISIBLE
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


def _lay(post: Grey, preview: Grey, asset_to_post: Map) -> tuple[Grey, Grey, Floats]:
    """Asset, post and the post's extent, 0..1, in the frame of the asset, as sharp as the less sharp picture."""
    asset = _reduced(preview, SIDE / max(preview.shape))
    scale = _scale(asset_to_post, asset) * max(post.shape) / max(asset.shape)  # px of the post for one of the asset
    small = _reduced(post, 1 / scale)
    to_post = _to_pixels(small, post) @ asset_to_post @ np.linalg.inv(_to_pixels(asset, preview))
    size, flags = (asset.shape[1], asset.shape[0]), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    back = cv2.warpPerspective(small, to_post, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.warpPerspective(np.ones(small.shape, np.float32), to_post, size, flags=flags)
    if scale < 1:  # then the post lost what a Gaussian of this width takes away
        asset = _blurred(asset, 0.5 * np.sqrt(1 / scale**2 - 1))
    return asset, np.asarray(back, np.uint8), np.asarray(inside, np.float32)


def _scale(asset_to_post: Map, asset: Grey) -> float:
    """Length in the post's unit frame of a short line of length 1 in the middle of the asset."""
    middle = np.array((asset.shape[1] / 2, asset.shape[0] / 2, max(asset.shape))) / max(asset.shape)
    w = asset_to_post[2] @ middle
    return float(np.sqrt(abs(np.linalg.det(asset_to_post) / w**3)))  # the Jacobian determinant of a homography


def _to_pixels(plane: Grey, original: Grey) -> Map:
    """Unit frame → pixel centres of a picture that was reduced from an original to whole pixels."""
    longer = max(original.shape)
    across, down = longer * plane.shape[1] / original.shape[1], longer * plane.shape[0] / original.shape[0]
    return np.array([(across, 0, -0.5), (0, down, -0.5), (0, 0, 1)], np.float64)


def _grey(pixels: Pixels) -> Grey:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def _blurred(plane: Grey, sigma: float) -> Grey:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), max(sigma, 0.1)), np.uint8)


def _reduced(plane: Grey, factor: float) -> Grey:
    """A smaller picture, averaged; never a larger one."""
    if factor >= 1:
        return plane
    size = [max(1, round(edge * factor)) for edge in (plane.shape[1], plane.shape[0])]
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.uint8)


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
