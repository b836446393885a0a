"""What the scores of novel posts that were never fitted to promise about the next one.

Split-conformal prediction (Vovk, Gammerman & Shafer 2005): of n held-back novel posts and the next one, exchangeable
with them, each is equally likely to have the highest score, the second highest, and so on. So a post that k of them
match or surpass has the p-value (1 + k) / (n + 1), and calling *known* whatever has at most p-value α calls at most a
share α of the novel posts known, whatever the model is worth. The promise is about the average over calibrations; what
one calibration lets through scatters by √(α (1 - α) / n).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from math import ceil, floor, inf, log10, nextafter

_ROUNDING = 1e-9  # relative; 1 / .001 must not become 1000.0000000000001


def novel_share(novel: Sequence[float], score: float) -> float:
    """At most this share of novel posts, 0..1, scores as high.

    Args:
        novel: scores of held-back novel posts, increasing
        score: of the post in question
    """
    as_high = len(novel) - bisect_left(novel, score)
    return (1 + as_high) / (len(novel) + 1)


def threshold(novel: Sequence[float], level: float) -> float:
    """The lowest score with a `novel_share` of at most `level`; infinite where the scores cannot back it.

    Args:
        novel: scores of held-back novel posts, increasing
        level: share of novel posts, 0..1
    """
    allowed = int(level * (len(novel) + 1) * (1 + _ROUNDING))
    if allowed == 0:
        return inf
    return nextafter(novel[-allowed], inf) if allowed <= len(novel) else -inf


def samples_needed(level: float) -> int:
    """The fewest held-back novel posts that back a level: none of them may score as high."""
    return ceil(1 / level * (1 - _ROUNDING)) - 1


def finest_level(samples: int) -> float:
    """The lowest level of two digits that so many held-back novel posts back: as it is written it can be asked for."""
    level = 1 / (samples + 1)
    digits = 1 - floor(log10(level) + _ROUNDING)
    step = 10.0**digits
    return ceil(level * step * (1 - _ROUNDING)) / step
