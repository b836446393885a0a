"""The map as one HTML page that needs nothing beside it: pan, zoom, turn, and the picture under the pointer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from lineage.insight.projector.points import Points, largest_groups
from lineage.insight.projector.sprites import columns_for, sprite_sheet, sprite_side
from lineage.machine.cells import json_line
from lineage.machine.one_line import one_line
from lineage.records import Floats
from lineage.reporting.pages import jpeg_uri, render

COLOURS = (
    *("#3366cc", "#dc3912", "#109618", "#ff9900", "#990099", "#0099c6"),
    *("#dd4477", "#66aa00", "#8b5a2b", "#316395", "#994499", "#22aa99"),
)
"""Of the largest groups, which have a name on the map too; more colours cannot be told apart."""
FEW = 200  # points that are shown as pictures at first
SPRITE = 72  # px
_QUALITY = 70
_DIGITS = 4


def render_page(points: Points, maps: Mapping[str, Floats], trusts: Mapping[str, float], *, title: str) -> str:
    """The page.

    Args:
        points: what is shown
        maps: (N, 2) or (N, 3) coordinates in -1..1, by method
        trusts: how far each can be trusted, 0..1
        title: above the map
    """
    groups = largest_groups(points.groups, count=len(COLOURS))
    numbers = {name: number for number, name in enumerate(groups)}
    side = sprite_side(len(points.names), wanted=SPRITE)
    data = {
        "names": [*map(one_line, points.names)],
        "groups": [*map(one_line, groups)],
        "colours": COLOURS,
        "few": FEW,
        "group": [numbers.get(group, -1) for group in points.groups],
        "maps": {name: np.round(table, _DIGITS).tolist() for name, table in maps.items()},
        "trust": {name: round(value, 3) for name, value in trusts.items()},
        "side": side,
        "columns": columns_for(len(points.names)),
    }
    shown = f"{len(points.names)} of {points.total} pictures" if points.total > len(points.names) else ""
    return render(
        Path(__file__).parent / "page.html",
        title=title,
        shown=shown or f"{len(points.names)} pictures",
        data=json_line(data).replace("<", "\\u003c"),
        sprite=jpeg_uri(sprite_sheet(points.pictures, side=side), quality=_QUALITY),
    )
