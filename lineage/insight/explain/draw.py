"""Heat laid over pictures, filters and exciting pictures on sheets."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image

from lineage.insight.explain.heat import Heat
from lineage.insight.explain.label import LabelHeat
from lineage.records import Floats, Pixels
from lineage.reporting.contact_sheet import contact_sheet

_SIDE = 320  # px, of a picture with heat on it
_TILE = 96  # px, of a filter or an exciting picture
_OPACITY = 0.65  # of the warmest place; the coldest shows the picture as it is, in grey


def draw_heat(pairs: Sequence[tuple[str, Pixels, Heat]]) -> Image.Image:
    """Each named picture, and beside it the same with its heat; one scale for all."""
    warmest = max(float(one.places.max()) for _, _, one in pairs)
    cells = []
    for name, pixels, one in pairs:
        warm = with_heat(pixels, one.places / max(warmest, 1e-12))
        cells += [(pixels, [name]), (warm, [f"half of what makes them similar lies in {100 * one.half:.0f} % of it"])]
    title = f"what makes them similar ({pairs[0][2].cosine:.2f}; 1: the same)"
    return contact_sheet(cells, columns=2, side=_SIDE, title=title)


def draw_label(name: str, pixels: Pixels, found: LabelHeat) -> Image.Image:
    """The picture, the heat that speaks for a label, and the picture with the warmest places blurred away."""
    label = found.label
    warm = with_heat(pixels, found.places / max(float(found.places.max()), 1e-12))
    cells = [
        (pixels, [name, f"{label} {found.probability:.2f}, {found.because}"]),
        (warm, [f"half of what speaks for {label} lies in {100 * found.half:.0f} % of it"]),
        (found.blurred, [f"with that blurred away: {label} {found.without:.2f}"]),
    ]
    return contact_sheet(cells, columns=3, side=_SIDE, title=f"what speaks for {label}")


def with_heat(pixels: Pixels, shares: Floats) -> Pixels:
    """A picture with heat on it.

    Args:
        pixels: (H, W, 3) uint8
        shares: (h, w) of the same frame; 1 is warmest, 0 and below show the picture in grey
    """
    size = pixels.shape[1], pixels.shape[0]
    smooth = cv2.resize(shares.clip(0).astype(np.float32), size, interpolation=cv2.INTER_CUBIC).clip(0, 1)
    colours = cv2.applyColorMap((smooth * 255).astype(np.uint8), cv2.COLORMAP_INFERNO)[..., ::-1]
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[..., None]
    opacity = _OPACITY * np.sqrt(smooth)[..., None]
    return np.asarray(grey * (1 - opacity) + colours * opacity, np.uint8)


def draw_sheet(pictures: Sequence[Pixels], captions: Sequence[str], *, columns: int, title: str) -> Image.Image:
    """Small pictures with a caption each, enlarged so that their pixels can be told apart."""
    cells = [(_enlarged(pixels), [text]) for pixels, text in zip(pictures, captions, strict=True)]
    return contact_sheet(cells, columns=columns, side=_TILE, title=title)


def _enlarged(pixels: Pixels) -> Pixels:
    factor = max(1, _TILE // max(pixels.shape[:2]))
    return np.ascontiguousarray(pixels.repeat(factor, 0).repeat(factor, 1))
