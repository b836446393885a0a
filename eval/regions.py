"""Regions: where the source really lies in a post, and how well a claimed region agrees."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from lineage.records import Map, Point

_SCALE = 1000.0  # units a side: OpenCV intersects in float32 with absolute tolerances made for pixels


def unit_rectangle(shape: Sequence[int]) -> npt.NDArray[np.float64]:
    """Corners of a picture of (H, W, …) px in its unit frame, clockwise from the upper left: (4, 2)."""
    height, width = shape[0] / max(shape[:2]), shape[1] / max(shape[:2])
    return np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)


def shown_region(original_to_post: Map, original: Sequence[int], post: Sequence[int]) -> tuple[Point, ...]:
    """Where an original of shape (H, W, …) lies in a post of shape (h, w, …): convex polygon in the post's unit frame.

    Empty where nothing of it lies inside, or where a corner lies beyond the horizon of the map.
    """
    corners = np.c_[unit_rectangle(original), np.ones(4)] @ original_to_post.T
    if (corners[:, 2] <= 0).any():
        return ()
    area, polygon = _intersection(corners[:, :2] / corners[:, 2:], unit_rectangle(post))
    return tuple((float(x), float(y)) for x, y in polygon) if area > 0 else ()


def overlap(first: Sequence[Point], second: Sequence[Point]) -> float:
    """Intersection over union of two convex polygons in one frame, 0..1; an empty polygon overlaps with nothing."""
    if len(first) < 3 or len(second) < 3:
        return 0.0
    one, two = np.asarray(first, np.float64), np.asarray(second, np.float64)
    shared = _intersection(one, two)[0]
    union = _area(one) + _area(two) - shared
    return float(np.clip(shared / union, 0.0, 1.0)) if union > 0 else 0.0


def _intersection(
    first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]
) -> tuple[float, npt.NDArray[np.float64]]:
    one, two = (cv2.convexHull((polygon * _SCALE).astype(np.float32)) for polygon in (first, second))
    area, polygon = cv2.intersectConvexConvex(one, two)
    if area <= 0:
        return 0.0, np.zeros((0, 2))
    return area / _SCALE**2, np.asarray(polygon, np.float64).reshape(-1, 2) / _SCALE


def _area(polygon: npt.NDArray[np.float64]) -> float:
    return float(cv2.contourArea((polygon * _SCALE).astype(np.float32))) / _SCALE**2
