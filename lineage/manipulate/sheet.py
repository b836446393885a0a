"""All manipulations side by side, for people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lineage.manipulate.apply import apply
from lineage.manipulate.canvas import Canvas, largest_inside
from lineage.manipulate.lettering import lettering, shrunk, write
from lineage.manipulate.maps import resized, size_of
from lineage.manipulate.registry import MANIPULATIONS
from lineage.records import Pixels

_GROUND, _INK, _LABEL = (72, 76, 92), (255, 255, 255), 14


def contact_sheet(pictures: Sequence[Pixels], *, strength: float = 0.6, columns: int = 11, tile: int = 108) -> Pixels:
    """Every manipulation once, each of another picture, its name above; tiles of `tile` px.

    The pictures take turns; the others are the context.
    """
    rows = -(-len(MANIPULATIONS) // columns)
    canvas = Canvas((columns * tile, rows * (tile + _LABEL)), _GROUND)
    for number, name in enumerate(MANIPULATIONS):
        x, y = number % columns * tile, number // columns * (tile + _LABEL)
        picture = pictures[number % len(pictures)]
        context = [other for other in pictures if other is not picture]
        post = apply(name, picture, strength=strength, seed=number, context=context)
        write(canvas, shrunk(lettering(name, _LABEL - 2), tile - 4), (x, y - 2), _INK)
        left, top, width, height = largest_inside(size_of(post.pixels), (x + 2, y + _LABEL, tile - 4, tile - 4))
        canvas.draw(resized(post.pixels, (width, height)), np.full((height, width), 255, np.uint8), left, top)
    return canvas.pixels
