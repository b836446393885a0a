"""What lies behind a picture: one of the context's pictures, or something drawn."""

from __future__ import annotations

import cv2
import numpy as np

from lineage.manipulate.canvas import Canvas
from lineage.manipulate.dose import Dose
from lineage.manipulate.maps import resized
from lineage.records import Pixels


def backdrop(dose: Dose, size: tuple[int, int], *, foreign: float = 0.7) -> Canvas:
    """A canvas (width, height) to put a picture on; a picture of the context with the probability `foreign`."""
    canvas = Canvas(size)
    index = dose.foreign()
    if index is not None and dose.chance(foreign):
        canvas.fill(index, dose.context[index], (0, 0, *size), anchor=dose.uniform(0, 1))
    else:
        canvas.pixels[:] = draw_surface(dose, size)
    return canvas


def draw_surface(dose: Dose, size: tuple[int, int]) -> Pixels:
    """A plain, graded, cloudy, patterned or cluttered surface (height, width, 3)."""
    return dose.pick((_plain, _graded, _cloudy, _grainy, _patterned, _cluttered))(dose, size)


def _plain(dose: Dose, size: tuple[int, int]) -> Pixels:
    return np.full((size[1], size[0], 3), dose.colour(), np.uint8)


def _graded(dose: Dose, size: tuple[int, int]) -> Pixels:
    corners = np.array([[dose.colour(), dose.colour()], [dose.colour(), dose.colour()]], np.uint8)
    if dose.chance(0.6):
        corners[:, 1] = corners[:, 0]
    return np.asarray(cv2.resize(corners, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _cloudy(dose: Dose, size: tuple[int, int]) -> Pixels:
    rough = dose.rng.integers(0, 256, (dose.whole(2, 9), dose.whole(2, 9), 3), np.uint8)
    return resized(rough, size)


def _grainy(dose: Dose, size: tuple[int, int]) -> Pixels:
    """Noise stretched one way, as in wood, brushed metal or cloth."""
    long, short = dose.whole(40, 160), dose.whole(3, 20)
    shape = (long, short) if dose.chance(0.5) else (short, long)
    grain = resized(dose.rng.normal(0, dose.uniform(5, 30), shape).astype(np.float32), size)
    return _tint(dose, grain.astype(np.int16))


def _tint(dose: Dose, grain: np.ndarray) -> Pixels:
    return np.asarray(np.clip(grain[..., None] + np.array(dose.colour(neutral=0.2)), 0, 255), np.uint8)


def _patterned(dose: Dose, size: tuple[int, int]) -> Pixels:
    """Stripes or checks of two colours."""
    width, height = size
    period, angle = max(width, height) * dose.ladder(0.05, 0.25) * dose.uniform(0.5, 1.5) + 2, dose.uniform(0, np.pi)
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    along = (x * np.cos(angle) + y * np.sin(angle)) // period
    across = (y * np.cos(angle) - x * np.sin(angle)) // period
    odd = ((along + across if dose.chance(0.5) else along) % 2).astype(np.intp)
    return np.asarray(np.array([dose.colour(), dose.colour()], np.uint8)[odd])


def _cluttered(dose: Dose, size: tuple[int, int]) -> Pixels:
    """Boxes and discs at random over a graded ground: something for local features to hold on to."""
    scene = np.ascontiguousarray(_graded(dose, size))
    for _ in range(dose.whole(4, 24)):
        x, y = dose.whole(0, size[0]), dose.whole(0, size[1])
        extent = max(2, round(max(size) * dose.uniform(0.02, 0.25)))
        if dose.chance(0.5):
            cv2.circle(scene, (x, y), extent, dose.colour(), -1, cv2.LINE_AA)
        else:
            corner = x + extent, y + round(extent * dose.uniform(0.2, 2))
            cv2.rectangle(scene, (x, y), corner, dose.colour(), -1 if dose.chance(0.7) else 2)
    return scene
