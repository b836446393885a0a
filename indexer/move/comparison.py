"""Two backbones on a user's own library: does the new one find at least what the old one found?

Posts are made from the library's assets and asked of both indexes by the global vector of the whole frame, the part of
a query that a backbone changes. Both answer the same posts, so what counts is the difference per post: its bootstrap
interval is much narrower than those of the two figures.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineage.protocols import Embedder, Store
from lineage.reporting.interval import Interval, interval
from lineage.train.decision.table import Trial

DEPTH = 50  # candidates that a query looks at
BATCH = 16  # posts held in memory at once
RESAMPLES = 1000  # as everywhere in `eval`

Flags = npt.NDArray[np.bool_]
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of merit under both backbones, with bootstrap intervals over posts.

    Attributes:
        name: right-file@1 or recall@50
        former, new: share of the posts whose source is the first answer, or among the first 50
        change: new less former, per post
    """

    name: str
    former: Interval
    new: Interval
    change: Interval

    @property
    def fell(self) -> bool:
        """Whether the new backbone is worse by more than chance explains."""
        return self.change.high < 0


@dataclass(frozen=True, slots=True)
class Side:
    """An index, and the backbone that it is asked with."""

    store: Store
    embedder: Embedder


def compare_backbones(
    former: Side, new: Side, trials: Iterable[Trial], *, progress: Progress = lambda _: None
) -> tuple[Figure, ...]:
    """Ask both about the same posts.

    Args:
        former, new: the two indexes, of the same assets
        trials: posts, whether their source is hidden or not: here it never is
        progress: called with the number of posts done since the last call

    Returns:
        right-file@1 and, where the library holds more than 50 assets, recall@50: of fewer, all are found always
    """
    ranks: list[tuple[int, int]] = []
    posts = iter(trials)
    while some := list(itertools.islice(posts, BATCH)):
        ranks += zip(_ranks(former, some), _ranks(new, some), strict=True)
        progress(len(some))
    before, now = np.array(ranks, np.int64).reshape(-1, 2).T
    figures = [_figure("right-file@1", before < 1, now < 1)]
    if former.store.count() > DEPTH:
        figures.append(_figure(f"recall@{DEPTH}", before < DEPTH, now < DEPTH))
    return tuple(figures)


def _ranks(side: Side, trials: Sequence[Trial]) -> list[int]:
    """Place of each post's source among the answers, from 0; 50 where it is not among the first 50."""
    hidden = [trial.hidden - {trial.source} for trial in trials]
    vectors = side.embedder.embed([trial.pixels for trial in trials])
    answers = side.store.search_vectors(vectors, limit=DEPTH + max(map(len, hidden)))
    return [
        _rank([hit.id for hit in hits if hit.id not in left_out], trial.source)
        for hits, left_out, trial in zip(answers, hidden, trials, strict=True)
    ]


def _rank(ids: Sequence[str], source: str) -> int:
    return ids.index(source) if source in ids[:DEPTH] else DEPTH


def _figure(name: str, former: Flags, new: Flags) -> Figure:
    draws = np.random.default_rng(0).integers(len(former), size=(RESAMPLES, len(former)))
    before, now = former.astype(np.float64), new.astype(np.float64)
    sides = before, now, now - before
    return Figure(name, *(interval(float(values.mean()), values[draws].mean(axis=1)) for values in sides))
