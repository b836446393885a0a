"""Contact sheets: of a picture of many pictures in rows and columns more is looked at, or nothing is left of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from lineage.geometry import LONGEST, elongation
from lineage.read.images import PIXEL_LIMIT, decode
from lineage.read.lines import straight_edges, thin_lines
from lineage.records import Picture, Pixels

MOST = 2.0  # times as long, as which a sheet is looked at: beyond, its features take more memory than any other picture
LEAST = 6  # pictures on a sheet: of fewer, each is large enough
THROUGHOUT = 0.7  # share of a line that is edge, from which it parts the whole picture: photographs have no such lines
BESIDE = 3  # px to either side, within which the line with the most edge is taken
APART = 0.035  # of the picture: what is narrower is a gutter
REGULAR = 0.75  # of the widest column, from which another one is as wide
COVERED = 0.7  # share of the picture that such columns take: captions and margins are the rest


def decode_asset(
    source: Path | bytes, *, name: str | None = None, longest: int, pixel_limit: int = PIXEL_LIMIT
) -> Picture:
    """An asset as an index looks at it: as `decode` has it, and a contact sheet longer."""
    return as_asset(lambda side: decode(source, name=name, longest=side, pixel_limit=pixel_limit), longest=longest)


def as_asset(read: Callable[[int], Picture], *, longest: int) -> Picture:
    """The same of whatever can be read.

    Args:
        read: px, longer side at most → the picture
        longest: px, for all but strips and contact sheets
    """
    picture = read(longest)
    detail = min(MOST, LONGEST / elongation(picture.pixels.shape), pictures_on(picture.pixels) ** 0.5 / 2)
    return replace(read(round(detail * longest)), detail=detail) if detail > 1 else picture


def pictures_on(pixels: Pixels) -> int:
    """(H, W, 3), about 500 px → how many pictures there are on a contact sheet, `LEAST` or more; 1: it is none."""
    across = _columns(pixels)
    if across < 2:
        return 1
    count = across * _columns(np.ascontiguousarray(pixels.swapaxes(0, 1)))
    return count if count >= max(LEAST, across + 1) else 1


def _columns(pixels: Pixels) -> int:
    """How many columns of one width lines part a picture into from end to end; 1 where they do not."""
    share = straight_edges(pixels).mean(axis=0)
    share[1:] = np.maximum(share[1:], thin_lines(pixels).mean(axis=0))
    share[[0, -1]] = 1
    lines = [0]
    for x in np.flatnonzero(share >= THROUGHOUT):
        if share[x] == share[max(0, x - BESIDE) : x + BESIDE + 1].max() and x - lines[-1] >= APART * len(share):
            lines.append(int(x))
    widths = np.diff(lines)
    columns = widths[widths >= REGULAR * widths.max(initial=0)]
    return len(columns) if columns.sum() >= COVERED * (len(share) - 1) else 1
