"""Animations and files of several pages → one picture: the frames that differ, side by side.

One asset has one fingerprint. Beside each other, frames are parts of one picture, which are found like the panels of a
strip. Frames of one view, as of a fade or of a scene in which little moves, are told by the one with the most contrast:
were it there twice, none of its features would be clear.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image

from lineage.read.colour import to_eight_bit, to_srgb
from lineage.records import Floats

FORMATS: Final = frozenset({"GIF", "WEBP", "PNG", "TIFF", "AVIF", "PDF"})
MOST: Final = 6  # frames
LOOKED_AT: Final = 64e6  # px, all frames together: later ones cost their decoding and seldom bring another view
GRID: Final = 24  # cells a side, in which frames are compared
ALIKE: Final = 0.5  # correlation of two frames that show one view
PLAIN: Final = 3.0  # grey levels, standard deviation below which a frame shows nothing


def film(image: Image.Image, longest: int | None) -> tuple[Image.Image, tuple[int, int]] | None:
    """The frames that differ, sRGB, beside each other where they are high and below each other where they are wide.

    Args:
        image: a file of one or more frames, at its first
        longest: px, longer side of each frame at most; None: as it is

    Returns:
        The picture, and its width and height at full size; None: there is one frame, or nothing in any, or two are more
        than are looked at, and the first stands for all.
    """
    count = getattr(image, "n_frames", 1) if image.format in FORMATS else 1
    if count < 2 or 2 * image.width * image.height > LOOKED_AT:
        return None
    count = max(2, min(count, int(LOOKED_AT / (image.width * image.height))))
    size, frames = image.size, _frames(image, count, longest)
    chosen = _different([_grid(frame) for frame in frames])
    if not chosen:
        image.seek(0)
        return None
    across = size[1] > size[0]
    pixels = [np.asarray(frames[n].resize(frames[0].size)) for n in chosen]
    joined = np.concatenate(pixels, axis=1 if across else 0)
    whole = (size[0] * len(chosen), size[1]) if across else (size[0], size[1] * len(chosen))
    return Image.fromarray(joined), whole


def _frames(image: Image.Image, count: int, longest: int | None) -> list[Image.Image]:
    """Those that can be read, sRGB: a file that ends early has those before."""
    found: list[Image.Image] = []
    for number in range(count):
        try:
            image.seek(number)
            frame = to_srgb(to_eight_bit(image.copy()), image.info.get("icc_profile"))
        except Exception:  # decoders raise whatever they like; the pictures before are there
            if not found:
                raise
            break
        if longest is not None and max(frame.size) > longest:
            frame.thumbnail((longest, longest), Image.Resampling.LANCZOS)
        found.append(frame)
    return found


def _grid(frame: Image.Image) -> Floats:
    """(GRID², ) grey levels, mean 0."""
    levels = np.asarray(frame.convert("L").resize((GRID, GRID), Image.Resampling.BOX), np.float32).ravel()
    return np.asarray(levels - levels.mean(), np.float32)


def _different(grids: list[Floats]) -> list[int]:
    """Numbers of the frames that show different views, in their order: of one view that with the most contrast."""
    contrast = [float(grid.std()) for grid in grids]
    chosen: list[int] = []
    for number in sorted(range(len(grids)), key=lambda n: -contrast[n]):
        alike = (np.corrcoef(grids[number], grids[other])[0, 1] > ALIKE for other in chosen)
        if contrast[number] >= PLAIN and len(chosen) < MOST and not any(alike):
            chosen.append(number)
    return sorted(chosen)
