"""Plots of an exposure report: PNG bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np

from lineage.insight.canvas import as_written, canvas, png
from lineage.insight.exposure.compare import Comparison
from lineage.insight.exposure.count import Exposure, Interval

_COLOUR = "#3b6ea5"


def draw_weeks(weeks: Sequence[Exposure]) -> bytes:
    """Expected exposures by week with their intervals, in order of time."""
    ordered = every_week(weeks)
    figure, axes = canvas((7.5, 3.2))
    places = np.arange(len(ordered))
    axes.fill_between(
        places, [w.exposures.low for w in ordered], [w.exposures.high for w in ordered], alpha=0.2, color=_COLOUR, lw=0
    )
    axes.plot(places, [w.exposures.value for w in ordered], marker="o", color=_COLOUR)
    step = max(1, len(ordered) // 12)
    axes.set_xticks(places[::step], [w.name for w in ordered][::step], rotation=45, ha="right", fontsize=8)
    axes.set(ylim=(0, None), title="expected exposures by week (Monday), all assets")
    return png(figure)


def every_week(weeks: Sequence[Exposure]) -> list[Exposure]:
    """The weeks in order of time, with nothing in those between them that have no post."""
    named = {week.name: week for week in weeks}
    first, last = (date.fromisoformat(name) for name in (min(named), max(named)))
    mondays = [(first + timedelta(days)).isoformat() for days in range(0, (last - first).days + 1, 7)]
    nothing = Interval(0.0, 0.0, 0.0)
    return [named.get(monday, Exposure(monday, 0, nothing, nothing)) for monday in mondays]


def draw_bars(values: Mapping[str, Interval], title: str) -> bytes:
    """Bars with intervals, the first on top."""
    names = list(values)[::-1]
    ordered = [values[name] for name in names]
    figure, axes = canvas((6, 1 + 0.28 * len(names)))
    middle = np.array([one.value for one in ordered])
    below, above = (middle - [one.low for one in ordered], [one.high for one in ordered] - middle)
    reach = np.maximum(0, [below, above])
    axes.barh(range(len(names)), middle, xerr=reach, color="#9ab8d8", error_kw={"lw": 1, "capsize": 2})
    axes.set_yticks(range(len(names)), map(as_written, names), fontsize=8)
    axes.set(xlim=(0, None), title=as_written(title))
    return png(figure)


def draw_comparison(comparisons: Sequence[Comparison], campaign: str) -> bytes:
    """After less before, as a share of what was before where there was anything, with its interval."""
    figure, axes = canvas((6, 1.2 + 0.5 * len(comparisons)))
    for place, one in enumerate(reversed(comparisons)):
        scale = one.before or 1.0
        low, value, high = (part / scale for part in (one.difference.low, one.difference.value, one.difference.high))
        reach = np.maximum(0, [[value - low], [high - value]])
        axes.errorbar(value, place, xerr=reach, fmt="o", color=_COLOUR, capsize=3)
    axes.axvline(0, color="grey", lw=0.8, ls=":")
    axes.set_yticks(range(len(comparisons)), [f"{one.measure} (p {one.p:.3f})" for one in reversed(comparisons)])
    axes.set(
        ylim=(-0.6, len(comparisons) - 0.4), xlabel="after less before, relative to before", title=as_written(campaign)
    )
    return png(figure)
