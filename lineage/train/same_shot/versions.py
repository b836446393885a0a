"""A pair → what the network reads of it, and of its variations: covered, relit, and with the asset replaced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from lineage.records import Floats, Pixels
from lineage.train.same_shot.covers import cover
from lineage.train.same_shot.lighting import relit
from lineage.train.same_shot.pairs import LaidPair, Rng
from lineage.train.same_shot.replaced import replace_picture
from lineage.verify.overlay import Overlay
from lineage.verify.restore.planes import LARGEST, planes

STEPS = 127 / LARGEST  # of a number: kept in eight bits, 40,000 pairs take 4.3 GB
COVERED_RIGHT, COVERED_WRONG = 0.75, 0.45  # share of the variations that something is laid over
TWICE = 0.3  # share of those that have two things laid over them
MOVED = 0.5  # px, standard deviation: geometry is not exact
AGAIN = 0.6  # weight of a variation, beside 1 of the pair itself

Numbers = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Example:
    """What the network learns from.

    Attributes:
        numbers: (PLANES, GRID, GRID) int8, of `planes`, in STEPS
        right: whether the post was made from the asset
        weight: how often it is drawn
    """

    numbers: Numbers
    right: bool
    weight: float = 1.0


def read(pair: LaidPair) -> Example:
    """The pair as it is."""
    return Example(in_steps(planes(pair.laid, pair.seen)), pair.right)


def versions(pair: LaidPair, rng: Rng, others: Sequence[Pixels]) -> Iterator[Example]:
    """The pair as it is, and varied: a wrong one once, a right one once and once with its asset replaced, if possible.

    Args:
        pair: as laid
        rng: says how it is varied
        others: (h, w, 3) uint8, pictures that stickers show
    """
    yield read(pair)
    yield read_varied(pair, rng, others)
    if pair.right:
        other = replace_picture(pair.laid.asset, pair.laid.inside, rng)
        changed = replace(pair, laid=replace(pair.laid, asset=other), right=False) if other is not None else pair
        yield read_varied(changed, rng, others)


def read_varied(pair: LaidPair, rng: Rng, others: Sequence[Pixels]) -> Example:
    """The pair with its post moved a little, covered and relit."""
    post = pair.laid.post
    if rng.random() < (COVERED_RIGHT if pair.right else COVERED_WRONG):
        for _ in range(2 if rng.random() < TWICE else 1):
            post = cover(post, rng, others[int(rng.integers(len(others)))])
    laid = Overlay(pair.laid.asset, relit(_moved(post, rng), rng), pair.laid.inside, pair.laid.shown)
    return replace(read(replace(pair, laid=laid)), weight=AGAIN)


def in_steps(numbers: Floats) -> Numbers:
    """Numbers of `planes` in eight bits."""
    return (numbers * STEPS).round().astype(np.int8)


def _moved(picture: Pixels, rng: Rng) -> Pixels:
    shift = np.array([(1, 0, rng.normal(0, MOVED)), (0, 1, rng.normal(0, MOVED))], np.float32)
    size = picture.shape[1], picture.shape[0]
    return np.asarray(cv2.warpAffine(picture, shift, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)
