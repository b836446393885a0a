"""Expected exposures and their uncertainty.

A post that shows an asset with probability p counts p exposures, so the sum is right on the average if the
probabilities are. The posts are taken as they are: no sample of others, but what is counted. So the interval answers
one doubt only, whether each of them shows the asset, and a post that surely does leaves none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineage.insight.exposure.posts import Post
from lineage.reporting.interval import Interval, interval

RESAMPLES = 2000
PROBABLE = 0.5  # more likely than not
_SEED = 0
_CHUNK = 1000  # posts drawn at once
KEYS = ("asset", "campaign", "brand", "label", "channel", "account", "week")


@dataclass(frozen=True, slots=True)
class Exposure:
    """How often something was shown, and with which response.

    Attributes:
        name: of the asset, campaign, brand, label, channel, account or week
        of: number of posts that were looked at: all, or those of the channel, account or week
        posts: number of them that probably show it
        exposures: expected number of them that do
        engagement: expected engagement of these posts
    """

    name: str
    of: int
    posts: int
    exposures: Interval
    engagement: Interval


def count(shown: Mapping[str, Sequence[tuple[Post, float]]], of: Mapping[str, int]) -> list[Exposure]:
    """Expected exposures of everything in `shares`, the most exposed first; `of`: number of posts by name."""
    counted = [_count(name, posts, of[name]) for name, posts in shown.items()]
    return sorted(counted, key=lambda one: (-one.exposures.value, one.name))


def _count(name: str, posts: Sequence[tuple[Post, float]], of: int) -> Exposure:
    probabilities = np.array([probability for _, probability in posts])
    weights = np.column_stack([np.ones(len(posts)), [post.engagement for post, _ in posts]])
    values, draws = probabilities @ weights, draw_sums(probabilities, weights)
    exposures, engagement = (interval(float(values[n]), draws[:, n]) for n in (0, 1))
    return Exposure(name, of, int((probabilities >= PROBABLE).sum()), exposures, engagement)


def draw_sums(probabilities: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(N,) probabilities, (N, K) weights → (RESAMPLES, K): sums of the weights of the posts that show it, where each
    does or does not with its probability.
    """
    rng = np.random.default_rng(_SEED)
    total = np.zeros((RESAMPLES, weights.shape[1]))
    for first in range(0, len(probabilities), _CHUNK):
        part = slice(first, first + _CHUNK)
        total += (rng.random((RESAMPLES, len(probabilities[part]))) < probabilities[part]) @ weights[part]
    return total
