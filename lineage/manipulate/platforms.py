"""What social platforms make of an upload: allowed shapes, renditions and compression.

Sizes are those that the platforms documented or served in 2024–2025. None enlarges an upload; this does not either.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

from lineage.manipulate.canvas import Canvas
from lineage.manipulate.codec import jpeg, webp
from lineage.manipulate.degrade import blurred
from lineage.manipulate.dose import Dose
from lineage.manipulate.geometry import cut
from lineage.manipulate.manipulation import Manipulation
from lineage.manipulate.maps import resized, size_of, stretching
from lineage.manipulate.result import INPUT, Step
from lineage.records import Pixels


@dataclass(frozen=True, slots=True)
class Platform:
    """How a platform serves pictures.

    Attributes:
        side: the side that is limited
        renditions: its length, px, from the largest to the smallest that is served
        ratios: narrowest and widest width to height that is kept; what lies beyond is cut
        quality: JPEG quality of the largest and of the smallest rendition
        webp: whether it serves WebP instead of JPEG
    """

    side: Literal["longer", "width"]
    renditions: tuple[int, ...]
    ratios: tuple[float, float]
    quality: tuple[int, int]
    webp: bool = False


_ANY = (0.001, 1000.0)
_PLATFORMS = {
    "instagram": Platform("width", (1080, 750, 640, 320), (4 / 5, 1.91), (80, 65)),
    "x": Platform("longer", (4096, 2048, 1200, 680, 360), _ANY, (85, 70)),
    "facebook": Platform("longer", (2048, 960, 720, 526), _ANY, (82, 60)),
    "pinterest": Platform("width", (736, 564, 474, 236), (1 / 2.1, 2.0), (80, 65), webp=True),
    "messenger": Platform("longer", (1600, 1280, 800, 320), _ANY, (75, 40)),
}


def _within(pixels: Pixels, dose: Dose, ratios: tuple[float, float]) -> Step:
    width, height = size_of(pixels)
    wide, high = min(width, max(1, round(height * ratios[1]))), min(height, max(1, round(width / ratios[0])))
    if (wide, high) == (width, height):
        return Step(pixels)
    anchor = 0.5 if dose.chance(0.6) else dose.uniform(0, 1)
    return cut(pixels, round((width - wide) * anchor), round((height - high) * anchor), wide, high)


def _served(pixels: Pixels, dose: Dose, *, platform: Platform) -> Step:
    step = _within(pixels, dose, platform.ratios)
    width, height = size_of(step.pixels)
    rank = min(len(platform.renditions) - 1, int(dose.strength * len(platform.renditions)))
    scale = min(1.0, platform.renditions[rank] / (width if platform.side == "width" else max(width, height)))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small, quality = resized(step.pixels, size), round(dose.between(*platform.quality))
    saved = webp(small, quality) if platform.webp else jpeg(small, quality)
    return Step(saved, stretching((width, height), size) @ step.map)


def _tiktok(pixels: Pixels, dose: Dose) -> Step:
    """A still in a vertical video: 1080 × 1920 at most, blurred or black behind, video-like compression."""
    width, height = size_of(pixels)
    wide = min(1080, max(64, round(max(width, height * 9 / 16))))
    frame = Canvas((wide, round(wide * 16 / 9)), (0, 0, 0))
    if dose.chance(0.5):
        behind = Canvas(frame.size)
        behind.fill(INPUT, pixels, (0, 0, *frame.size))
        frame.pixels[:] = blurred(behind.pixels, wide * 0.06)
    frame.contain(INPUT, pixels, (0, 0, *frame.size))
    step = frame.step()
    return Step(jpeg(step.pixels, round(dose.between(80, 20))), step.map, step.shows)


def _scale(platform: Platform) -> str:
    sides, (best, worst) = platform.renditions, platform.quality
    side, form = "longer side" if platform.side == "longer" else "width", "WebP" if platform.webp else "JPEG"
    return f"{side} at most {sides[0]} … {sides[-1]} px, {form} quality {best} … {worst}"


PLATFORM = (
    *(Manipulation(name, "platform", _scale(y), partial(_served, platform=y)) for name, y in _PLATFORMS.items()),
    Manipulation("tiktok", "platform", "whole in 9:16, at most 1080 × 1920, quality 80 … 20", _tiktok),
)
