"""Regions: where the source really lies in a post, and how well a claimed region agrees."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lineage import geometry
from lineage.records import Map, Point


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
    region = geometry.overlap(corners[:, :2] / corners[:, 2:], unit_rectangle(post))
    return tuple((float(x), float(y)) for x, y in region) if len(region) and geometry.area(region) > 0 else ()


def overlap(first: Sequence[Point], second: Sequence[Point]) -> float:
    """Intersection over union of two convex polygons in one frame, 0..1; an empty polygon overlaps with nothing."""
    if len(first) < 3 or len(second) < 3:
        return 0.0
    one, two = np.asarray(first, np.float64), np.asarray(second, np.float64)
    both = geometry.overlap(one, two)
    shared = geometry.area(both) if len(both) else 0.0
    union = geometry.area(one) + geometry.area(two) - shared
    return float(np.clip(shared / union, 0.0, 1.0)) if union > 0 else 0.0
