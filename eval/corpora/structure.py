"""How much of a source is left to see in a post: of a blank crop, or under a black square, nobody could know it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from lineage.read.exposure import brightened
from lineage.records import Pixels

SIDE = 256  # px, longer side at which edges are looked for: finer ones are lost in most posts
SMOOTH = 1.0  # px, taken out before: noise is no structure
FAINT = 4.0  # grey levels a px, below which a slope is noise, or the gradient of a plain ground


def shown_structure(original: Pixels, visible: npt.NDArray[np.bool_]) -> float:
    """Share of the edges of an original that can still be seen: area × structure, 0..1; 0 of a plain picture.

    Args:
        original: (H, W, 3) uint8
        visible: (H, W), which of its pixels the post still shows
    """
    scale = min(1.0, SIDE / max(original.shape[:2]))
    size = [max(1, round(edge * scale)) for edge in (original.shape[1], original.shape[0])]
    small = cv2.resize(cv2.cvtColor(brightened(original), cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_AREA)
    smooth = cv2.GaussianBlur(small.astype(np.float32), (0, 0), SMOOTH)
    across, down = (cv2.Sobel(smooth, cv2.CV_32F, *axis, scale=1 / 8) for axis in ((1, 0), (0, 1)))
    slope = np.maximum(np.hypot(across, down) - FAINT, 0)
    seen = cv2.resize(visible.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return float((slope * seen).sum() / slope.sum()) if slope.any() else 0.0
