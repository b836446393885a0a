"""Rectangles inside a post that look like a picture of their own.

A pasted picture, a tile of a collage, the photograph in a screenshot or under a caption have one thing in common
whatever surrounds them: four straight, sharp, axis-parallel sides. So the strongest lines of both directions are
combined to boxes, and a box counts by the share of its sides that is edge. The border of the post itself is a line
like any other, since memes and collages end there.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from lineage.describe.views.boxes import Boxes, area, intersection, iou
from lineage.read.lines import SUPPORT, Lines, vertical_lines
from lineage.records import Floats, Pixels

_SHORTEST = 0.1  # of the post's longer side: smaller pictures hold too little to be recognised by
_NARROWEST = 16  # px, of the post: below there is no room for a side and a margin
_SCORE = 0.78  # least mean share of edge on the drawn sides, after penalties
_DIVIDED = 0.85  # support of a line across the box from which on it holds several pictures
_PENALTY = 0.15  # for a division and for each plain margin: there is a better box inside
_CONSIDERED = 600  # boxes looked at closely, best first
_TEXTURE = 5  # of 255 within 3 × 3 px: drawn ground has less, photographed ground mostly more
_EMPTY = 0.12  # share of textured pixels below which a box holds next to nothing
_MARGIN = (2, 6)  # px inside a side looked at for a plain margin; an edge that was scaled spills over the first two
_PLAIN = 0.03  # share of textured pixels up to which such a margin is plain
_BAR = 2.0  # aspect from which on a box that is mostly one colour is a line of text
_ONE_COLOUR = 0.6  # share of that colour
_SAME = 0.9  # IoU from which on two boxes are one
_APART = 0.2  # share of the smaller box up to which two boxes lie beside each other
_NESTED = 4  # panels in all once they overlap; those beside each other, as in a collage, are not limited by it


def find_panels(pixels: Pixels, *, most: int = 9) -> Boxes:
    """(H, W, 3) picture, about 500 px → (N ≤ most, 4) boxes in px, best first, none of them the whole picture."""
    height, width = pixels.shape[:2]
    if min(height, width) < _NARROWEST:
        return np.zeros((0, 4), np.intp)
    shortest = max(8, round(_SHORTEST * max(height, width)))
    columns = vertical_lines(pixels, shortest=shortest)
    rows = vertical_lines(np.asarray(cv2.transpose(pixels), np.uint8), shortest=shortest)
    boxes, scores = _outlined(columns, rows, shortest)
    best = np.argsort(-scores, kind="stable")[:_CONSIDERED]
    boxes, scores = boxes[best], scores[best]
    textured, plain = _texture(pixels, boxes)
    scores = scores - _PENALTY * plain
    good = (scores >= _SCORE) & (textured >= _EMPTY)
    boxes, scores = boxes[good], scores[good]
    return _chosen(pixels, boxes[np.argsort(-scores, kind="stable")], most)


def _outlined(columns: Lines, rows: Lines, shortest: int) -> tuple[Boxes, Floats]:
    """All boxes between the lines that have edge on every side; with how much, 0..1, the post's border not counted."""
    left, right = columns.pairs(shortest)
    top, bottom = rows.pairs(shortest)
    upright = columns.support(rows.positions[top], rows.positions[bottom])
    level = rows.support(columns.positions[left], columns.positions[right])
    weakest = np.minimum(np.minimum(upright[left], upright[right]), np.minimum(level[top], level[bottom]).T)
    x, y = np.nonzero(weakest >= SUPPORT)
    left, right, top, bottom = left[x], right[x], top[y], bottom[y]
    sides = np.stack([upright[left, y], level[top, x], upright[right, y], level[bottom, x]], axis=1)
    x0, x1, y0, y1 = columns.positions[left], columns.positions[right], rows.positions[top], rows.positions[bottom]
    boxes = np.stack([x0, y0, x1, y1], axis=1)
    drawn = np.stack([left > 0, top > 0, right < columns.last, bottom < rows.last], axis=1)
    weight = drawn * np.stack([y1 - y0, x1 - x0] * 2, axis=1)
    scores = (sides * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1)
    crossed = np.maximum(
        columns.crossing(upright[:, y], x0 + shortest, x1 - shortest),
        rows.crossing(level[:, x], y0 + shortest, y1 - shortest),
    )
    return boxes, (scores - _PENALTY * (crossed >= _DIVIDED)).astype(np.float32)


def _texture(pixels: Pixels, boxes: Boxes) -> tuple[Floats, npt.NDArray[np.intp]]:
    """(N, 4) → (N,) share of textured pixels in each box, (N,) number of its sides with a plain margin inside."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    rough = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) >= _TEXTURE
    sums = cv2.integral(rough.view(np.uint8))

    def share(box: Boxes) -> Floats:
        x0, y0, x1, y1 = box.T
        total = sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0]
        return np.asarray(total / area(box), np.float32)

    strips = []
    for axis in (0, 1):
        first, last = boxes.copy(), boxes.copy()
        first[:, axis], first[:, 2 + axis] = boxes[:, axis] + _MARGIN[0], boxes[:, axis] + _MARGIN[1]
        last[:, axis], last[:, 2 + axis] = boxes[:, 2 + axis] - _MARGIN[1], boxes[:, 2 + axis] - _MARGIN[0]
        strips += [first, last]
    plain = np.stack([share(strip) <= _PLAIN for strip in strips]).sum(axis=0)
    return share(boxes), plain


def _chosen(pixels: Pixels, boxes: Boxes, most: int) -> Boxes:
    """Of boxes sorted best first, those to look up: first those beside each other, then a few that overlap them."""
    different: list[Boxes] = []
    for box in boxes:
        if len(different) == 2 * most:
            break
        if not np.any(iou(box, np.array(different).reshape(-1, 4)) >= _SAME) and not _is_bar(pixels, box):
            different.append(box)
    beside: list[Boxes] = []
    for box in different:
        others = np.array(beside).reshape(-1, 4)
        if np.all(intersection(box, others) <= _APART * np.minimum(area(box), area(others))):
            beside.append(box)
    taken = {tuple(box) for box in beside}
    overlapping = [box for box in different if tuple(box) not in taken][: max(0, _NESTED - len(beside))]
    return np.array((beside + overlapping)[:most], np.intp).reshape(-1, 4)


def _is_bar(pixels: Pixels, box: Boxes) -> bool:
    """Whether the box is a bar of text: long and mostly one colour."""
    x0, y0, x1, y1 = box
    width, height = x1 - x0, y1 - y0
    if max(width, height) < _BAR * min(width, height):
        return False
    levels = pixels[y0:y1:2, x0:x1:2].reshape(-1, 3).astype(np.int32) >> 4
    return bool(np.bincount(levels @ [256, 16, 1]).max() >= _ONE_COLOUR * len(levels))
