"""Thumbnails on one sheet."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt

import numpy as np
from PIL import Image

from lineage.read.images import thumbnail
from lineage.records import Pixels

LARGEST = 8192  # px, side of a texture that every graphics card takes; TensorBoard's limit too


def sprite_side(count: int, *, wanted: int) -> int:
    """px of a square tile, so that `count` of them fit on a sheet."""
    return min(wanted, LARGEST // columns_for(count))


def columns_for(count: int) -> int:
    """Tiles in a row; as many rows are at most needed."""
    return max(1, ceil(sqrt(count)))


def sprite_sheet(pictures: Sequence[Pixels], *, side: int) -> Image.Image:
    """Pictures row by row on white, each fitted into a square of `side` px."""
    columns = columns_for(len(pictures))
    sheet = np.full((columns * side, columns * side, 3), 255, np.uint8)
    for number, pixels in enumerate(pictures):
        small = thumbnail(pixels, side)
        row, column = (side * place for place in divmod(number, columns))
        top, left = row + (side - small.shape[0]) // 2, column + (side - small.shape[1]) // 2
        sheet[top : top + small.shape[0], left : left + small.shape[1]] = small
    return Image.fromarray(sheet)
