"""The picture together with other pictures: pasted onto one, with one inset, blended with one, or as tiles."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from lineage.manipulate.backdrop import backdrop, draw_surface
from lineage.manipulate.canvas import Box, Canvas, largest_inside
from lineage.manipulate.dose import Dose
from lineage.manipulate.manipulation import Manipulation
from lineage.manipulate.maps import resized, shifting, size_of, stretching, turning
from lineage.manipulate.padding import frame_size
from lineage.manipulate.result import INPUT, Mask, Step
from lineage.manipulate.shapes import rounded
from lineage.records import Pixels


def _paste(pixels: Pixels, dose: Dose) -> Step:
    """Pasted at a smaller scale onto another picture, anywhere, sometimes turned, rounded or see-through."""
    frame = frame_size(pixels, dose, dose.pick((1, 4 / 3, 3 / 4, 3 / 2, 2 / 3, 16 / 9, 9 / 16)))
    canvas, share = backdrop(dose, frame, foreign=0.85), dose.between(0.9, 0.25)
    size = largest_inside(size_of(pixels), (0, 0, round(frame[0] * share), round(frame[1] * share)))[2:]
    # Now and then it hangs over the edge.
    slack = -0.25 if dose.chance(0.15) else 0
    x, y = ((dose.uniform(slack, 1 - slack) * (frame[k] - size[k])) for k in (0, 1))
    opacity = dose.between(1, 0.65) if dose.chance(0.2) else 1.0
    radius = dose.pick((0, 0, 0, 0, 0, 0.06, 0.12, 0.5)) * min(size_of(pixels))
    alpha = (rounded(size_of(pixels), radius) * opacity).astype(np.uint8)
    map_ = shifting(round(x), round(y)) @ stretching(size_of(pixels), size)
    if dose.chance(0.3):
        about = x + size[0] / 2, y + size[1] / 2
        map_ = (
            shifting(*about)
            @ turning(dose.uniform(-1, 1) * dose.between(5, 45))
            @ shifting(-about[0], -about[1])
            @ map_
        )
    canvas.warp(INPUT, pixels, map_, alpha=alpha)
    return canvas.step()


def _picture(dose: Dose, size: tuple[int, int]) -> tuple[int | None, Pixels]:
    """One of the context's pictures with its index, or a drawn surface."""
    index = dose.foreign()
    return index, draw_surface(dose, size) if index is None else dose.context[index]


def _put(canvas: Canvas, index: int | None, picture: Pixels, box: Box, alpha: Pixels | None = None) -> None:
    if index is None:
        opaque = np.full((box[3], box[2]), 255, np.uint8) if alpha is None else alpha
        canvas.draw(resized(picture, box[2:]), opaque, box[0], box[1])
    else:
        canvas.fill(index, picture, box, alpha=alpha)


def _inset(pixels: Pixels, dose: Dose) -> Step:
    """Other pictures laid over this one: a reaction camera, a before, a product, a sticker photo."""
    canvas, (width, height) = Canvas.over(pixels), size_of(pixels)
    for _ in range(round(dose.between(1, 2.2))):
        index, picture = _picture(dose, (width, height))
        share = np.sqrt(dose.ladder(0.06, 0.45) * dose.uniform(0.7, 1.2))
        box = largest_inside(size_of(picture), (0, 0, max(4, round(width * share)), max(4, round(height * share))))
        size = (max(4, min(width, box[2])),) * 2 if dose.chance(0.2) and min(width, height) >= box[2] else box[2:]
        alpha = rounded(size, dose.pick((0, 0, 0, 0.08, 0.5)) * min(size))
        opacity = dose.between(0.9, 0.5) if dose.chance(0.25) else 1.0
        x, y = dose.whole(0, max(0, width - size[0])), dose.whole(0, max(0, height - size[1]))
        _put(canvas, index, picture, (x, y, *size), (alpha * opacity).astype(np.uint8))
    return canvas.step()


def _blend(pixels: Pixels, dose: Dose) -> Step:
    """Another picture shines through everywhere."""
    canvas, size = Canvas.over(pixels), size_of(pixels)
    index, picture = _picture(dose, size)
    _put(canvas, index, picture, (0, 0, *size), np.full(size[::-1], round(255 * dose.between(0.12, 0.48)), np.uint8))
    return canvas.step()


