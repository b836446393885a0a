"""The map as a picture: PNG bytes."""

from __future__ import annotations

import numpy as np

from lineage.insight.canvas import canvas, png
from lineage.insight.projector.page import COLOURS
from lineage.insight.projector.points import Points, largest_groups
from lineage.records import Floats


def draw_map(points: Points, map_: Floats, *, title: str) -> bytes:
    """The first two coordinates, coloured by group, each of the largest groups named where its middle lies."""
    figure, axes = canvas((7.5, 7))
    groups = np.array(points.groups)
    named = largest_groups(points.groups, count=COLOURS)
    others = ~np.isin(groups, named)
    axes.scatter(*map_[others, :2].T, s=6, color="#b5b5bc", linewidths=0)
    for number, name in enumerate(named):
        own = map_[groups == name, :2]
        colour = f"C{number % 10}"
        axes.scatter(*own.T, s=8, color=colour, linewidths=0, alpha=0.7)
        backing = {"fc": "white", "ec": "none", "alpha": 0.7, "pad": 1}
        axes.annotate(name, np.median(own, 0), ha="center", weight="bold", color=colour, bbox=backing)
    axes.set_axis_off()
    axes.set_title(title, fontsize=10)
    return png(figure)
