"""Alpha masks (h, w) uint8 of simple shapes, anti-aliased."""

from __future__ import annotations

import cv2
import numpy as np

from lineage.records import Pixels


def ribbon(size: tuple[int, int], knots: np.ndarray, thick: int) -> Pixels:
    """A smooth line `thick` px wide through (N, 2) knots in a (width, height) frame."""
    fine = np.linspace(0, 1, 12 * len(knots))
    smooth = np.column_stack([np.interp(fine, np.linspace(0, 1, len(knots)), axis) for axis in knots.T])
    window = np.hanning(9) / np.hanning(9).sum()
    padded = np.pad(smooth, ((4, 4), (0, 0)), "edge")
    smooth = np.column_stack([np.convolve(axis, window, "valid") for axis in padded.T])
    mask = np.zeros(size[::-1], np.uint8)
    cv2.polylines(
        mask, [np.round(smooth).astype(np.int32)], isClosed=False, color=(255,), thickness=thick, lineType=cv2.LINE_AA
    )
    return mask


def polygon(size: tuple[int, int], centre: np.ndarray, reach: np.ndarray, *, sides: int) -> Pixels:
    """An upright rectangle (4 sides) or an ellipse (many) about a centre, reaching so far on either side."""
    angle = (np.arange(sides) + 0.5) * 2 * np.pi / sides
    stretch = np.sqrt(2) if sides == 4 else 1.0
    corners = centre + stretch * reach * np.column_stack([np.cos(angle), np.sin(angle)])
    mask = np.zeros(size[::-1], np.uint8)
    cv2.fillPoly(mask, [np.round(corners).astype(np.int32)], (255,), cv2.LINE_AA)
    return mask


def rounded(size: tuple[int, int], radius: float) -> Pixels:
    """A (width, height) rectangle with round corners, radius in px; at half the shorter side a circle or a pill."""
    width, height = size
    radius = min(radius, width / 2, height / 2)
    x = (np.abs(np.arange(width) + 0.5 - width / 2) - (width / 2 - radius))[None]
    y = (np.abs(np.arange(height) + 0.5 - height / 2) - (height / 2 - radius))[:, None]
    # Signed distance from the edge, below 0 inside.
    beyond = np.hypot(np.maximum(x, 0), np.maximum(y, 0)) + np.minimum(np.maximum(x, y), 0) - radius
    return np.asarray(np.clip(0.5 - beyond, 0, 1) * 255, np.uint8)
