"""What a large index is asked: vectors with known nearest assets, words and hashes of posts, whole posts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from eval.speed.large.synthetic import Synthetic
from lineage.describe.hashes import orientations
from lineage.describe.keypoints import extract, words
from lineage.describe.post import POST_KEYPOINTS, WORD_ASSIGNMENTS
from lineage.errors import UsageError
from lineage.manipulate import chain
from lineage.read.images import shrink
from lineage.read.originals import from_files
from lineage.records import Entry, Floats, Hashes, Pixels, Words
from lineage.settings import Settings

NEAREST = 10  # of each question, for recall@10


@dataclass(frozen=True, slots=True)
class Posts:
    """Whole posts.

    Attributes:
        pixels: of each
        sources: ids of the assets that they were made from
    """

    pixels: tuple[Pixels, ...]
    sources: tuple[str, ...]


def make_posts(originals: Sequence[Entry], settings: Settings, *, count: int, seed: int) -> Posts:
    """Posts made from files of real assets by chains of three edits at half strength; one more stands beside them.

    Raises:
        UsageError: a file is not where the index says
    """
    *chosen, other = (originals[n] for n in np.random.default_rng(seed).permutation(len(originals))[: count + 1])
    context = [_decoded(other, settings)]
    made = [
        chain(_decoded(entry, settings), strength=0.5, seed=seed + n, context=context, length=3).pixels
        for n, entry in enumerate(chosen)
    ]
    return Posts(
        tuple(shrink(pixels, settings.post_longest) for pixels in made), tuple(entry.asset.id for entry in chosen)
    )


def draw_vectors(library: Synthetic, size: int, *, count: int) -> tuple[Floats, tuple[frozenset[str], ...]]:
    """Vectors that an index of that size does not hold, (count, dim), and ids of the ten nearest, all compared."""
    beyond = np.concatenate(list(library.vectors(size + library.real, size + library.real + count)))
    best = np.full((count, NEAREST), -np.inf, np.float32)
    numbers = np.zeros((count, NEAREST), np.int64)
    start = 0
    for some in library.vectors(0, size):
        scores = np.concatenate([best, beyond @ some.T], axis=1)
        met = np.concatenate(
            [numbers, np.broadcast_to(np.arange(start, start + len(some)), (count, len(some)))], axis=1
        )
        first = np.argpartition(-scores, NEAREST - 1, axis=1)[:, :NEAREST]
        best, numbers = np.take_along_axis(scores, first, 1), np.take_along_axis(met, first, 1)
        start += len(some)
    return beyond, tuple(frozenset(map(library.asset_id, row)) for row in numbers.tolist())


def post_words(post: Pixels) -> Words:
    """The visual words that the engine asks for."""
    features = extract(post, limit=POST_KEYPOINTS, side=max(post.shape[:2]))
    return words(features, assignments=WORD_ASSIGNMENTS)


def post_hashes(post: Pixels) -> tuple[Hashes, ...]:
    """The hashes that the engine asks for."""
    return orientations(post)


def save(posts: Sequence[Pixels], folder: Path) -> list[Path]:
    """Write posts as files for another process."""
    files = [folder / f"{n:03d}.png" for n in range(len(posts))]
    for post, file in zip(posts, files, strict=True):
        Image.fromarray(post).save(file, compress_level=1)
    return files


def _decoded(entry: Entry, settings: Settings) -> Pixels:
    pixels = from_files(entry, longest=settings.post_longest, pixel_limit=settings.pixel_limit)
    if pixels is None:
        raise UsageError(
            f"{entry.asset.path}: no file holds this asset any more; posts are made from files, so index what is there"
        )
    return pixels
