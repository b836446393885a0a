"""Axis-parallel boxes in px: (N, 4) arrays with the columns x0, y0, x1, y1; x1 and y1 exclusive."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Boxes = npt.NDArray[np.intp]
"""(N, 4) or (4,): x0, y0, x1, y1 in px."""


def area(boxes: Boxes) -> npt.NDArray[np.intp]:
    """(…, 4) → (…): px²."""
    area: npt.NDArray[np.intp] = (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
    return area


def intersection(box: Boxes, boxes: Boxes) -> npt.NDArray[np.intp]:
    """(4,), (N, 4) → (N,): px² that the box shares with each of the others."""
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    shared: npt.NDArray[np.intp] = np.maximum(high - low, 0).prod(axis=1)
    return shared


def iou(box: Boxes, boxes: Boxes) -> npt.NDArray[np.float64]:
    """(4,), (N, 4) → (N,): intersection over union, 0..1."""
    shared = intersection(box, boxes)
    ratio: npt.NDArray[np.float64] = shared / (area(box) + area(boxes) - shared)
    return ratio
