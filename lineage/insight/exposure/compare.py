"""Before against after: did a campaign show more from a given day on?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
from scipy.stats import permutation_test

from lineage.errors import UsageError
from lineage.insight.exposure.count import Interval, interval
from lineage.insight.exposure.posts import Post

RESAMPLES = 9999
_SEED = 0
_FEWEST_DAYS = 2


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two stretches of days.

    Attributes:
        measure: exposures or engagement, each a day
        days: number of days before and after
        before, after: mean a day
        difference: after less before
        p: probability of a difference at least as large either way if the day made none (permutation of days; exact
            where all orders can be tried)
    """

    measure: str
    days: tuple[int, int]
    before: float
    after: float
    difference: Interval
    p: float


def compare(
    shown: Iterable[tuple[Post, float]], *, first: date, day: date, last: date
) -> tuple[Comparison, Comparison]:
    """Exposures and engagement a day, from `first` to the day before `day` against `day` to `last`.

    Days without a post count with 0. Days are treated as exchangeable: a trend or a weekly rhythm that the stretches do
    not share is not told apart from the effect of the day. Intervals resample days, and with them what happened to be
    posted on each; whether a post shows the campaign is not doubted again: it counts with its probability.

    Raises:
        UsageError: one of the stretches has fewer than two days
    """
    before, after = (day - first).days, (last - day).days + 1
    if min(before, after) < _FEWEST_DAYS:
        raise UsageError(
            f"{day}: {max(before, 0)} days before it and {max(after, 0)} from it on; "
            f"each side needs at least {_FEWEST_DAYS}"
        )
    daily = np.zeros((before + after, 2))
    for post, probability in shown:
        number = (post.day - first).days
        if 0 <= number < len(daily):
            daily[number] += probability, probability * post.engagement
    exposures, engagement = (_compare(name, daily[:, n], before) for n, name in enumerate(("exposures", "engagement")))
    return exposures, engagement


def window(posts: Sequence[Post], day: date, *, days: int | None) -> tuple[date, date]:
    """First and last day to look at: all that there are, or at most so many on either side.

    Beyond the first and the last post nobody knows: no posts were collected there.
    """
    first, last = min(post.day for post in posts), max(post.day for post in posts)
    if days is None:
        return first, last
    return max(first, day - timedelta(days)), min(last, day + timedelta(days - 1))


def _compare(measure: str, daily: npt.NDArray[np.float64], before: int) -> Comparison:
    left, right = daily[:before], daily[before:]
    rng = np.random.default_rng(_SEED)
    draws = [rng.choice(side, (RESAMPLES, len(side))).mean(1) for side in (left, right)]
    test = permutation_test((right, left), _difference, n_resamples=RESAMPLES, rng=rng)
    difference = interval(float(right.mean() - left.mean()), draws[1] - draws[0])
    days = len(left), len(right)
    return Comparison(measure, days, float(left.mean()), float(right.mean()), difference, float(test.pvalue))


def _difference(after: npt.NDArray[np.float64], before: npt.NDArray[np.float64], axis: int) -> npt.NDArray[np.float64]:
    return np.asarray(after.mean(axis) - before.mean(axis))
