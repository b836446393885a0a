"""Where thresholds come from: what the scores of novel posts that were never fitted to promise about the next one.

Conformal prediction (Vovk, Gammerman & Shafer 2005): of n novel posts and the next one, exchangeable with them and
scored by a model that has seen none of them, each is equally likely to have the highest score, the second highest, and
so on. So a post that k of them match or surpass has the p-value (1 + k) / (n + 1), and calling *known* whatever has at
most p-value α calls at most a share α of the novel posts known, whatever the model is worth. The scores here come from
two models, each fitted to the posts of the other half of the pictures, and the next post is scored by a third one that
was fitted to all of them (cross-conformal prediction: Vovk 2015): the promise then holds as far as the three agree,
which is measured (`level_check`) and not proved. It is about the average over calibrations; what one calibration lets
through scatters by √(α (1 - α) / n).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from math import ceil, floor, inf, log10, nextafter

POSTS = 2000  # that `lineage train decision` makes unless told otherwise
POSTS_PER_SAMPLE = 2  # half of its posts are novel, each of another picture as far as there are so many
_ROUNDING = 1e-9  # relative; 1 / .001 must not become 1000.0000000000001


def novel_share(novel: Sequence[float], score: float) -> float:
    """At most this share of novel posts, 0..1, scores as high.

    Args:
        novel: scores of novel posts, increasing
        score: of the post in question
    """
    as_high = len(novel) - bisect_left(novel, score)
    return (1 + as_high) / (len(novel) + 1)


def threshold(novel: Sequence[float], level: float) -> float:
    """The lowest score with a `novel_share` of at most `level`; infinite where the scores cannot back it.

    Args:
        novel: scores of novel posts, increasing
        level: share of novel posts, 0..1
    """
    allowed = int(level * (len(novel) + 1) * (1 + _ROUNDING))
    if allowed == 0:
        return inf
    return nextafter(novel[-allowed], inf) if allowed <= len(novel) else -inf


def samples_needed(level: float) -> int:
    """The fewest novel posts that back a level: none of them may score as high."""
    return ceil(1 / level * (1 - _ROUNDING)) - 1


def posts_needed(level: float) -> int:
    """Posts that `lineage train decision` should make to back a level, of a library with as many pictures."""
    return max(POSTS, POSTS_PER_SAMPLE * samples_needed(level))


def finest_level(samples: int) -> float:
    """The lowest level of two digits that so many novel posts back."""
    exact = 1 / (samples + 1)
    digit = 10.0 ** (floor(log10(exact)) - 1)
    return float(f"{ceil(exact / digit * (1 - _ROUNDING)) * digit:.2g}")
