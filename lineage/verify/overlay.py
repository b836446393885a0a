"""A post laid over an asset: both in the asset's frame, as sharp as the less sharp of the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from lineage.geometry import apply, corners, elongation, overlap
from lineage.records import Floats, Map, Pixels, Point, Polygon

Grey = npt.NDArray[np.uint8]
Number = TypeVar("Number", np.float32, np.uint8)

BLUR = 4.0  # px, radius of the neighbourhood whose mean and variance are taken out
WIDEST = 0.25  # of the longer side: a wider Gaussian leaves nothing either, and takes seconds
TEXTURE = 6.0  # grey levels, standard deviation from which a cell has structure and says something
RIM = 2  # px around what was pasted: a column of it that is left moves a probability from 0.99 to 0.91
VISIBLE = 0.9  # share of a cell that must lie inside the post
NOISE = 20.0  # grey levels², below camera noise: nothing flatter is amplified
ROUNDS, FITTED, EXACT = 3, 0.7, 4.0  # of a trimmed fit: the share that it keeps, and the error that is always kept
STEADY = 25.0  # grey levels²: where all cells are of one colour there is no gain to be told
GAINS = (0.4, 2.5)  # of a filter; more turns one product into another


@dataclass(frozen=True, slots=True)
class Overlay:
    """Two pictures in one frame.

    Attributes:
        asset, post: (h, w) or (h, w, 3) uint8, the longer side as asked for or less
        inside: (h, w) float32, 0..1, whether the post covers this pixel
        shown: the same, 0 where something was pasted over it
    """

    asset: Pixels
    post: Pixels
    inside: Floats
    shown: Floats


def lay(post: Pixels, asset: Pixels, asset_to_post: Map, *, side: float, hidden: Sequence[Polygon] = ()) -> Overlay:
    """Lay a post over an asset.

    Args:
        post, asset: (h, w) or (h, w, 3) uint8, any sizes, as many channels each
        asset_to_post: 3 × 3, unit frame → unit frame
        side: px, longer side of the result, of a strip more; an asset that is smaller stays as it is
        hidden: convex polygons in the unit frame of the post, where something was pasted over the asset
    """
    below = reduced(asset, side * elongation(asset.shape) / max(asset.shape[:2]))
    scale = pixels_for_one(post, below, asset_to_post)
    small = reduced(post, 1 / scale)
    to_post = to_pixels(small, post) @ asset_to_post @ np.linalg.inv(to_pixels(below, asset))
    size, flags = (below.shape[1], below.shape[0]), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    back = cv2.warpPerspective(small, to_post, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.warpPerspective(np.ones(small.shape[:2], np.float32), to_post, size, flags=flags)
    shown = cv2.warpPerspective(_shown(small, post, hidden), to_post, size, flags=flags) if hidden else inside
    if scale < 1:  # then the post lost what a Gaussian of this width takes away
        below = _blurred(below, min(0.5 * np.sqrt(1 / scale**2 - 1), WIDEST * max(below.shape[:2])))
    covering = np.asarray(inside, np.float32), np.asarray(shown, np.float32)
    return Overlay(below, np.asarray(back, np.uint8), *covering)


def _shown(small: Pixels, post: Pixels, hidden: Sequence[Polygon]) -> Floats:
    """(h, w) of a post that was reduced, 1 outside of these polygons and a rim around them."""
    shown = np.ones(small.shape[:2], np.float32)
    frame = corners((post.shape[1], post.shape[0]))
    for polygon in hidden:
        inside = overlap(np.array(polygon), frame)
        if len(inside):
            cv2.fillConvexPoly(shown, np.rint(apply(to_pixels(small, post), inside)).astype(np.int32), 0.0)
    return np.asarray(cv2.erode(shown, np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)), np.float32)


def pixels_for_one(post: Pixels, asset: Pixels, asset_to_post: Map) -> float:
    """How many px of the post show one of the asset, in its middle."""
    middle = np.array((asset.shape[1] / 2, asset.shape[0] / 2, max(asset.shape[:2]))) / max(asset.shape[:2])
    w = asset_to_post[2] @ middle
    length = float(np.sqrt(abs(np.linalg.det(asset_to_post) / w**3)))  # the Jacobian determinant of a homography
    return float(length * max(post.shape[:2]) / max(asset.shape[:2]))


def locally_normalised(grey: Pixels | Floats) -> Floats:
    """(H, W), 0..255 → zero mean, unit variance around every pixel; flat areas go to zero."""
    levels = grey.astype(np.float32)
    mean = cv2.GaussianBlur(levels, (0, 0), BLUR)
    variance = cv2.GaussianBlur((levels - mean) ** 2, (0, 0), BLUR)
    return np.asarray((levels - mean) / np.sqrt(variance + NOISE), np.float32)


def trimmed_fit(x: Floats, y: Floats) -> tuple[float, float]:
    """Gain and offset by which most x become y; what fits worst, such as a sticker, has no say in the next round."""
    kept, gain, offset = np.ones(len(x), np.bool_), 1.0, 0.0
    for _ in range(ROUNDS):
        middle, level = x[kept].mean(), y[kept].mean()
        apart = x[kept] - middle
        gain = float(np.clip((apart * (y[kept] - level)).mean() / ((apart * apart).mean() + STEADY), *GAINS))
        offset = float(level - gain * middle)
        error = np.abs(gain * x + offset - y)
        place = int(FITTED * (len(error) - 1))
        kept = error <= max(float(np.partition(error, place)[place]), EXACT)
    return gain, offset


def within(inside: Floats, seen: Sequence[Point]) -> Floats:
    """(H, W) share of each pixel of the asset inside the post, without what lies outside of a polygon."""
    if not seen:
        return inside
    mask = np.zeros(inside.shape, np.float32)
    polygon = np.rint(np.array(seen) * max(inside.shape) - 0.5).astype(np.int32)
    return np.asarray(inside * cv2.fillConvexPoly(mask, polygon, 1.0), np.float32)


def cells(plane: npt.NDArray[Number], side: int) -> npt.NDArray[Number]:
    """(H, W) → (rows, columns, side²) of cells with sides of so many px; the ragged edge is dropped."""
    rows, columns = plane.shape[0] // side, plane.shape[1] // side
    cut = plane[: rows * side, : columns * side]
    return cut.reshape(rows, side, columns, side).swapaxes(1, 2).reshape(rows, columns, side * side)


def grey(pixels: Pixels) -> Grey:
    """(h, w, 3) → (h, w) uint8; what is grey already stays."""
    return pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def to_pixels(plane: Pixels, original: Pixels) -> Map:
    """Unit frame → pixel centres of a picture that was reduced from an original to whole pixels."""
    longer = max(original.shape[:2])
    across, down = longer * plane.shape[1] / original.shape[1], longer * plane.shape[0] / original.shape[0]
    return np.array([(across, 0, -0.5), (0, down, -0.5), (0, 0, 1)], np.float64)


def _blurred(plane: Pixels, sigma: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), max(sigma, 0.1)), np.uint8)


def reduced(plane: Pixels, factor: float) -> Pixels:
    """A smaller picture, averaged; never a larger one."""
    if factor >= 1:
        return plane
    size = [max(1, round(edge * factor)) for edge in (plane.shape[1], plane.shape[0])]
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.uint8)
