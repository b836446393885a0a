"""Where thresholds come from: what the scores of novel posts that were never fitted to promise about the next one.

Conformal prediction (Vovk, Gammerman & Shafer 2005): of n novel posts and the next one, exchangeable with them and
scored by a model that has seen none of them, each is equally likely to have the highest score, the second highest, and
so on. So a post that k of them match or surpass has the p-value (1 + k) / (n + 1), and calling *known* whatever has at
most p-value α calls at most a share α of the novel posts known, whatever the model is worth. The scores here come from
two models, each fitted to the posts of the other half of the pictures, and the next post is scored by a third one that
was fitted to all of them (cross-conformal prediction: Vovk 2015): the promise then holds as far as the three agree,
which is measured (`level_check`) and not proved.

That is about the average over calibrations; what one of them lets through scatters by √(α (1 - α) / n), so that every
second one would let through more than it promises. Hence what is called known is set so high that at most α pass in 19
calibrations of 20 (Vovk 2012, proposition 2a: the share above the (k + 1)-th highest of n scores exceeds α with the
probability of at most k hits in n tries of chance α). From 299 novel posts on that is so for 1 %; of fewer the highest
is the limit, and the average is what is promised.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from math import ceil, exp, floor, inf, lgamma, log, log1p, log10, nextafter

POSTS = 2000  # that `lineage train decision` makes unless told otherwise
POSTS_PER_SAMPLE = 2  # half of its posts are novel, each of another picture as far as there are so many
SURE = 0.95  # of calibrations let through no more than they promise
_HALVINGS = 40
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


def sure_threshold(novel: Sequence[float], level: float) -> float:
    """The same, so high that `SURE` of all calibrations let through no more than `level`, where they are enough for it.

    Args:
        novel: scores of novel posts, increasing
        level: share of novel posts, 0..1
    """
    if len(novel) < samples_needed(level):
        return inf
    return nextafter(novel[-1 - _allowed(len(novel), level)], inf)


def sure_share(novel: Sequence[float], score: float, *, level: float) -> float:
    """At most this share of novel posts, 0..1, scores as high, in `SURE` of all calibrations; at most the level where
    the score passes the `sure_threshold`.

    Args:
        novel: scores of novel posts, increasing
        score: of the post in question
        level: share of novel posts, 0..1
    """
    as_high = len(novel) - bisect_left(novel, score)
    share = _highest_share(len(novel), as_high)
    passes = len(novel) >= samples_needed(level) and as_high <= _allowed(len(novel), level)
    return min(share, level) if passes else share


@cache
def _allowed(samples: int, level: float) -> int:
    """How many of so many novel posts may score as high as what is called known."""
    low, high = 0, int(level * samples)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _highest_share(samples, middle) <= level else (low, middle - 1)
    return low


@cache
def _highest_share(samples: int, as_high: int) -> float:
    """The share, 0..1, of which so many hits or fewer are seen in one of 20 series: upper limit of Clopper & Pearson
    (1934)."""
    if as_high >= samples:
        return 1.0
    hits = range(as_high + 1)
    logs = [lgamma(samples + 1) - lgamma(n + 1) - lgamma(samples - n + 1) for n in hits]
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        share = (low + high) / 2
        hit, missed = log(share), log1p(-share)
        seen = sum(exp(ways + n * hit + (samples - n) * missed) for n, ways in zip(hits, logs, strict=True))
        low, high = (share, high) if seen > 1 - SURE else (low, share)
    return high


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
