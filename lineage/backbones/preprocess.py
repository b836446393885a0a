"""From a picture of any size to the numbers that a network reads. Without torch: the decoding processes use it too."""

from __future__ import annotations

import cv2
import numpy as np

from lineage.records import Floats, Pixels


def fit(pixels: Pixels, size: int) -> Pixels:
    """Squeeze a picture to a square, whatever its shape: nothing is cut off and nothing is added.

    A picture that has the size already is passed through, so fitting twice is fitting once.

    Args:
        pixels: (H, W, 3) uint8
        size: px

    Returns:
        (size, size, 3) uint8
    """
    height, width = pixels.shape[:2]
    if (height, width) == (size, size):
        return pixels
    # In two steps, because INTER_AREA is free of aliasing only where no side grows.
    shrunk = cv2.resize(pixels, (min(width, size), min(height, size)), interpolation=cv2.INTER_AREA)
    return cv2.resize(shrunk, (size, size), interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def normalise(batch: Pixels, mean: tuple[float, float, float], std: tuple[float, float, float]) -> Floats:
    """(N, S, S, 3) uint8 → (N, 3, S, S) float32: scaled to 0..1, less `mean`, over `std`."""
    deviation = np.array(std, np.float32)
    scaled = batch * (np.float32(1 / 255) / deviation) - np.array(mean, np.float32) / deviation
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2), np.float32)
