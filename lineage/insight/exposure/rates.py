"""What share of the posts shows something, and how surely: here posts stand for others like them.

Wilson's interval of a share (1927), with as many posts as they are worth: posts of one day are alike, and where days
differ more than chance makes them, there are fewer independent ones (Korn & Graubard 1998). Of a difference: Newcombe
1998, method 10. Both hold for few posts and for shares of 0 and 1. A post counts by its probability; of one that is
doubtful the doubt lies within the interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np
import numpy.typing as npt

from lineage.reporting.interval import Interval

Days = npt.NDArray[np.float64]
"""(D, 3), by day: number of posts, expected number of them that show it, expected engagement of these."""
_Z = 1.959964  # 97.5 % quantile of the normal distribution


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something was seen in some days.

    Attributes:
        days: number of them
        posts: number of posts
        seen: expected number of posts that show it
        engagement: expected engagement of these
        share: seen over posts, 0..1; None where there are no posts
    """

    days: int
    posts: int
    seen: float
    engagement: float
    share: Interval | None


def rate(days: Days) -> Rate:
    """The rate of these days."""
    posts, seen, engagement = (float(total) for total in days.sum(0))
    share = _wilson(min(seen / posts, 1.0), posts / _clustering(days)) if posts else None
    return Rate(len(days), int(posts), seen, engagement, share)


def difference(before: Interval, after: Interval) -> Interval:
    """After less before, -1..1."""
    change = after.value - before.value
    low = change - hypot(after.value - after.low, before.high - before.value)
    high = change + hypot(after.high - after.value, before.value - before.low)
    return Interval(change, low, high)


def _clustering(days: Days) -> float:
    """How many times the variance of the share is larger than with independent posts, at least 1."""
    posts, seen = days[:, 0], days[:, 1]
    number, share = posts.sum(), seen.sum() / posts.sum()
    if len(days) < 2 or not 0 < share < 1:
        return 1.0
    apart = ((seen - share * posts) ** 2).sum() * len(days) / (len(days) - 1)
    return float(min(max(1.0, apart / (number * share * (1 - share))), number))


def _wilson(share: float, number: float) -> Interval:
    shrunk = 1 + _Z**2 / number
    middle = (share + _Z**2 / (2 * number)) / shrunk
    half = _Z / shrunk * sqrt(share * (1 - share) / number + _Z**2 / (4 * number**2))
    return Interval(share, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)))
