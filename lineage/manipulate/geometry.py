"""Upright geometry: crops, mirrors, quarter turns, other sizes and shapes."""

from __future__ import annotations

import numpy as np

from lineage.manipulate.dose import Dose
from lineage.manipulate.manipulation import Manipulation
from lineage.manipulate.maps import resized, scaling, shifting, size_of, stretching, turning
from lineage.manipulate.result import Step
from lineage.records import Pixels

_RATIOS = (1.0, 4 / 5, 1.91, 3 / 4, 4 / 3, 2 / 3, 3 / 2, 16 / 9, 9 / 16, 21 / 9)
"""Width to height: square, the limits of Instagram, prints, film, story, banner."""


def cut(pixels: Pixels, x: int, y: int, width: int, height: int) -> Step:
    """The part of a picture that lies in a box."""
    return Step(np.ascontiguousarray(pixels[y : y + height, x : x + width]), shifting(-x, -y))


def stretch(pixels: Pixels, width: int, height: int) -> Step:
    """The picture at another size."""
    size = max(1, width), max(1, height)
    return Step(resized(pixels, size), stretching(size_of(pixels), size))


def _crop(pixels: Pixels, dose: Dose) -> Step:
    width, height = size_of(pixels)
    kept, slant = dose.ladder(0.9, 0.05), np.sqrt(dose.uniform(0.6, 1.6))
    wide = min(1.0, np.sqrt(kept) * slant)
    high = min(1.0, kept / wide)
    box = min(width, max(8, round(width * wide))), min(height, max(8, round(height * high)))
    step = cut(pixels, dose.whole(0, width - box[0]), dose.whole(0, height - box[1]), *box)
    if dose.chance(0.7):
        return step
    # Editors and platforms blow a hard crop up again.
    grown = max(width, height) / max(box)
    whole = stretch(step.pixels, round(box[0] * grown), round(box[1] * grown))
    return Step(whole.pixels, whole.map @ step.map)


def _crop_ratio(pixels: Pixels, dose: Dose) -> Step:
    width, height = size_of(pixels)
    # The ratios in order of how much they leave of this picture: the strength chooses along the order.
    order = sorted(_RATIOS, key=lambda ratio: abs(np.log(ratio * height / width)))
    ratio = order[min(len(order) - 1, int(dose.strength * len(order)))]
    wide, high = max(1, min(width, round(height * ratio))), max(1, min(height, round(width / ratio)))
    off = 0.5 + 0.5 * dose.sign() * dose.strength
    return cut(pixels, round((width - wide) * off), round((height - high) * off), wide, high)


def _mirror(pixels: Pixels, dose: Dose) -> Step:
    width, _ = size_of(pixels)
    return Step(np.ascontiguousarray(pixels[:, ::-1]), shifting(width, 0) @ scaling(-1, 1))


def _flip(pixels: Pixels, dose: Dose) -> Step:
    _, height = size_of(pixels)
    return Step(np.ascontiguousarray(pixels[::-1]), shifting(0, height) @ scaling(1, -1))


def _quarter_turn(pixels: Pixels, dose: Dose) -> Step:
    width, height = size_of(pixels)
    quarters = dose.whole(1, 3)
    moved = (shifting(height, 0), shifting(width, height), shifting(0, width))[quarters - 1] @ turning(90 * quarters)
    return Step(np.ascontiguousarray(np.rot90(pixels, -quarters)), np.round(moved))


def _aspect(pixels: Pixels, dose: Dose) -> Step:
    width, height = size_of(pixels)
    factor = dose.ladder(1.05, 2.2)
    squeeze = np.sqrt(factor) if dose.chance(0.5) else 1 / np.sqrt(factor)
    return stretch(pixels, round(width * squeeze), round(height / squeeze))


def _shrink(pixels: Pixels, dose: Dose) -> Step:
    width, height = size_of(pixels)
    factor = dose.ladder(0.9, 0.18)
    small = stretch(pixels, round(width * factor), round(height * factor))
    if dose.chance(0.5):
        return small
    again = stretch(small.pixels, width, height)
    return Step(again.pixels, again.map @ small.map)


UPRIGHT = (
    Manipulation("crop", "geometry", "kept area 90 … 5 %, anywhere; 3 in 10 blown up again", _crop),
    Manipulation(
        "crop_ratio",
        "geometry",
        "cut to 1:1, 4:5, 9:16 …, the nearest … the farthest, off-centre",
        _crop_ratio,
    ),
    Manipulation("mirror", "geometry", "left and right exchanged at any strength", _mirror),
    Manipulation("flip", "geometry", "top and bottom exchanged at any strength", _flip),
    Manipulation("quarter_turn", "geometry", "90, 180 or 270° at any strength", _quarter_turn),
    Manipulation("aspect", "geometry", "width to height × or ÷ 1.05 … 2.2", _aspect),
    Manipulation("shrink", "geometry", "scaled to 90 … 18 % of the side; half of them blown up again", _shrink),
)
