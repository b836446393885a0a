"""The map as a picture: PNG bytes."""

from __future__ import annotations

import numpy as np

from lineage.insight.projector.page import COLOURS
from lineage.insight.projector.points import Points, largest_groups
from lineage.records import Floats
from lineage.reporting.plots import as_written, canvas, png

_INK = 8000  # square points, of all marks together


def draw_map(points: Points, map_: Floats, *, title: str) -> bytes:
    """The first two coordinates, coloured by group, each of the largest groups named where its middle lies."""
    figure, axes = canvas((7.5, 7))
    groups = np.array(points.groups)
    named = largest_groups(points.groups, count=len(COLOURS))
    others = ~np.isin(groups, named)
    size = min(30.0, max(5.0, _INK / len(groups)))
    axes.scatter(*map_[others, :2].T, s=size, color="#b5b5bc", linewidths=0)
    for colour, name in zip(COLOURS, named, strict=False):
        own = map_[groups == name, :2]
        axes.scatter(*own.T, s=size, color=colour, linewidths=0, alpha=0.7)
        backing = {"fc": "white", "ec": "none", "alpha": 0.7, "pad": 1}
        axes.annotate(as_written(name), np.median(own, 0), ha="center", weight="bold", color=colour, bbox=backing)
    axes.set_axis_off()
    axes.set_title(as_written(title), fontsize=10)
    return png(figure)
