"""Variants: what people did to an asset, and how each form of it performs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lineage.insight.exposure.answers import Answer, Showing
from lineage.insight.exposure.count import RESAMPLES
from lineage.reporting.interval import Interval, interval

_SEED = 0
PLAIN = "unchanged"


@dataclass(frozen=True, slots=True)
class Variant:
    """Known posts in which the assets were edited in the same way.

    Attributes:
        edits: kinds of edits joined by " + ", or `unchanged`
        posts: number of them
        engagement: mean of a post
    """

    edits: str
    posts: int
    engagement: Interval


@dataclass(frozen=True, slots=True)
class Branch:
    """A node of an asset's variant tree: it adds one kind of edit to its parent's.

    Attributes:
        edits: all kinds of edits from the root to here
        posts: names of the posts in exactly this form
        engagement: their sum
        branches: with one more kind of edit
    """

    edits: tuple[str, ...]
    posts: tuple[str, ...]
    engagement: float
    branches: tuple[Branch, ...]


def known_showings(answers: Sequence[Answer]) -> list[Showing]:
    """The best match of every known post: the only ones whose edits were measured."""
    return [answer.showings[0] for answer in answers if answer.verdict == "known" and answer.showings]


def variants(showings: Sequence[Showing]) -> list[Variant]:
    """How each form performs, the most frequent first; intervals by resampling its posts."""
    groups: dict[str, list[float]] = {}
    for showing in showings:
        groups.setdefault(" + ".join(showing.edits) or PLAIN, []).append(showing.post.engagement)
    found = [Variant(edits, len(values), _mean(values)) for edits, values in groups.items()]
    return sorted(found, key=lambda variant: (-variant.posts, variant.edits))


def variant_tree(showings: Sequence[Showing]) -> Branch:
    """The tree of one asset's known posts; edits are in alphabetical order from the root."""
    return _branch((), list(showings))


def outline(branch: Branch, *, depth: int = 0) -> Iterator[str]:
    """The tree as indented lines."""
    name = branch.edits[-1] if branch.edits else "asset"
    here = f": {in_posts(len(branch.posts))}, engagement {branch.engagement:g}" if branch.posts else ""
    yield f"{'  ' * depth}{name}{here}"
    for child in branch.branches:
        yield from outline(child, depth=depth + 1)


def in_posts(posts: int) -> str:
    """`1 post`, `2 posts`."""
    return f"{posts} post{'s' * (posts != 1)}"


def _branch(edits: tuple[str, ...], showings: Sequence[Showing]) -> Branch:
    here = [showing for showing in showings if showing.edits == edits]
    further = sorted({showing.edits[: len(edits) + 1] for showing in showings if len(showing.edits) > len(edits)})
    return Branch(
        edits,
        tuple(showing.post.name for showing in here),
        float(sum(showing.post.engagement for showing in here)),
        tuple(_branch(more, [s for s in showings if s.edits[: len(more)] == more]) for more in further),
    )


def _mean(values: Sequence[float]) -> Interval:
    table = np.array(values)
    draws = np.random.default_rng(_SEED).choice(table, (RESAMPLES, len(table))).mean(1)
    return interval(float(table.mean()), draws)
