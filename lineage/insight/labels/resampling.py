"""Weighted figures of many resamples at once, and the 95 % intervals that they give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

from lineage.insight.labels.head import Array
from lineage.insight.labels.truth import Flags
from lineage.reporting.interval import middle

RESAMPLES = 1000
_SEED = 0
Groups = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A value and its 95 % interval, or None where nobody resampled."""

    value: float
    low: float | None = None
    high: float | None = None


def resamples(groups: Groups) -> Array:
    """(N,) numbers of groups → (1 + RESAMPLES, N) weights: all as they are, then groups drawn with replacement."""
    number = int(groups.max()) + 1
    draws = np.random.default_rng(_SEED).multinomial(number, np.full(number, 1 / number), RESAMPLES)
    return np.vstack([np.ones(len(groups)), draws[:, groups]]).astype(np.float64)


def macro_f1(marks: Flags, given: Flags, weights: Array) -> Array:
    """(W,): F1 = 2 tp / (given + shown), the mean over the classes that are shown; 0 where none is."""
    hits, shown = weights @ (marks & given), weights @ marks.astype(np.float64)
    total = weights @ given.astype(np.float64) + shown
    f1 = np.divide(2 * hits, total, out=np.zeros_like(hits), where=shown > 0)
    return np.asarray(f1.sum(1) / np.maximum((shown > 0).sum(1), 1))


def share(flags: npt.ArrayLike, weights: Array) -> Array:
    """(N,) flags or shares, (W, N) weights → (W,) their weighted mean."""
    total = weights.sum(1)
    return np.asarray(
        np.divide(weights @ np.asarray(flags, np.float64), total, out=np.zeros(len(total)), where=total > 0)
    )


def auroc(positive: Flags, scores: Array, weights: Array) -> Array:
    """(W,) weighted: the chance that a positive scores above a negative, ties counting half (Mann & Whitney 1947)."""
    ranks = np.unique(scores, return_inverse=True)[1]
    return np.array([_auroc(positive, ranks, row) for row in weights])


def _auroc(positive: Flags, ranks: npt.NDArray[np.intp], weights: Array) -> float:
    high, low = (np.bincount(ranks, weights * side, minlength=int(ranks.max()) + 1) for side in (positive, ~positive))
    pairs = high.sum() * low.sum()
    return float(((np.cumsum(low) - low / 2) * high).sum() / pairs) if pairs else 0.5


def interval(values: Array) -> Figure:
    """(1 + RESAMPLES,) → the first value, with the middle 95 % of the others (bootstrap percentiles)."""
    low, high = middle(values[1:])
    return Figure(float(values[0]), float(low), float(high))


def rate(flags: npt.ArrayLike, weights: Array, groups: Groups) -> Figure:
    """The `share` with its interval. Where all flags are equal every resample agrees, however few there are; then it is
    the exact interval of as many draws as there are groups (Clopper & Pearson 1934).

    Args:
        flags: (N,) flags, or shares in 0..1
        weights: (1 + RESAMPLES, N) of `resamples`
        groups: (N,) equal for what belongs together
    """
    figure = interval(share(flags, weights))
    if figure.value not in {0.0, 1.0}:
        return figure
    number = len(np.unique(groups))
    exact = binomtest(round(figure.value) * number, number).proportion_ci()
    return Figure(figure.value, float(exact.low), float(exact.high))
