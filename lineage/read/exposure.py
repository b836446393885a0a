"""Dark pictures are looked at brightened: limits in grey levels would see nothing in them."""

from __future__ import annotations

import cv2
import numpy as np

from lineage.records import Pixels

DARK = 128.0  # grey levels that lights are brought to, without a jump: a post may be a little lighter than its asset
LIGHTS = 0.99  # share of the pixels that are darker than what counts as lights
MOST = 8.0  # gain; beyond, what there is to see is noise
STEP = 4  # px, between those that are looked at


def brightened(pixels: Pixels) -> Pixels:
    """A dark picture with its lights at `DARK`, any other as it is; brightening twice is brightening once.

    Args:
        pixels: (H, W, 3) uint8
    """
    red, green, blue = (pixels[::STEP, ::STEP, n] for n in range(3))
    brightest = np.maximum(np.maximum(red, green), blue)  # ten times as fast as `max(axis=2)`
    if (brightest >= DARK).sum() > (1 - LIGHTS) * brightest.size + 1:
        return pixels
    lights = float(np.quantile(brightest, LIGHTS))
    if lights >= DARK - 1 or not lights:
        return pixels
    return np.asarray(cv2.convertScaleAbs(pixels, alpha=min(MOST, DARK / lights)), np.uint8)
