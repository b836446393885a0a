"""Plots of an exposure report: PNG bytes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from lineage.insight.exposure.compare import Comparison
from lineage.insight.exposure.count import Exposure
from lineage.reporting.interval import Interval
from lineage.reporting.plots import as_written, canvas, png

_COLOUR, _BEFORE = "#3b6ea5", "#b0894f"
CHANNELS = 13  # rows of a comparison, all posts among them


def draw_weeks(weeks: Sequence[Exposure]) -> bytes:
    """Posts that show an asset by week, with their intervals, in order of time."""
    ordered = every_week(weeks)
    figure, axes = canvas((7.5, 3.2))
    places = np.arange(len(ordered))
    axes.fill_between(
        places, [w.exposures.low for w in ordered], [w.exposures.high for w in ordered], alpha=0.2, color=_COLOUR, lw=0
    )
    axes.plot(places, [w.exposures.value for w in ordered], marker="o", color=_COLOUR)
    step = max(1, len(ordered) // 12)
    axes.set_xticks(places[::step], [w.name for w in ordered][::step], rotation=45, ha="right", fontsize=8)
    axes.set(ylim=(0, None), title="posts that show an asset, by week (Monday)")
    return png(figure)


def every_week(weeks: Sequence[Exposure], *, also: Collection[str] = ()) -> list[Exposure]:
    """The weeks in order of time, with nothing in those between them, and between `also`, that have no post."""
    named = {week.name: week for week in weeks}
    first, last = (date.fromisoformat(end([*named, *also])) for end in (min, max))
    mondays = [(first + timedelta(days)).isoformat() for days in range(0, (last - first).days + 1, 7)]
    nothing = Interval(0.0, 0.0, 0.0)
    return [named.get(monday, Exposure(monday, 0, 0, nothing, nothing)) for monday in mondays]


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


def draw_comparison(comparison: Comparison) -> bytes:
    """The share of posts that show it before the day and after, with intervals: all posts on top, then channels."""
    changes = comparison.changes[:CHANNELS][::-1]
    figure, axes = canvas((6, 1.4 + 0.5 * len(changes)))
    for colour, name, lift in ((_BEFORE, "before", 0.12), (_COLOUR, "after", -0.12)):
        told = [(place + lift, getattr(one, name).share) for place, one in enumerate(changes)]
        _dots(axes, [(place, share) for place, share in told if share], colour=colour, label=name)
    axes.set_yticks(range(len(changes)), [as_written(one.channel or "all posts") for one in changes], fontsize=8)
    axes.set(xlim=(0, None), ylim=(-0.6, len(changes) - 0.4), xlabel="share of the posts that show it")
    axes.set_title(as_written(f"{comparison.subject}, before and after {comparison.day}"), fontsize=10)
    axes.legend(fontsize=8)
    return png(figure)


def draw_rates(comparison: Comparison) -> bytes:
    """The share of each week's posts that show it, with intervals; the day is a line."""
    figure, axes = canvas((7.5, 3.2))
    told = [(date.fromisoformat(monday), rate.share) for monday, rate in comparison.weeks if rate.share]
    for monday, share in told:
        axes.plot([monday, monday], [share.low, share.high], color=_COLOUR, lw=1)
    axes.plot([monday for monday, _ in told], [share.value for _, share in told], "o", color=_COLOUR)
    axes.axvline(date.fromisoformat(comparison.day), color="grey", lw=0.8, ls=":")
    axes.tick_params(axis="x", rotation=45, labelsize=8)
    axes.set(ylim=(0, None), title=as_written(f"{comparison.subject}: share of the posts of each week (Monday)"))
    return png(figure)


def _dots(axes: Any, told: Sequence[tuple[float, Interval]], *, colour: str, label: str) -> None:  # noqa: ANN401
    values = [share.value for _, share in told]
    reach = [[s.value - s.low for _, s in told], [s.high - s.value for _, s in told]]
    axes.errorbar(values, [place for place, _ in told], xerr=reach, fmt="o", color=colour, capsize=3, label=label)
