"""95 % intervals of what was drawn again, or tried again: the middle of the draws (bootstrap percentiles).

What is drawn, and how often, is for whoever knows what depends on what: posts, days, pictures of one shoot.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MIDDLE = (2.5, 97.5)  # percentiles


@dataclass(frozen=True, slots=True)
class Interval:
    """A value and its 95 % interval."""

    value: float
    low: float
    high: float


def middle(draws: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(R, …) values of as many draws → (…) below which 2.5 % of them lie, and (…) above which as many do."""
    low, high = np.percentile(np.asarray(draws, np.float64), MIDDLE, axis=0)
    return low, high


def interval(value: float, draws: npt.ArrayLike) -> Interval:
    """A value with the middle 95 % of (R,) draws."""
    low, high = middle(draws)
    return Interval(value, float(low), float(high))
