"""What the command does: collect pairs, fit to most, and say what came of it on those held back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np

from lineage.records import Pixels
from lineage.train.autoencoder.separation import Trials, enough, separation
from lineage.train.same_shot.network import SameShotModule
from lineage.train.same_shot.pairs import LaidPair
from lineage.train.same_shot.trainer import logits
from lineage.train.same_shot.versions import Example, Numbers, read, versions

T = TypeVar("T")
HELD_BACK = 10  # one picture, and one layout, in so many


@dataclass(frozen=True, slots=True)
class Held:
    """A pair that is held back.

    Attributes:
        numbers: as in `Example`
        right: whether the post was made from the asset
        group: of its picture or layout
        trimmed: correlation of the aligned residual, NaN where that says nothing
    """

    numbers: Numbers
    right: bool
    group: str
    trimmed: float


@dataclass(frozen=True, slots=True)
class Collected:
    """What is fitted to, and what is held back."""

    examples: tuple[Example, ...]
    held_back: tuple[Held, ...]


def collect(
    posts: Iterable[Sequence[LaidPair]],
    *,
    count: int,
    others: Sequence[Pixels],
    seed: int,
    progress: Callable[[int], None] = lambda _: None,
) -> Collected:
    """Read posts until there are enough examples.

    Args:
        posts: the pairs of each
        count: of examples that are fitted to
        others: (h, w, 3) uint8, pictures that stickers show
        seed: of the variations
        progress: told of every example
    """
    rng, kept = np.random.default_rng((seed, 12)), list[Held]()

    def fitted() -> Iterator[Example]:
        for pair in (pair for post in posts for pair in post):
            if pair.held_back:
                kept.append(Held(read(pair).numbers, pair.right, pair.group, pair.trimmed))
            else:
                yield from versions(pair, rng, others)

    examples = []
    for one in islice(fitted(), count):
        examples.append(one)
        progress(1)
    return Collected(tuple(examples), tuple(kept))


def held_back(things: Sequence[T]) -> frozenset[T]:
    """One in `HELD_BACK` of them, spread evenly; of fewer none."""
    return frozenset(things[HELD_BACK - 1 :: HELD_BACK])


def in_turn(streams: Sequence[Iterator[Sequence[LaidPair]]]) -> Iterator[Sequence[LaidPair]]:
    """A post of each stream after the other; one that has ended is passed over."""
    left = [*streams]
    while left:
        for stream in tuple(left):
            post = next(stream, None)
            if post is None:
                left.remove(stream)
            else:
                yield post


def tell_outcome(network: SameShotModule, collected: Collected) -> str:
    """What was learned, and how well it parts what was held back, beside the plain residual; for a person."""
    right = sum(one.right for one in collected.examples)
    learned = f"{right} right and {len(collected.examples) - right} wrong pairs learned"
    said = [one for one in collected.held_back if not np.isnan(one.trimmed)]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(one.group for one in said))}
    truth = np.array([one.right for one in said], np.bool_)
    exam = Trials(truth, np.array([numbers[one.group] for one in said], np.int64), {})
    if not enough(exam):
        return f"{learned}; too few were held back ({len(said)}) to say what it is good for"
    plain = separation(exam, np.array([one.trimmed for one in said], np.float32))
    own = separation(exam, logits(network, [one.numbers for one in said]))
    return (
        f"{learned}; AUROC of right against wrong ones, on {len(said)} of {len(numbers)} pictures and layouts held "
        f"back: {plain.value:.3f} ({plain.low:.3f} … {plain.high:.3f}) by the aligned residual, {own.value:.3f} "
        f"({own.low:.3f} … {own.high:.3f}) by the network"
    )
