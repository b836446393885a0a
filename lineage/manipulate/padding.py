"""Plain frames: padding, borders, bars, the blurred copy behind."""

from __future__ import annotations

import numpy as np

from lineage.manipulate.backdrop import backdrop
from lineage.manipulate.canvas import Box, Canvas
from lineage.manipulate.degrade import blurred
from lineage.manipulate.dose import Dose
from lineage.manipulate.manipulation import Manipulation
from lineage.manipulate.maps import size_of
from lineage.manipulate.result import INPUT, Step
from lineage.records import Pixels


def frame_size(pixels: Pixels, dose: Dose, ratio: float) -> tuple[int, int]:
    """(width, height) of a frame of this width to height, about as large as the picture; longer side 64 … 2160 px."""
    longer = min(2160.0, max(64.0, max(size_of(pixels)) * dose.uniform(0.95, 1.35)))
    return max(8, round(longer * min(1, ratio))), max(8, round(longer * min(1, 1 / ratio)))


def middle(box: Box, share: float) -> Box:
    """The box shrunk about its middle to a share of its sides."""
    x, y, width, height = box
    wide, high = max(1, round(width * share)), max(1, round(height * share))
    return x + (width - wide) // 2, y + (height - high) // 2, wide, high


def _pad(pixels: Pixels, dose: Dose) -> Step:
    width, height = size_of(pixels)
    share = dose.between(0.03, 0.5) * dose.rng.uniform(0.5, 1.2, 4)
    # All round, two opposite sides, or one side.
    share *= dose.pick(((1, 1, 1, 1), (1, 1, 1, 1), (1, 1, 0, 0), (0, 0, 1, 1), (1, 0, 0, 0), (0, 0, 1, 0)))
    left, right, top, bottom = np.round(share * (width, width, height, height)).astype(int).tolist()
    size = width + left + right, height + top + bottom
    canvas = Canvas(size, dose.colour(neutral=0.3)) if dose.chance(0.8) else backdrop(dose, size, foreign=0)
    canvas.fill(INPUT, pixels, (left, top, width, height))
    return canvas.step()


def _border(pixels: Pixels, dose: Dose) -> Step:
    """One to three lines of even width around the picture, outside or over its edge."""
    width, height = size_of(pixels)
    reach = max(1, round(min(width, height) * dose.ladder(0.015, 0.2)))
    outside, rings = dose.chance(0.6), dose.whole(1, 3)
    margin = reach if outside else 0
    canvas = Canvas((width + 2 * margin, height + 2 * margin))
    canvas.fill(INPUT, pixels, (margin, margin, width, height))
    for ring in range(rings):
        near, far = reach * ring // rings, reach * (ring + 1) // rings
        colour, (wide, high) = dose.colour(neutral=0.6), canvas.size
        for x, y, w, h in (
            (near, near, wide - 2 * near, far - near),
            (near, high - far, wide - 2 * near, far - near),
            (near, near, far - near, high - 2 * near),
            (wide - far, near, far - near, high - 2 * near),
        ):
            canvas.rectangle((x, y, w, h), colour)
    return canvas.step()


def _letterbox(pixels: Pixels, dose: Dose) -> Step:
    """Whole in a frame of another shape, bars beside it."""
    frame = frame_size(pixels, dose, dose.pick((1, 16 / 9, 9 / 16, 4 / 5, 21 / 9, 1 / 2)))
    canvas = Canvas(frame, (0, 0, 0) if dose.chance(0.5) else dose.colour(neutral=0.8))
    canvas.contain(INPUT, pixels, middle((0, 0, *frame), dose.between(1, 0.35)))
    return canvas.step()


def _blurred_fill(pixels: Pixels, dose: Dose) -> Step:
    """Whole in a frame of another shape, its own blurred copy behind."""
    frame = frame_size(pixels, dose, dose.pick((9 / 16, 9 / 16, 1, 16 / 9, 4 / 5)))
    behind, canvas = Canvas(frame), Canvas(frame)
    behind.fill(INPUT, pixels, (0, 0, *frame))
    dimmed = behind.pixels * dose.uniform(0.4, 1)
    canvas.pixels[:] = blurred(dimmed.astype(np.uint8), max(frame) * dose.uniform(0.02, 0.08))
    canvas.contain(INPUT, pixels, middle((0, 0, *frame), dose.between(1, 0.4)))
    return canvas.step()


PADDING = (
    Manipulation("pad", "layout", "3 … 50 % of the side added on one, two or four sides", _pad),
    Manipulation("border", "layout", "1 … 3 rings, in all 1.5 … 20 % of the shorter side, outside or over", _border),
    Manipulation("letterbox", "layout", "whole in another shape, at 100 … 35 % of what would fit", _letterbox),
    Manipulation(
        "blurred_fill", "layout", "before its own blurred copy, at 100 … 40 % of what would fit", _blurred_fill
    ),
)
