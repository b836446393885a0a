"""Which parts of a post to look up: a post is not only itself.

    frame     the whole post
    trimmed   without plain borders
    panel     rectangles that look like a picture inside a screenshot, meme, collage or composition
    crop      the middle, for what is pasted there without straight edges

Views are found on a small copy and cut from the original. docs/how-it-works.md has what each kind buys and costs; the
mirror image bought nothing, since backbones trained with flipped pictures give it the same vector (cosine .98).
"""

from __future__ import annotations

import cv2
import numpy as np

from lineage.describe.views.borders import trim
from lineage.describe.views.boxes import Boxes, iou
from lineage.describe.views.panels import find_panels
from lineage.records import Pixels, View

__all__ = ["MOST", "frame", "views"]

MOST = 12
"""Views of one post at most: nine panels of a collage beside frame, trimmed and crop."""

_WORKING_SIDE = 512  # px, as for key points: sides are found to ±2 px of a 1080 px post, an IoU of .98
_SAME = 0.9  # IoU above which two boxes are one view
_MIDDLE = (0.2, 0.8)  # of either side


def views(pixels: Pixels) -> tuple[View, ...]:
    """(H, W, 3) uint8 → 1 to `MOST` views, best first, the frame before all.

    Their pixels are windows on `pixels`, not copies. Boxes that agree by more than .9 in IoU are one view, named after
    the kind that comes first in the list above.
    """
    height, width = pixels.shape[:2]
    boxes = _distinct([("frame", np.array([0, 0, width, height], np.intp)), *_inside(pixels)])
    return tuple(_window(name, pixels, box) for name, box in boxes[:MOST])


def frame(pixels: Pixels) -> View:
    """(H, W, 3) uint8 → the whole post, the first of its views."""
    height, width = pixels.shape[:2]
    return _window("frame", pixels, np.array([0, 0, width, height], np.intp))


def _inside(pixels: Pixels) -> list[tuple[str, Boxes]]:
    """Named boxes in px of the original."""
    height, width = pixels.shape[:2]
    scale = min(1.0, _WORKING_SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    border = trim(small)
    found = [] if border is None else [("trimmed", border)]
    found += [("panel", box) for box in find_panels(small)]
    found += [("crop", np.outer(_MIDDLE, size).ravel())]
    back = np.array([width / size[0], height / size[1]] * 2)
    boxes = [(name, np.round(box * back).astype(np.intp)) for name, box in found]
    return [(name, box) for name, box in boxes if (box[2:] > box[:2]).all()]


def _distinct(boxes: list[tuple[str, Boxes]]) -> list[tuple[str, Boxes]]:
    """The boxes in their order without those that nearly repeat an earlier one."""
    kept = boxes[:1]
    for name, box in boxes[1:]:
        if iou(box, np.stack([other for _, other in kept])).max() <= _SAME:
            kept.append((name, box))
    return kept


def _window(name: str, pixels: Pixels, box: Boxes) -> View:
    """The part of the post inside a box."""
    x0, y0, x1, y1 = (int(edge) for edge in box)
    side = max(pixels.shape[:2])
    scale = max(x1 - x0, y1 - y0) / side
    view_to_post = np.array([[scale, 0, x0 / side], [0, scale, y0 / side], [0, 0, 1]])
    return View(name=name, pixels=pixels[y0:y1, x0:x1], view_to_post=view_to_post)
