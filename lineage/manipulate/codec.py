"""What lossy compression leaves, once or again and again."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from lineage.manipulate.dose import Dose
from lineage.manipulate.manipulation import Manipulation
from lineage.manipulate.maps import resized, size_of, stretching
from lineage.manipulate.result import Step
from lineage.records import Pixels


def jpeg(pixels: Pixels, quality: int, *, subsampling: str = "4:2:0") -> Pixels:
    """The picture after JPEG of a quality 1..95."""
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality, subsampling=subsampling)
    return np.array(Image.open(buffer))


def webp(pixels: Pixels, quality: int) -> Pixels:
    """The picture after WebP of a quality 0..100; always 4:2:0."""
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", quality=quality, method=1)
    return np.array(Image.open(buffer).convert("RGB"))


def _jpeg_420(pixels: Pixels, dose: Dose) -> Step:
    return Step(jpeg(pixels, round(dose.ladder(90, 5))))


def _jpeg_444(pixels: Pixels, dose: Dose) -> Step:
    return Step(jpeg(pixels, round(dose.ladder(90, 5)), subsampling="4:4:4"))


def _webp(pixels: Pixels, dose: Dose) -> Step:
    return Step(webp(pixels, round(dose.between(90, 0))))


def _generations(pixels: Pixels, dose: Dose) -> Step:
    """Saved, slightly rescaled and saved again: block grids no longer fall on each other."""
    step = Step(pixels)
    for _ in range(1 + round(dose.between(0, 2))):
        before, scale = size_of(step.pixels), dose.uniform(0.8, 1.05)
        size = max(8, round(before[0] * scale)), max(8, round(before[1] * scale))
        scaled, quality = resized(step.pixels, size), round(dose.ladder(85, 15))
        saved = webp(scaled, quality) if dose.chance(0.3) else jpeg(scaled, quality)
        step = Step(saved, stretching(before, size) @ step.map)
    return step


CODEC = (
    Manipulation("jpeg", "codec", "quality 90 … 5, colour at half resolution (4:2:0)", _jpeg_420),
    Manipulation("jpeg_444", "codec", "quality 90 … 5, colour at full resolution (4:4:4)", _jpeg_444),
    Manipulation("webp", "codec", "quality 90 … 0", _webp),
    Manipulation("generations", "codec", "rescaled and saved 1 … 3 times at quality 85 … 15", _generations),
)
