"""Is this evidence like any that the decision was fitted to? Trees answer whatever they are asked.

Each feature becomes its rank among the right claims of the fit, going on beyond 0 and 1 outside of their range. How far
a claim lies from the middle of these ranks, measured by how they go together (Mahalanobis), is compared with how far
right claims of other pictures do (conformal anomaly detection: Laxhammar & Falkman 2015). Of the next right claims at
most the share `OUTSIDE` lies as far away, whatever the distance is worth. What does is no claim; a person looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from lineage.decide.thresholds import novel_share, samples_needed
from lineage.records import Evidence, Floats

SAME_BITS = 8 / 256  # of a hash that may differ in a copy as a whole
SAME_PIXELS = 0.97  # trimmed correlation of such a copy
SAME_CONTENT = 0.02  # of its structure that may differ
ALL_OVER = 0.95  # share of asset and of post that lie in each other
OUTSIDE = 0.001  # of right claims, which it costs; 999 back it
STEPS = 100  # of the ranks that are kept
SHRINKAGE = 0.03  # of the mean variance, added to each: without it, features that hardly vary outweigh all others
_NARROWEST = 1e-3  # range of a feature that has one value only
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Familiar:
    """What the evidence of right claims is like.

    Attributes:
        features: names of the columns that it looks at
        grid: of each feature, its values at equal steps of rank, increasing
        middle: of each feature, its mean rank
        precision: inverse of the covariance of the ranks, a row for each feature
        distances: of right claims from the middle of those of other pictures, increasing
    """

    features: tuple[str, ...]
    grid: tuple[tuple[float, ...], ...]
    middle: tuple[float, ...]
    precision: tuple[tuple[float, ...], ...]
    distances: tuple[float, ...] = ()

    def parts(self, table: Floats) -> Numbers:
        """(N, features) → (N, features) what each feature adds to the squared distance from the middle."""
        grid, middle, precision = self._arrays
        away = _ranks(np.asarray(table, np.float64), grid) - middle
        return np.asarray(away * (away @ precision), np.float64)

    @cached_property
    def _arrays(self) -> tuple[Numbers, Numbers, Numbers]:
        return np.array(self.grid), np.array(self.middle), np.array(self.precision)

    def share(self, distance: float) -> float:
        """At most this share of right claims, 0..1, is as far away."""
        return novel_share(self.distances, distance)

    def strangest(self, row: Floats) -> str:
        """(features,) → the feature by which it is unlike all of them most of all; empty where it is not."""
        parts = self.parts(row[None])[0]
        if self.share(_distance(parts)) > max(OUTSIDE, 1 / (len(self.distances) + 1)):  # the least that few can say
            return ""
        return self.features[int(parts.argmax())]

    def require_sound(self) -> None:
        """`ValueError` where the numbers are none of so many features."""
        count = len(self.features)
        lists = (self.grid, self.middle, self.precision, *self.precision)
        numbers = np.array([*self.middle, *(one for row in (*self.grid, *self.precision) for one in row)])
        if {len(one) for one in lists} != {count} or len({len(row) for row in self.grid}) != 1:
            raise ValueError("what right claims are like, for other features")
        away = np.array(self.distances)
        if not len(away) or not np.isfinite(away).all() or (np.diff(away) < 0).any():
            raise ValueError("how far right claims lie from each other, in numbers that are none or do not increase")
        if not np.isfinite(numbers).all() or (np.diff(np.array(self.grid)) < 0).any():
            raise ValueError("what right claims are like, in numbers that are none or do not increase")


def same_all_over(evidence: Evidence) -> bool:
    """Whether a post is an asset as a whole: their hashes are next to equal, each fills the other, nothing differs.

    No evidence is less doubtful, and of an icon or a drawing of a few pixels it is unusual nonetheless.
    """
    alignment, residual, changes = evidence.alignment, evidence.residual, evidence.changes
    return bool(
        evidence.candidate.hash_distance <= SAME_BITS
        and (alignment and min(alignment.asset_seen, alignment.post_covered) >= ALL_OVER)
        and (residual and residual.trimmed >= SAME_PIXELS)
        and (changes and changes.structure <= SAME_CONTENT)
    )


def familiar(table: Floats, halves: npt.NDArray[np.bool_], features: Sequence[str]) -> Familiar | None:
    """What right claims are like.

    Args:
        table: (N, features) of right claims
        halves: (N,) which half of the pictures each belongs to
        features: names of the columns

    Returns:
        None where they are too few to say what lies outside of them.
    """
    if len(table) < samples_needed(OUTSIDE) or min(halves.sum(), (~halves).sum()) <= len(features):
        return None
    away = np.zeros(len(table))
    for half in (halves, ~halves):
        away[half] = [_distance(parts) for parts in _fitted(table[~half], features).parts(table[half])]
    whole = _fitted(table, features)
    return Familiar(whole.features, whole.grid, whole.middle, whole.precision, tuple(np.sort(away).round(3).tolist()))


def _fitted(table: Floats, features: Sequence[str]) -> Familiar:
    """What lies where; no distance yet."""
    grid = np.quantile(np.asarray(table, np.float64), np.linspace(0, 1, STEPS + 1), axis=0).T.round(5)
    ranks = _ranks(np.asarray(table, np.float64), grid)
    spread = np.cov(ranks.T)
    precision = np.linalg.inv(spread + SHRINKAGE * np.trace(spread) / len(spread) * np.eye(len(spread))).round(3)
    middle = tuple(ranks.mean(0).round(5).tolist())
    return Familiar(tuple(features), _rows(grid), middle, _rows(precision))


def _ranks(table: Numbers, grid: Numbers) -> Numbers:
    """(N, features) → (N, features) 0..1 within the range of each feature, of equal values the mean, and beyond it as
    far as the value lies outside, in ranges.
    """
    low, high = grid[:, 0], grid[:, -1]
    columns = zip(grid, table.T, strict=True)
    sides = [[np.searchsorted(row, column, side) for side in ("left", "right")] for row, column in columns]
    ranks = np.array(sides, np.float64).reshape(len(grid), 2, -1).mean(1).T / (grid.shape[1] - 1)
    beyond = np.maximum(table - high, 0) - np.maximum(low - table, 0)
    return np.asarray(ranks + beyond / np.maximum(high - low, _NARROWEST), np.float64)


def _distance(parts: Numbers) -> float:
    return float(np.sqrt(max(parts.sum(), 0.0)))


def _rows(matrix: Numbers) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in matrix.tolist())
