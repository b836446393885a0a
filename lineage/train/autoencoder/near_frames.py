"""Look-alikes made of a picture itself: the next frame of a shoot, where libraries have none to learn from.

Geometry lays such a frame over the picture as well as a copy; only what moved or was exchanged tells the two apart.
"""

from __future__ import annotations

import cv2
import numpy as np

from lineage.records import Floats, Pixels

MOVED = (0.008, 0.03)  # of the longer side, standard deviation: what parallax does, beyond what geometry may be off by
PARTS = (3, 7)  # control points a side: few move halves of the picture, many its parts
EXCHANGED = 0.5  # share of the twins in which a part shows something else
PART = (0.12, 0.3)  # of the longer side, half axes of that part
SHIFT = (0.15, 0.4)  # of the longer side, how far off what is shown there was taken from
SOFT = 0.02  # of the longer side, blur of the part's edge: no seam gives it away


def next_frame(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """(h, w, 3) uint8 → the same size: its parts moved against each other, and perhaps one exchanged."""
    height, width = picture.shape[:2]
    grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), -1).astype(np.float32)
    seen = grid + _flow((width, height), rng)
    moved = _sampled(picture, seen)
    if rng.random() < EXCHANGED:
        part, other = _part((width, height), rng), _sampled(picture, seen + _shift(max(width, height), rng))
        moved = (1 - part) * moved + part * other
    return moved.astype(np.uint8)


def _sampled(picture: Pixels, seen: Floats) -> Floats:
    columns, rows = seen[..., 0], seen[..., 1]
    found = cv2.remap(picture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(found, np.float32)


def _flow(size: tuple[int, int], rng: np.random.Generator) -> Floats:
    """(h, w, 2) px, smooth and without what an affine map would explain."""
    count, longer = int(rng.integers(*PARTS)), max(size)
    places = np.stack(np.meshgrid(*[np.linspace(-1, 1, count)] * 2), -1).reshape(-1, 2)
    affine = np.column_stack([places, np.ones(len(places))])
    moved = rng.normal(0, longer * MOVED[0] * (MOVED[1] / MOVED[0]) ** rng.random(), places.shape)
    moved -= affine @ np.linalg.lstsq(affine, moved, rcond=None)[0]
    coarse = moved.reshape(count, count, 2).astype(np.float32)
    return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), np.float32)


def _part(size: tuple[int, int], rng: np.random.Generator) -> Floats:
    """(h, w, 1), 1 within an ellipse somewhere and 0 outside, with a soft edge."""
    longer = max(size)
    mask = np.zeros((size[1], size[0]), np.float32)
    middle = tuple(int(place) for place in rng.random(2) * size)
    axes = tuple(int(half) for half in longer * rng.uniform(*PART, 2))
    cv2.ellipse(mask, middle, axes, float(rng.uniform(0, 180)), 0, 360, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), max(longer * SOFT, 0.5)), np.float32)[..., None]


def _shift(longer: int, rng: np.random.Generator) -> Floats:
    """(2,) px, in any direction."""
    angle, far = rng.uniform(0, 2 * np.pi), longer * rng.uniform(*SHIFT)
    return np.array((far * np.cos(angle), far * np.sin(angle)), np.float32)
