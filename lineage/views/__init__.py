"""Which parts of a post to look up: a post is not only itself.

    frame     the whole post
    trimmed   without plain borders
    panel     rectangles that look like a picture inside a screenshot, meme, collage or composition
    mirror    the whole post as in a mirror
    crop      overlapping quarters

Views are found on a copy of at most 512 px and cut from the original. What each kind buys is measured in docs/views.md.
"""

from __future__ import annotations

import cv2
import numpy as np

from lineage.records import Map, Pixels, View
from lineage.views.borders import trim
from lineage.views.boxes import Boxes, iou
from lineage.views.panels import find_panels

__all__ = ["MOST", "views"]

MOST = 12
"""Views of one post at most: nine panels of a collage beside frame, trimmed and mirror."""

_WORKING_SIDE = 512  # px, as for key points: sides are found to ±2 px of a 1080 px post, an IoU of .98
_SAME = 0.9  # IoU


def views(pixels: Pixels) -> tuple[View, ...]:
    """(H, W, 3) uint8 → at most `MOST` views, best first: the frame, what is inside it, the mirror image.

    Pixels of all but the mirror image are windows on `pixels`, not copies. Boxes that agree by more than .9 in IoU
    are one view, named after the first kind that found them.
    """
    height, width = pixels.shape[:2]
    frame = np.array([0, 0, width, height], np.intp)
    boxes = _distinct([("frame", frame), *_inside(pixels)])
    found = [_window(name, pixels, box) for name, box in boxes[: MOST - 1]]
    return (*found, _mirror(pixels))


def _inside(pixels: Pixels) -> list[tuple[str, Boxes]]:
    """Named boxes in px of the original."""
    height, width = pixels.shape[:2]
    scale = min(1.0, _WORKING_SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    border = trim(small)
    trimmed = [] if border is None else [("trimmed", border)]
    found = trimmed + [("panel", box) for box in find_panels(small)]
    back = np.array([width / size[0], height / size[1]] * 2)
    return [(name, np.round(box * back).astype(np.intp)) for name, box in found]


def _distinct(boxes: list[tuple[str, Boxes]]) -> list[tuple[str, Boxes]]:
    """The boxes in their order without those that nearly repeat an earlier one."""
    kept: list[tuple[str, Boxes]] = []
    for name, box in boxes:
        if not kept or iou(box, np.stack([other for _, other in kept])).max() <= _SAME:
            kept.append((name, box))
    return kept


def _window(name: str, pixels: Pixels, box: Boxes) -> View:
    """The part of the post inside a box."""
    x0, y0, x1, y1 = (int(edge) for edge in box)
    side = max(pixels.shape[:2])
    scale = max(x1 - x0, y1 - y0) / side
    view_to_post = np.array([[scale, 0, x0 / side], [0, scale, y0 / side], [0, 0, 1]])
    return View(name=name, pixels=pixels[y0:y1, x0:x1], view_to_post=view_to_post)


def _mirror(pixels: Pixels) -> View:
    """The whole post, left and right exchanged."""
    height, width = pixels.shape[:2]
    view_to_post: Map = np.array([[-1, 0, width / max(height, width)], [0, 1, 0], [0, 0, 1]], np.float64)
    return View(name="mirror", pixels=np.ascontiguousarray(pixels[:, ::-1]), view_to_post=view_to_post)
