"""Paper that does not lie flat: bowed, bent at a spine, folded, crumpled."""

from __future__ import annotations

import cv2
import numpy as np

from lineage.manipulate.dose import Dose
from lineage.manipulate.maps import size_of
from lineage.records import Pixels

FARTHEST = 0.025
"""How far a point of bent paper may lie from where the map sends it, in longer sides of the picture."""
_GRID = 24


def bent(pixels: Pixels, dose: Dose) -> tuple[Pixels, Pixels]:
    """The picture as bent paper shows it from aside, shaded, and where it still is: (H, W, 3) and alpha (H, W), uint8.

    Points move by up to `FARTHEST`, and on average as no affine map would move them, so that the flat picture's map
    is that of the bent one in the mean.
    """
    relief = _relief(dose)
    moved = relief[..., None] * np.array([np.cos(angle := dose.uniform(0, 2 * np.pi)), np.sin(angle)])
    moved = _without_affine(moved)
    moved *= dose.between(0.2, 1) * FARTHEST / max(1e-6, float(np.linalg.norm(moved, axis=2).max()))
    size = size_of(pixels)
    x, y = (cv2.resize(moved[..., k].astype(np.float32) * max(size), size) for k in (0, 1))
    columns, rows = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
    slope = np.gradient(relief)[dose.whole(0, 1)]
    shade = 1 + dose.between(0.1, 0.55) * slope / max(1e-6, float(np.abs(slope).max()))
    light = cv2.resize(shade.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)[..., None]
    shaded = np.clip(pixels * light, 0, 255).astype(np.uint8)
    colours = cv2.remap(shaded, columns + x, rows + y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    whole = np.full(size[::-1], 255, np.uint8)
    alpha = cv2.remap(whole, columns + x, rows + y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(colours, np.uint8), np.asarray(alpha, np.uint8)


def _relief(dose: Dose) -> np.ndarray:
    """Heights (24, 24) of any scale over the unit square."""
    x, y = np.meshgrid(np.linspace(-1, 1, _GRID), np.linspace(-1, 1, _GRID))
    angle = dose.uniform(0, np.pi)
    along = x * np.cos(angle) + y * np.sin(angle)
    kind = dose.pick(("bow", "spine", "folds", "crumpled"))
    if kind == "bow":
        return np.asarray((along - dose.uniform(-0.5, 0.5)) ** 2)
    if kind == "spine":
        from_spine = (x if dose.chance(0.7) else y) * dose.sign() + 1
        return np.asarray(-np.exp(-from_spine * dose.uniform(1.5, 5)))
    if kind == "folds":
        places = dose.rng.uniform(-0.7, 0.7, dose.whole(1, 3))
        return np.asarray(sum(dose.sign() * np.abs(along - place) for place in places.tolist()))
    rough = dose.rng.normal(0, 1, (dose.whole(3, 6), dose.whole(3, 6))).astype(np.float32)
    return np.asarray(cv2.resize(rough, (_GRID, _GRID), interpolation=cv2.INTER_CUBIC), np.float64)


def _without_affine(moved: np.ndarray) -> np.ndarray:
    """(24, 24, 2) displacements less the affine part of them."""
    x, y = np.meshgrid(np.linspace(-1, 1, _GRID), np.linspace(-1, 1, _GRID))
    terms = np.column_stack([x.ravel(), y.ravel(), np.ones(x.size)])
    flat = moved.reshape(-1, 2)
    return np.asarray((flat - terms @ np.linalg.lstsq(terms, flat, rcond=None)[0]).reshape(moved.shape))
