"""A post laid over an asset → what a network needs to say whether both are the same shot.

Numbers are taken from the pictures at full size and averaged over small cells: letters on a form and bars of a chart
are seen, while the network that reads them stays small. What a cast of the whole picture explains is taken out.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from lineage.records import Floats, Pixels, Point
from lineage.verify.overlay import Overlay, locally_normalised, trimmed_fit, within

SIDE = 256  # px, the longer side at which both are compared
CELL = 4  # px: one number of a plane
GRID = SIDE // CELL
PLANES = 26
MIRRORED = ((20, 21), (22, 23), (24, 25))
"""Planes across and down, which change places where a picture is turned over its diagonal."""
INSIDE = 200 / 255  # share of a pixel that the post covers, from which it counts
COARSE = 32  # cells a side on which casts are fitted
FEWEST = 20  # of them, below which no cast is told
NEAR = (0, 1, 3)  # cells on each side over which correlations are taken
QUIET = 0.01  # squared deviations of the neighbourhood, below which a correlation is nothing
LARGEST = 127 / 60  # of a number: what is larger says no more


def planes(laid: Overlay, seen: Sequence[Point] = ()) -> Floats:
    """What a post and an asset have in common, cell by cell.

    Args:
        laid: (h, w, 3) uint8 each, h and w at most `SIDE`
        seen: convex polygon in the unit frame of the asset, outside of which the post shows something else; else all

    Returns:
        (PLANES, GRID, GRID) float32, -LARGEST … LARGEST, the asset in the upper left: whether the post shows a cell,
        and 0 in all other planes where it does not; whether it lies in the polygon; how much structure each of both
        has, how far it agrees, near and farther around; colours, and how far they are off; slopes across and down.
    """
    covered = (_whole(laid.shown) >= INSIDE).astype(np.float32)
    inside = _cells(covered)
    polygon = _cells((_whole(within(laid.shown, seen)) >= INSIDE).astype(np.float32))
    asset, post = _whole(laid.asset), _whole(laid.post)
    greys = [cv2.cvtColor(one, cv2.COLOR_RGB2GRAY).astype(np.float32) for one in (asset, post)]
    a, p = (locally_normalised(one) * covered for one in greys)
    colours = _colours(asset, post, inside)
    said = [polygon, *_agreement(a, p), *(_deviation(one) for one in greys), *colours, *_slopes(a, p)]
    numbers = np.stack([inside, *(plane * inside for plane in said)])
    return np.asarray(numbers.clip(-LARGEST, LARGEST), np.float32)


def _whole(plane: Pixels | Floats) -> Pixels:
    """The plane in the upper left of a square of `SIDE` px."""
    square = np.zeros((SIDE, SIDE, *plane.shape[2:]), plane.dtype)
    square[: plane.shape[0], : plane.shape[1]] = plane
    return square


def _cells(plane: Floats) -> Floats:
    """(SIDE, SIDE[, 3]) → (GRID, GRID[, 3]), averaged."""
    return np.asarray(cv2.resize(plane, (GRID, GRID), interpolation=cv2.INTER_AREA), np.float32)


def _agreement(a: Floats, p: Floats) -> list[Floats]:
    """Variance of both, covariance, and correlation over some neighbourhoods, of locally normalised planes."""
    aa, pp, ap = _cells(a * a), _cells(p * p), _cells(a * p)

    def correlation(cells: int) -> Floats:
        side = (2 * cells + 1, 2 * cells + 1)
        own, other, shared = (cv2.blur(one, side) for one in (aa, pp, ap))
        return np.asarray(shared / np.sqrt(own * other + QUIET), np.float32)

    return [np.log1p(aa), np.log1p(pp), ap / 2, *(correlation(cells) for cells in NEAR)]


def _deviation(grey: Floats) -> Floats:
    """Standard deviation of a cell's grey levels, on a logarithmic scale."""
    variance = np.maximum(_cells(grey * grey) - _cells(grey) ** 2, 0)
    return np.asarray(np.log1p(np.sqrt(variance)) / 3, np.float32)


def _colours(asset: Pixels, post: Pixels, inside: Floats) -> list[Floats]:
    """R G B of the asset and of the post without its cast, by how much they are off, and the largest of that."""
    own, other = (_cells(one.astype(np.float32)) for one in (asset, post))
    gain, offset = _cast(_coarse(other), _coarse(own), _coarse(inside) > 0.5)
    other = np.asarray((other * gain + offset).clip(-50, 305), np.float32)
    off = np.asarray((own - other) / 64, np.float32)
    level = [np.asarray(one / 128 - 1, np.float32) for one in (own, other)]
    return [*(plane for picture in (*level, off) for plane in picture.transpose(2, 0, 1)), np.abs(off).max(2)]


def _coarse(plane: Floats) -> Floats:
    return np.asarray(cv2.resize(plane, (COARSE, COARSE), interpolation=cv2.INTER_AREA), np.float32)


def _cast(post: Floats, asset: Floats, where: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """(3,) gains and (3,) offsets of the channels that bring most of these cells to the asset's colours."""
    if where.sum() < FEWEST:
        return np.ones(3, np.float32), np.zeros(3, np.float32)
    fits = [trimmed_fit(post[..., n][where], asset[..., n][where]) for n in range(3)]
    gains, offsets = np.array(fits, np.float32).T
    return gains, offsets


def _slopes(a: Floats, p: Floats) -> list[Floats]:
    """Squared slopes across and down of both, and their products: texture has a direction, and it must be the same."""
    own, other = ([cv2.Sobel(one, cv2.CV_32F, *axis, scale=0.25) for axis in ((1, 0), (0, 1))] for one in (a, p))
    squared = [np.log1p(_cells(one * one)) for one in (*own, *other)]
    return [*squared, *(_cells(one * two) for one, two in zip(own, other, strict=True))]
