"""What light, lens and sensor do to a scene: shadow, glare, white balance, blur, noise, and the phone's own JPEG.

The doses follow the ranges in which printed and screened pictures were caught by StegaStamp (arXiv 1904.05343), PIMoG
(10.1145/3503161.3548049) and, for defocus, motion and sensor noise, what phones of today show.
"""

from __future__ import annotations

import cv2
import numpy as np

from lineage.manipulate.codec import jpeg
from lineage.manipulate.dose import Dose
from lineage.manipulate.maps import size_of
from lineage.records import Pixels

_LINEAR = ((np.arange(256) / 255) ** 2.2).astype(np.float32)


def expose(scene: Pixels, dose: Dose) -> Pixels:
    """The scene as a phone takes it; nothing moves."""
    light = _LINEAR[scene] * _illumination(dose, size_of(scene))
    light += dose.between(0.1, 0.7) * _glare(dose, size_of(scene)) if dose.chance(0.35) else 0
    light *= dose.between(1.08, 2.0) ** dose.uniform(-1, 0.8) * _white(dose)
    focused = _focused(light, dose)
    level = np.clip(focused, 0, None) ** np.float32(1 / 2.2)
    level += np.sqrt(np.clip(level, 0.05, 1)) * _noise(dose, size_of(scene))
    if dose.chance(0.5):  # phones sharpen what they have smoothed
        level += dose.uniform(0.2, 0.8) * (level - cv2.GaussianBlur(level, (0, 0), 1.2))
    tone = dose.uniform(0.85, 1.0 + dose.between(0.05, 0.25)), dose.between(0.0, 0.06) * dose.uniform(0, 1)
    taken = np.clip((level - 0.5) * tone[0] + 0.5 + tone[1], 0, 1) * 255
    return jpeg(taken.round().astype(np.uint8), round(dose.between(93, 45)))


def _illumination(dose: Dose, size: tuple[int, int]) -> np.ndarray:
    """(H, W, 1) float32: a gradient of light, at times a soft shadow across it and darker corners."""
    x, y = np.meshgrid(np.linspace(-1, 1, size[0], dtype=np.float32), np.linspace(-1, 1, size[1], dtype=np.float32))
    angle = dose.uniform(0, 2 * np.pi)
    along = x * np.cos(angle) + y * np.sin(angle)
    light = 1 + dose.between(0.05, 0.5) * along * dose.uniform(0.3, 1)
    if dose.chance(0.4):
        edge = (along - dose.uniform(-0.7, 0.7) + dose.uniform(-0.3, 0.3) * (x * y)) / dose.uniform(0.02, 0.3)
        light *= 1 - dose.between(0.1, 0.6) / (1 + np.exp(-np.clip(edge, -30, 30)))
    if dose.chance(0.5):
        light *= 1 - dose.between(0.05, 0.3) * (x**2 + y**2) / 2
    return np.asarray(light, np.float32)[..., None]


def _glare(dose: Dose, size: tuple[int, int]) -> np.ndarray:
    """(H, W, 1) float32 in 0..1: lamps mirrored in gloss, round or drawn out."""
    x, y = np.meshgrid(np.linspace(0, 1, size[0], dtype=np.float32), np.linspace(0, 1, size[1], dtype=np.float32))
    total = np.zeros_like(x)
    for _ in range(dose.whole(1, 3)):
        angle, wide = dose.uniform(0, np.pi), dose.uniform(0.03, 0.2)
        u, v = x - dose.uniform(0, 1), y - dose.uniform(0, 1)
        along, across = u * np.cos(angle) + v * np.sin(angle), v * np.cos(angle) - u * np.sin(angle)
        total += np.exp(-((along / (wide * dose.uniform(1, 6))) ** 2) - (across / wide) ** 2)
    return np.minimum(total, 1)[..., None]


def _white(dose: Dose) -> np.ndarray:
    """Gains of red, green and blue: most rooms are warm, some are cold or greenish."""
    warm, green = dose.between(0.05, 0.5) * dose.uniform(-0.5, 1), dose.between(0.02, 0.12) * dose.uniform(-1, 1)
    return np.exp(np.array([warm / 2, green, -warm], np.float32))


def _focused(light: np.ndarray, dose: Dose) -> np.ndarray:
    """Out of focus a little, and at times smeared by an unsteady hand."""
    longest = max(light.shape)
    soft = cv2.GaussianBlur(light, (0, 0), max(0.35, longest * dose.between(0.0006, 0.0032) * dose.uniform(0.3, 1)))
    reach = longest * dose.between(0.002, 0.018) * dose.uniform(0, 1)
    if reach < 1.5 or dose.chance(0.6):
        return np.asarray(soft)
    side = 2 * int(np.ceil(reach / 2)) + 1
    kernel, angle = np.zeros((side, side), np.float32), dose.uniform(0, np.pi)
    step = np.array([np.cos(angle), np.sin(angle)]) * reach / 2
    ends = [np.round((side // 2 + sign * step) * 16).astype(int).tolist() for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], (1.0,), 1, cv2.LINE_AA, 4)
    return np.asarray(cv2.filter2D(soft, -1, kernel / kernel.sum()))


def _noise(dose: Dose, size: tuple[int, int]) -> np.ndarray:
    """(H, W, 3) float32: fine in brightness, blotchy in colour."""
    strong = dose.between(0.006, 0.05) * dose.uniform(0.3, 1)
    fine = dose.rng.standard_normal((size[1], size[0], 1), np.float32)
    blotches = dose.rng.standard_normal((size[1] // 3 + 1, size[0] // 3 + 1, 3), np.float32)
    return np.asarray(strong * (fine + 0.7 * cv2.resize(blotches, size)), np.float32)
