"""Pictures in memory, and which of them look alike: those that share visual words and that geometry lays together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from scipy.sparse import csr_array

from lineage.describe.keypoints import extract, words
from lineage.describe.post import both_ways
from lineage.errors import UsageError
from lineage.read.images import decode
from lineage.records import Keypoints, Map, Pixels, Words
from lineage.verify.align import align_all

T = TypeVar("T")
LONGEST = 320  # px, as previews are
FEWEST = 50  # one in ten is held back
NEAREST = 6  # pictures by visual words that geometry is asked about
SOUGHT = 300  # pictures whose look-alikes are sought: geometry takes most of the time, and more teach little


@dataclass(frozen=True, slots=True)
class Rival:
    """Another picture that looks alike.

    Attributes:
        picture: its number
        rival_to_picture: 3 × 3, unit frame → unit frame
    """

    picture: int
    rival_to_picture: Map


@dataclass(frozen=True, slots=True)
class Gallery:
    """Pictures to train on.

    Attributes:
        pictures: (h, w, 3) uint8 each, longer side at most LONGEST px
        rivals: of each picture, most alike first; none where they were not sought
    """

    pictures: tuple[Pixels, ...]
    rivals: tuple[tuple[Rival, ...], ...]


def read_pictures(files: Sequence[Path], *, progress: Callable[[int], None] = lambda _: None) -> tuple[Pixels, ...]:
    """Decode pictures.

    Raises:
        UsageError: fewer than FEWEST
        ImageError: one of them cannot be read
    """
    if len(files) < FEWEST:
        raise UsageError(f"{len(files)} pictures are too few to train on; at least {FEWEST} are needed")
    pictures = []
    for file in files:
        pictures.append(np.ascontiguousarray(decode(file, longest=LONGEST).pixels))
        progress(1)
    return tuple(pictures)


def gallery(pictures: tuple[Pixels, ...], *, progress: Callable[[int], None] = lambda _: None) -> Gallery:
    """Find look-alikes, of every picture or of SOUGHT that are spread evenly."""
    keypoints = []
    for picture in pictures:
        keypoints.append(extract(picture))
        progress(1)
    near = nearest([words(found) for found in keypoints], NEAREST)
    rivals: list[tuple[Rival, ...]] = [()] * len(pictures)
    for number in evenly(range(len(pictures)), SOUGHT):
        rivals[number] = _rivals(number, near[number], pictures, keypoints)
    return Gallery(pictures, tuple(rivals))


def evenly(things: Sequence[T], count: int) -> list[T]:
    """At most so many of them, spread evenly."""
    kept = min(count, len(things))
    return [things[k * len(things) // kept] for k in range(kept)]


def nearest(found: Sequence[Words], count: int) -> list[list[int]]:
    """For each picture, the others that share most visual words, rare ones counting more; best first."""
    rows = np.repeat(np.arange(len(found)), [len(one) for one in found])
    columns = np.concatenate([one.indices for one in found]).astype(np.int64)
    values = np.concatenate([one.values for one in found])
    _, columns = np.unique(columns, return_inverse=True)
    frequency = np.bincount(columns)
    weighed = csr_array((values * np.log(len(found) / frequency)[columns], (rows, columns)))
    plain = csr_array((values, (rows, columns)), shape=weighed.shape).T.tocsr()
    return [_best(weighed[[number]] @ plain, number, count) for number in range(len(found))]


def _best(scores: csr_array, own: int, count: int) -> list[int]:
    order = np.argsort(-scores.data, kind="stable")[: count + 1]
    return [int(number) for number in scores.indices[order] if number != own][:count]


def _rivals(
    number: int, near: Sequence[int], pictures: Sequence[Pixels], keypoints: Sequence[Keypoints]
) -> tuple[Rival, ...]:
    height, width = pictures[number].shape[:2]
    features = both_ways(keypoints[number], (width, height))
    sizes = [(pictures[other].shape[1], pictures[other].shape[0]) for other in near]
    found = align_all(features, [keypoints[other] for other in near], asset_sizes=sizes)
    pairs = [(other, one) for other, one in zip(near, found, strict=True) if one is not None]
    return tuple(Rival(other, one.asset_to_post) for other, one in sorted(pairs, key=lambda pair: -pair[1].inliers))
