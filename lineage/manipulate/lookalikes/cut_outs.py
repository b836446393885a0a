"""Things cut out of photographs, and things drawn as a shape of a photograph's cloth."""

from __future__ import annotations

import cv2
import numpy as np

from lineage.manipulate.dose import Dose
from lineage.manipulate.lookalikes.surface import covering
from lineage.manipulate.maps import resized, size_of
from lineage.records import Pixels

_SMALL = 96  # px, longer side at which the ground is told from the thing
_HALVES = {
    "shirt": ((0, 0.08), (0.12, 0.04), (0.2, 0), (0.5, 0.2), (0.42, 0.36), (0.27, 0.28), (0.28, 1), (0, 1)),
    "jumper": (
        (0, 0.07),
        (0.12, 0.03),
        (0.2, 0),
        (0.34, 0.12),
        (0.5, 0.8),
        (0.4, 0.83),
        (0.26, 0.34),
        (0.27, 1),
        (0, 1),
    ),
    "dress": ((0, 0.06), (0.1, 0.02), (0.14, 0), (0.2, 0.12), (0.16, 0.35), (0.2, 0.45), (0.42, 1), (0, 1)),
    "trousers": ((0, 0), (0.27, 0), (0.3, 0.2), (0.33, 1), (0.12, 1), (0.03, 0.3), (0, 0.28)),
    "shorts": ((0, 0), (0.3, 0), (0.34, 0.3), (0.42, 0.9), (0.08, 0.92), (0, 0.5)),
    "skirt": ((0, 0), (0.2, 0), (0.25, 0.2), (0.46, 1), (0, 1)),
    "bag": ((0, 0.3), (0.14, 0.3), (0.18, 0.08), (0.08, 0), (0.24, 0.04), (0.24, 0.3), (0.45, 0.32), (0.5, 1), (0, 1)),
    "bottle": ((0, 0), (0.07, 0), (0.07, 0.24), (0.19, 0.4), (0.2, 1), (0, 1)),
    "vase": ((0, 0), (0.12, 0), (0.1, 0.16), (0.28, 0.5), (0.24, 0.85), (0.14, 1), (0, 1)),
    "bowl": ((0, 0.1), (0.3, 0.1), (0.3, 0.25), (0.46, 0.3), (0.46, 0.65), (0.3, 0.75), (0.28, 1), (0, 1)),
    "cushion": ((0, 0.06), (0.42, 0), (0.5, 0.02), (0.46, 0.5), (0.5, 0.98), (0.42, 1), (0, 0.94)),
}
"""Right halves of outlines, x from the axis, in a unit square; the bowl has two handles."""


def subject(picture: Pixels) -> Pixels | None:
    """What a photograph shows before its ground, as a soft alpha mask (H, W) uint8; None where that is not plain."""
    scale = _SMALL / max(picture.shape[:2])
    small = resized(picture, (max(8, round(picture.shape[1] * scale)), max(8, round(picture.shape[0] * scale))))
    wide, high = size_of(small)
    labels, box = np.zeros((high, wide), np.uint8), (wide // 12, high // 12, wide - wide // 6, high - high // 6)
    cv2.setRNGSeed(0)  # the mixtures of GrabCut start from OpenCV's own dice
    try:
        cv2.grabCut(small, labels, box, np.zeros((1, 65)), np.zeros((1, 65)), 2, cv2.GC_INIT_WITH_RECT)
    except cv2.error:  # a picture of one colour has no two mixtures
        return None
    thing = ((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)).astype(np.uint8)
    thing = cv2.morphologyEx(thing, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, parts, stats, _ = cv2.connectedComponentsWithStats(thing)
    if count < 2:
        return None
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    share = stats[largest, cv2.CC_STAT_AREA] / thing.size
    if not 0.12 < share < 0.7:
        return None
    mask = cv2.resize((parts == largest).astype(np.float32), size_of(picture), interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(mask, (0, 0), max(0.5, 0.25 / scale))
    return np.asarray(np.clip((soft - 0.35) / 0.4, 0, 1) * 255, np.uint8)


def shaped(dose: Dose, picture: Pixels, size: tuple[int, int]) -> tuple[Pixels, Pixels]:
    """A thing of any shape (width, height), of the photograph's cloth: colours (H, W, 3) and alpha (H, W), uint8."""
    half = np.array(_HALVES[dose.pick(tuple(_HALVES))]) * (dose.uniform(0.8, 1.0), 1)
    outline = np.vstack([half, half[::-1] * (-1, 1)])
    outline[:, 0] += 0.5
    alpha = np.zeros((size[1], size[0]), np.uint8)
    corners = np.round((outline * 0.92 + 0.04) * size * 16).astype(np.int32)
    cv2.fillPoly(alpha, [corners], (255,), cv2.LINE_AA, 4)
    soft = cv2.GaussianBlur(alpha, (0, 0), max(0.5, max(size) / 150))
    alpha = np.clip((soft.astype(np.float32) - 90) * 2.2, 0, 255).astype(np.uint8)
    share = dose.uniform(0.25, 0.5)
    high, wide = max(4, round(picture.shape[0] * share)), max(4, round(picture.shape[1] * share))
    y, x = (picture.shape[0] - high) // 2, (picture.shape[1] - wide) // 2
    cloth = covering(np.ascontiguousarray(picture[max(0, y) : y + high, max(0, x) : x + wide]), size)
    rough = dose.rng.normal(0, 1, (dose.whole(4, 9), dose.whole(3, 7))).astype(np.float32)
    folds = 1 + dose.uniform(0.05, 0.2) * cv2.resize(rough, size, interpolation=cv2.INTER_CUBIC)
    rim = cv2.GaussianBlur(alpha, (0, 0), max(1.0, max(size) / 30)).astype(np.float32) / 255
    lit = cloth * folds[..., None] * (0.6 + 0.4 * rim[..., None])
    return np.clip(lit, 0, 255).astype(np.uint8), np.asarray(alpha, np.uint8)


def coloured(picture: Pixels, alpha: Pixels, dose: Dose) -> Pixels:
    """The picture with what the mask shows in another colour: hue, depth and lightness; its shading stays."""
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32)
    weight = (alpha.astype(np.float32) / 255)[..., None]
    inside = alpha > 128
    mean = lab[inside].mean(0) if inside.any() else np.array([128, 128, 128], np.float32)
    angle, depth = dose.uniform(0, 2 * np.pi), dose.uniform(5, 60)
    goal = np.array([dose.uniform(45, 215), 128 + depth * np.cos(angle), 128 + depth * np.sin(angle)], np.float32)
    kept = dose.uniform(0.5, 1) if dose.chance(0.5) else 0.15  # of what pattern the colours have
    turned = np.concatenate([lab[..., :1] - mean[0] + goal[0], (lab[..., 1:] - mean[1:]) * kept + goal[1:]], 2)
    mixed = np.clip(lab * (1 - weight) + turned * weight, 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(mixed, cv2.COLOR_LAB2RGB), np.uint8)
