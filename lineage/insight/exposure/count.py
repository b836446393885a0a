"""Expected exposures and their uncertainty.

A post that shows an asset with probability p counts p exposures, so the sum is right on the average if the
probabilities are. The interval answers two doubts at once: whether each post shows the asset, and which posts happened
to be collected. Both are resampled: a post is drawn k ~ Poisson(1) times (Poisson bootstrap, Chamandy et al. 2012) and
each draw shows the asset with probability p, which together is one draw from Poisson(p).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineage.insight.exposure.posts import Post

RESAMPLES = 2000
PROBABLE = 0.5  # more likely than not
_SEED = 0
KEYS = ("asset", "campaign", "brand", "channel", "account", "week")


@dataclass(frozen=True, slots=True)
class Interval:
    """A value and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Exposure:
    """How often something was shown, and with which response.

    Attributes:
        name: of the asset, campaign, brand, channel, account or week
        posts: number of posts that probably show it
        exposures: expected number of posts that do
        engagement: expected engagement of these posts
    """

    name: str
    posts: int
    exposures: Interval
    engagement: Interval


def count(shown: Mapping[str, Sequence[tuple[Post, float]]]) -> list[Exposure]:
    """Expected exposures of everything in `shares`, the most exposed first."""
    counted = [_count(name, posts) for name, posts in shown.items()]
    return sorted(counted, key=lambda one: (-one.exposures.value, one.name))


def _count(name: str, posts: Sequence[tuple[Post, float]]) -> Exposure:
    probabilities = np.array([probability for _, probability in posts])
    weights = np.array([post.engagement for post, _ in posts])
    draws = np.random.default_rng(_SEED).poisson(probabilities, (RESAMPLES, len(posts)))
    return Exposure(
        name,
        int((probabilities >= PROBABLE).sum()),
        interval(float(probabilities.sum()), draws.sum(1)),
        interval(float(probabilities @ weights), draws @ weights),
    )


def interval(value: float, draws: npt.NDArray[np.generic]) -> Interval:
    """The value with the middle 95 % of the draws."""
    low, high = np.quantile(np.asarray(draws, np.float64), (0.025, 0.975))
    return Interval(value, float(low), float(high))
