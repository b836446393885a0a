"""Dark pictures are looked at brightened: limits in grey levels would see nothing in them."""

from __future__ import annotations

import cv2
import numpy as np

from lineage.records import Pixels

DARK = 64  # grey levels: nothing much of a picture is lighter, but for a lamp
LIGHTS = 0.99  # share of the pixels that are darker than what counts as its lights
LIT = 160.0  # grey levels that lights are brought to
MOST = 8.0  # gain; beyond, what there is to see is noise
STEP = 4  # px, between those that are looked at


def brightened(pixels: Pixels) -> Pixels:
    """A dark picture with its lights at a middle grey, any other as it is.

    Args:
        pixels: (H, W, 3) uint8
    """
    lights = float(np.quantile(pixels[::STEP, ::STEP].max(axis=2), LIGHTS))
    if lights >= DARK or not lights:
        return pixels
    return np.asarray(cv2.convertScaleAbs(pixels, alpha=min(MOST, LIT / lights)), np.uint8)
