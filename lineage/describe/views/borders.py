"""The picture without its plain borders: letterbox bars, coloured padding, the ground around a product."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from lineage.describe.views.boxes import Boxes
from lineage.records import Pixels

_LEVEL = 10  # of 255: how far JPEG noise takes a pixel of a plain border from its colour
_SAME = 0.98  # share of a row within that range from which on the row is border; the rest are specks
_LEAST = 0.02  # of the side: thinner borders change nothing for a recogniser
_SMALLEST = 0.1  # of either side: what is left when nearly everything is one colour is no picture


def trim(pixels: Pixels) -> Boxes | None:
    """(H, W, 3) → (4,) box in px without plain borders, or None where there are none worth removing."""
    height, width = pixels.shape[:2]
    x0, y0, x1, y1 = 0, 0, width, height
    for _ in range(2):  # bars above and below may hide those at the sides, or the other way round
        top, bottom = _plain_rows(pixels[y0:y1, x0:x1])
        y0, y1 = y0 + top, y1 - bottom
        left, right = _plain_rows(np.asarray(cv2.transpose(pixels[y0:y1, x0:x1]), np.uint8))
        x0, x1 = x0 + left, x1 - right
    kept = (x1 - x0) / width, (y1 - y0) / height
    if min(kept) > 1 - _LEAST or min(kept) < _SMALLEST:
        return None
    return np.array([x0, y0, x1, y1], np.intp)


def _plain_rows(pixels: Pixels) -> tuple[int, int]:
    """Number of rows at the top and at the bottom that have one colour, each end its own; (0, 0) if nothing is left."""
    first, last = _like(pixels, pixels[0]), _like(pixels, pixels[-1])
    if first.all() or last.all():
        return 0, 0
    top, bottom = int(np.argmin(first)), int(np.argmin(last[::-1]))
    return (top, bottom) if top + bottom < len(pixels) else (0, 0)


def _like(pixels: Pixels, row: Pixels) -> npt.NDArray[np.bool_]:
    """(H,): which rows have the median colour of this one."""
    colour = np.median(row, axis=0)
    close = cv2.inRange(pixels, colour - _LEVEL, colour + _LEVEL)
    like: npt.NDArray[np.bool_] = cv2.reduce(close, 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel() >= 255 * _SAME
    return like
