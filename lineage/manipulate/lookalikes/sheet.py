"""Look-alikes side by side, for people."""

from __future__ import annotations

from collections.abc import Sequence

from lineage.manipulate.lookalikes.boxes import columns, inset, largest_box, rows
from lineage.manipulate.lookalikes.catalogue import member
from lineage.manipulate.lookalikes.surface import Font, Surface
from lineage.manipulate.maps import size_of
from lineage.records import Pixels

_GROUND, _INK, _LABEL = (72, 76, 92), (255, 255, 255), 14


def contact_sheet(
    photographs: Sequence[Pixels], kinds: Sequence[str], *, seed: int = 0, pairs: int = 5, tile: int = 120
) -> Pixels:
    """Two pictures of one layout of each kind beside one another, `pairs` kinds a row, the name above."""
    lines = -(-len(kinds) // pairs)
    sheet = Surface((pairs * 2 * tile, lines * (tile + _LABEL)), _GROUND)
    places = [place for row in rows(sheet.frame, lines) for place in columns(row, pairs)]
    for kind, place in zip(kinds, places, strict=False):
        sheet.text(kind, (place[0] + 3, place[1] + 1, place[2], _LABEL - 3), Font(), _INK)
        both = place[0], place[1] + _LABEL, place[2], place[3] - _LABEL
        for content, half in enumerate(columns(both, 2)):
            picture = member(kind, layout=seed * 1_000_000, content=content, photographs=photographs)
            sheet.picture(picture, largest_box(size_of(picture), inset(half, 2)))
    return sheet.pixels