def _grid(dose: Dose, box: Box, tiles: int) -> list[Box]:
    """A box cut in two again and again until there are so many."""
    if tiles == 1:
        return [box]
    x, y, width, height = box
    first = tiles // 2 if dose.chance(0.7) else 1
    at = np.clip(first / tiles * dose.uniform(0.85, 1.15), 0.15, 0.85)
    if width * dose.uniform(0.8, 1.25) > height:
        left = max(1, round(width * at))
        halves = (x, y, left, height), (x + left, y, max(1, width - left), height)
    else:
        top = max(1, round(height * at))
        halves = (x, y, width, top), (x, y + top, width, max(1, height - top))
    return _grid(dose, halves[0], first) + _grid(dose, halves[1], tiles - first)


def tiled(canvas: Canvas, pixels: Pixels, dose: Dose, boxes: Sequence[Box]) -> None:
    """The picture in any one of the boxes; in the others each picture of the context at most once, then drawn ones."""
    own, order = dose.whole(0, len(boxes) - 1), dose.rng.permutation(len(dose.context)).tolist()
    for number, box in enumerate(boxes):
        if number == own:
            canvas.fill(INPUT, pixels, box, anchor=dose.uniform(0, 1))
        elif order:
            index = order.pop()
            canvas.fill(index, dose.context[index], box, anchor=dose.uniform(0, 1))
        else:
            canvas.draw(draw_surface(dose, box[2:]), np.full((box[3], box[2]), 255, np.uint8), box[0], box[1])


def _collage(pixels: Pixels, dose: Dose) -> Step:
    """A wall of tiles, with or without gaps."""
    frame = frame_size(pixels, dose, dose.pick((1, 1, 4 / 5, 16 / 9, 9 / 16, 3 / 2)))
    canvas, gap = Canvas(frame, dose.colour(neutral=0.8)), round(max(frame) * dose.uniform(0, 0.02))
    boxes = _grid(dose, (0, 0, *frame), round(dose.between(2, 9)))
    tiled(
        canvas, pixels, dose, [(x + gap // 2, y + gap // 2, max(1, w - gap), max(1, h - gap)) for x, y, w, h in boxes]
    )
    return canvas.step()


def _subject(pixels: Pixels) -> Mask:
    """What is not the plain ground that reaches in from the edge, as of a packshot."""
    height, width = pixels.shape[:2]
    reached = np.zeros((height + 2, width + 2), np.uint8)
    flags = 4 | cv2.FLOODFILL_MASK_ONLY | (255 << 8)
    smooth = np.ascontiguousarray(cv2.GaussianBlur(pixels, (0, 0), 1))
    for seed in ((0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)):
        cv2.floodFill(smooth, reached, seed, (0, 0, 0), (4, 4, 4), (4, 4, 4), flags)
    return np.asarray(reached[1:-1, 1:-1] == 0, np.bool_)


def _cut_out(pixels: Pixels, dose: Dose) -> Step:
    """The subject without its plain ground, or an oval of the picture, on another ground."""
    frame, subject = frame_size(pixels, dose, dose.pick((1, 4 / 5, 4 / 3, 9 / 16))), _subject(pixels)
    canvas, share = backdrop(dose, frame), dose.between(0.95, 0.35)
    x, y, *size = largest_inside(size_of(pixels), (0, 0, round(frame[0] * share), round(frame[1] * share)))
    alpha = subject.astype(np.uint8) * 255
    if not 0.1 < subject.mean() < 0.9:
        alpha = rounded(size_of(pixels), max(size_of(pixels)) * dose.uniform(0.15, 0.5))
    x, y = dose.whole(0, frame[0] - size[0]), dose.whole(0, frame[1] - size[1])
    canvas.warp(INPUT, pixels, shifting(x, y) @ stretching(size_of(pixels), (size[0], size[1])), alpha=alpha)
    return canvas.step()


COLLAGE = (
    Manipulation("paste", "collage", "90 … 25 % of another picture's sides, opacity down to 65 %", _paste),
    Manipulation("inset", "collage", "1 … 2 other pictures over 6 … 45 % each, opacity down to 50 %", _inset),
    Manipulation("blend", "collage", "another picture at 12 … 48 % everywhere", _blend),
    Manipulation("collage", "collage", "one of 2 … 9 tiles", _collage),
    Manipulation("cut_out", "collage", "subject or oval on another ground, 95 … 35 % of what would fit", _cut_out),
)
