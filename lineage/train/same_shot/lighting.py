"""What filters, a codec and noise do to a picture: none of it may speak against a copy."""

from __future__ import annotations

import cv2
import numpy as np

from lineage.records import Floats, Pixels

UNTOUCHED = 0.25  # share of the posts that stay as they are
GAMMA, CONTRAST, BRIGHTNESS, TINT = 0.25, 0.2, 0.06, 0.08  # standard deviations: of logarithms, and of full brightness
SATURATION = (0.3, 1.6)
GREY = 0.08  # share of the posts that lose their colours
BLUR = (0.4, 1.6)  # px
NOISE = (0.01, 0.05)  # of full brightness, standard deviation
QUALITY = (25, 85)  # of JPEG
Rng = np.random.Generator


def relit(picture: Pixels, rng: Rng) -> Pixels:
    """(h, w, 3) uint8 → the same size, as if filtered, sent and saved again."""
    if rng.random() < UNTOUCHED:
        return picture
    filtered = _roughened(_filtered((picture / 255).astype(np.float32), rng), rng)
    levels = (filtered.clip(0, 1) * 255).astype(np.uint8)
    return _saved(levels, int(rng.integers(*QUALITY))) if rng.random() < 0.4 else levels


def _filtered(light: Floats, rng: Rng) -> Floats:
    """Brighter, flatter, tinted, paler or more colourful, 0..1."""
    if rng.random() < 0.5:
        light = light ** float(np.exp(rng.normal(0, GAMMA)))
    if rng.random() < 0.5:
        light = (light - 0.5) * float(np.exp(rng.normal(0, CONTRAST))) + 0.5 + float(rng.normal(0, BRIGHTNESS))
    if rng.random() < 0.4:
        light = light * np.exp(rng.normal(0, TINT, 3))
    grey = light.mean(2, keepdims=True)
    if rng.random() < 0.3:
        light = grey + (light - grey) * float(rng.uniform(*SATURATION))
    elif rng.random() < GREY:
        light = np.repeat(grey, 3, 2)
    return light.clip(0, 1).astype(np.float32)


def _roughened(light: Floats, rng: Rng) -> Floats:
    """Less sharp, or noisy."""
    if rng.random() < 0.3:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), float(rng.uniform(*BLUR))), np.float32)
    if rng.random() < 0.2:
        light = light + rng.normal(0, float(rng.uniform(*NOISE)), light.shape).astype(np.float32)
    return light


def _saved(picture: Pixels, quality: int) -> Pixels:
    """As JPEG, and read again."""
    _, file = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR), np.uint8)[..., ::-1])
