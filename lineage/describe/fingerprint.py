"""Picture → fingerprint: the one step that indexing and asking share.

In two halves, so that an index run can do the first in worker processes and the network's part in batches: `prepare` is
all that needs no network; `finish` joins what it made with the vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lineage.backbones.preprocess import fit
from lineage.describe.hashes import perceptual_hashes
from lineage.describe.keypoints import LIMIT, SIDE, extract, words
from lineage.geometry import elongation
from lineage.machine.stopwatch import Stopwatch
from lineage.protocols import Embedder
from lineage.read.exposure import brightened
from lineage.read.images import preview
from lineage.records import Fingerprint, Floats, Hashes, Keypoints, Picture, Pixels, Words

WORD_ASSIGNMENTS = 2  # a second word costs 1 kB an asset and brings .017 more of the posts' sources among the first 50


@dataclass(frozen=True, slots=True)
class Prepared:
    """A fingerprint without its vector, and what the network must see to make it.

    Attributes:
        pixels: (input_size, input_size, 3) uint8, the picture squeezed
        hashes, keypoints, words, preview: as in `Fingerprint`
    """

    pixels: Pixels
    hashes: Hashes
    keypoints: Keypoints
    words: Words
    preview: bytes


def prepare(pixels: Pixels, *, input_size: int, detail: float = 1.0, watch: Stopwatch | None = None) -> Prepared:
    """The half of a fingerprint that needs no network.

    Args:
        pixels: (H, W, 3) uint8
        input_size: px, of the backbone that is to see it
        detail: as in `Picture`
        watch: is told how long each part took
    """
    watch, seen = watch or Stopwatch(), brightened(pixels)
    with watch.stage("key points"):
        longer = elongation(seen.shape[:2]) * detail
        keypoints = extract(seen, limit=round(LIMIT * longer * detail), side=round(SIDE * longer))
    with watch.stage("words"):
        found = words(keypoints, assignments=WORD_ASSIGNMENTS)
    with watch.stage("hashes"):
        hashes = perceptual_hashes(pixels)
    with watch.stage("preview"):
        small = preview(pixels, detail=detail)
    with watch.stage("squeeze"):
        squeezed = fit(seen, input_size)
    return Prepared(pixels=squeezed, hashes=hashes, keypoints=keypoints, words=found, preview=small)


def finish(prepared: Sequence[Prepared], vectors: Floats) -> list[Fingerprint]:
    """Join N halves with their (N, dim) vectors.

    Raises:
        ValueError: there are more of the one than of the other
    """
    return [
        Fingerprint(vector, half.hashes, half.keypoints, half.words, half.preview)
        for half, vector in zip(prepared, vectors, strict=True)
    ]


def fingerprint(pictures: Sequence[Picture], embedder: Embedder) -> list[Fingerprint]:
    """The fingerprints of pictures, in their order."""
    prepared = [
        prepare(picture.pixels, input_size=embedder.spec.input_size, detail=picture.detail) for picture in pictures
    ]
    return finish(prepared, embedder.embed([half.pixels for half in prepared]))
