"""Before against after: was something seen more often from a given day on?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from lineage.errors import UsageError
from lineage.insight.exposure.answers import week_of
from lineage.insight.exposure.posts import Post
from lineage.insight.exposure.rates import Days, Rate, difference, rate
from lineage.reporting.interval import Interval, interval

RESAMPLES = 9999
_SEED = 0
_FEWEST_DAYS = 2
_TELLING_DAYS = 7  # on either side: fewer, drawn again, agree with each other more than days do

Shown = Sequence[tuple[Post, float]]
"""Posts that show something, with their probabilities."""


@dataclass(frozen=True, slots=True)
class Change:
    """How often something was seen in a channel, before a day and from it on.

    Attributes:
        channel: its name; empty: in all posts
        before, after: the rates
        share: difference of the shares of posts, after less before; None where one side has no posts
    """

    channel: str
    before: Rate
    after: Rate
    share: Interval | None


@dataclass(frozen=True, slots=True)
class PerDay:
    """A measure a day.

    Attributes:
        measure: exposures or engagement
        before, after: mean a day
        difference: after less before, by resampling days; None where a side has fewer than seven
        p: probability of a difference at least as large either way if the day made none (permutation of days; exact
            where all orders can be tried)
    """

    measure: str
    before: float
    after: float
    difference: Interval | None
    p: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two stretches of days.

    Attributes:
        subject: what was looked for: `campaign spring`, `label Nike`, `any asset`
        day: the first of after, ISO 8601
        changes: of all posts, then of each channel, the one with most posts first
        paces: exposures and engagement a day, in all posts
        weeks: rates by week, named after its Monday
    """

    subject: str
    day: str
    changes: tuple[Change, ...]
    paces: tuple[PerDay, PerDay]
    weeks: tuple[tuple[str, Rate], ...]


def before_and_after(
    subject: str, posts: Sequence[Post], shown: Shown, *, first: date, day: date, last: date
) -> Comparison:
    """From `first` to the day before `day` against `day` to `last`.

    Days without a post count with 0. Days are treated as exchangeable: a trend or a weekly rhythm that the stretches do
    not share is not told apart from the effect of the day.

    Args:
        subject: how it is called
        posts: all that were looked at
        shown: those that show it
        first, day, last: of the stretches

    Raises:
        UsageError: one of the stretches has fewer than two days
    """
    before, after = (day - first).days, (last - day).days + 1
    if min(before, after) < _FEWEST_DAYS:
        raise UsageError(
            f"{day}: {max(before, 0)} days before it and {max(after, 0)} from it on; "
            f"each side needs at least {_FEWEST_DAYS}"
        )
    stretch = first, before + after
    daily = _daily(posts, shown, stretch)
    changes = [_change("", daily, before), *_by_channel(posts, shown, stretch, before)]
    paces = (_pace("exposures", daily[:, 1], before), _pace("engagement", daily[:, 2], before))
    return Comparison(subject, day.isoformat(), tuple(changes), paces, tuple(_weeks(daily, first)))


def window(posts: Sequence[Post], day: date, *, days: int | None) -> tuple[date, date]:
    """First and last day to look at: all that there are, or at most so many on either side.

    Beyond the first and the last post nobody knows: no posts were collected there.
    """
    first, last = min(post.day for post in posts), max(post.day for post in posts)
    if days is None:
        return first, last
    return max(first, day - timedelta(days)), min(last, day + timedelta(days - 1))


def _daily(posts: Sequence[Post], shown: Shown, stretch: tuple[date, int]) -> Days:
    first, length = stretch
    daily = np.zeros((length, 3))
    for post in posts:
        if 0 <= (number := (post.day - first).days) < length:
            daily[number, 0] += 1
    for post, probability in shown:
        if 0 <= (number := (post.day - first).days) < length:
            daily[number, 1:] += probability, probability * post.engagement
    return daily


def _by_channel(posts: Sequence[Post], shown: Shown, stretch: tuple[date, int], before: int) -> list[Change]:
    """A change for each channel that has posts in the stretches; none where no channels are named."""
    channels: dict[str, list[Post]] = {}
    for post in posts:
        if post.channel:
            channels.setdefault(post.channel, []).append(post)
    changes = [
        _change(name, _daily(of_it, [one for one in shown if one[0].channel == name], stretch), before)
        for name, of_it in channels.items()
    ]
    with_posts = [one for one in changes if one.before.posts + one.after.posts]
    return sorted(with_posts, key=lambda one: (-one.before.posts - one.after.posts, one.channel))


def _change(channel: str, daily: Days, before: int) -> Change:
    left, right = rate(daily[:before]), rate(daily[before:])
    share = difference(left.share, right.share) if left.share and right.share else None
    return Change(channel, left, right, share)


def _weeks(daily: Days, first: date) -> list[tuple[str, Rate]]:
    mondays = np.array([week_of(first + timedelta(number)) for number in range(len(daily))])
    return [(str(monday), rate(daily[mondays == monday])) for monday in np.unique(mondays)]


def _pace(measure: str, daily: npt.NDArray[np.float64], before: int) -> PerDay:
    from scipy.stats import permutation_test  # who only counts takes no such package

    left, right = daily[:before], daily[before:]
    rng = np.random.default_rng(_SEED)
    means = float(left.mean()), float(right.mean())
    told = None
    if min(len(left), len(right)) >= _TELLING_DAYS:
        draws = [rng.choice(side, (RESAMPLES, len(side))).mean(1) for side in (left, right)]
        told = interval(means[1] - means[0], draws[1] - draws[0])
    test = permutation_test((right, left), _difference, n_resamples=RESAMPLES, rng=rng)
    return PerDay(measure, *means, told, float(test.pvalue))


def _difference(after: npt.NDArray[np.float64], before: npt.NDArray[np.float64], axis: int) -> npt.NDArray[np.float64]:
    return np.asarray(after.mean(axis) - before.mean(axis))
