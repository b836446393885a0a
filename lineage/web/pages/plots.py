"""Plots as numbers that a template writes as SVG, so that they take the colours of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log10

from lineage.insight.exposure.count import Exposure

WIDTH, HEIGHT = 640, 150  # of a curve, in units of its view
LEFT, RIGHT, TOP, BOTTOM = 36, 12, 10, 24  # of it, around the curve
NAMED = 6  # weeks that are written below


@dataclass(frozen=True, slots=True)
class Curve:
    """A count by week with its interval.

    Attributes:
        points: (x, y, what it says) of each week
        band: polygon of the intervals
        levels: (y, number) of the lines that are drawn across
        weeks: (x, name) of those that are written
        words: all of it as a sentence
    """

    points: Sequence[tuple[float, float, str]]
    band: Sequence[tuple[float, float]]
    levels: Sequence[tuple[float, str]]
    weeks: Sequence[tuple[float, str]]
    words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A count with its interval, as shares of the largest, 0..1."""

    one: Exposure
    value: float
    low: float
    high: float


Bars = Sequence[Bar]


def curves(named: Mapping[str, Sequence[Exposure]]) -> Sequence[tuple[str, Curve]]:
    """Weeks in the order of time, at least two, by what is counted in them; all on one scale."""
    top = _round(max((week.exposures.high for weeks in named.values() for week in weeks), default=0.0))
    return [(name, _curve(weeks, top)) for name, weeks in named.items()]


def _curve(weeks: Sequence[Exposure], top: float) -> Curve:
    across = WIDTH - LEFT - RIGHT
    xs = [LEFT + across * n / (len(weeks) - 1) for n in range(len(weeks))]

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top, 1)

    points = [
        (round(x, 1), y(week.exposures.value), f"{week.name}: {week.exposures.value:.3g} of {week.of}")
        for x, week in zip(xs, weeks, strict=True)
    ]
    upper = [(round(x, 1), y(week.exposures.high)) for x, week in zip(xs, weeks, strict=True)]
    lower = [(round(x, 1), y(week.exposures.low)) for x, week in zip(xs, weeks, strict=True)]
    step = ceil(len(weeks) / NAMED)
    return Curve(
        points,
        [*upper, *reversed(lower)],
        [(y(top * part), f"{top * part:g}") for part in (0, 0.5, 1)],
        [(round(x, 1), week.name) for x, week in list(zip(xs, weeks, strict=True))[::step]],
        "; ".join(said for _, _, said in points),
    )


def bars(counted: Sequence[Exposure]) -> Bars:
    """Counts as bars, in their order."""
    longest = max((one.exposures.high for one in counted), default=1.0)
    return [
        Bar(one, one.exposures.value / longest, one.exposures.low / longest, one.exposures.high / longest)
        for one in counted
    ]


def _round(value: float) -> float:
    """The next 2, 4 or 10 times a power of ten."""
    if value <= 2:
        return 2.0
    power = 10 ** int(log10(value))
    return float(next(step * power for step in (1, 2, 4, 10) if step * power >= value))
