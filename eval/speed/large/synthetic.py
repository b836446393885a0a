"""Fingerprints like those of a real library, as many as wanted.

A synthetic asset is made from a real one, its base, drawn at random:

* Its vector is the base's, turned by an angle that is drawn from those between the real vectors and their nearest
  neighbours, towards the difference of two other real vectors. So neighbours are as near as real ones, and the
  directions in which real vectors differ are those in which synthetic ones do.
* It has as many words as its base, drawn from all words of the real assets. A share of them, `fresh`, is paired anew
  from the halves of two words, so that two synthetic assets have as many words in common as two real ones: a library
  100 times as large has words that the small one never showed.
* Its key points lie where those of its base lie, and look like key points drawn from all real assets: a feature of a
  post meets as many that resemble it as in a library of that many pictures, and they agree on no place in the post.
* Preview, size and format are the base's; hashes and SHA-256 are random.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lineage.describe.keypoints import vocabulary
from lineage.records import Entry, Fingerprint, Floats, Hashes, Keypoints, Location, Words, asset_id

BATCH = 1000  # made at once, by a random generator of their own
FORM = 2  # rises when synthetic assets are made otherwise

Indices = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Bags:
    """The words of the real assets.

    Attributes:
        words: of all assets, one after the other
        fresh: share of a synthetic asset's words that is paired anew, 0..1
    """

    words: Indices
    fresh: float

    def draw(self, count: int, rng: np.random.Generator) -> Words:
        """About as many different words; L2 norm 1."""
        if not count:
            return Words(np.empty(0, np.uint32), np.empty(0, np.float32))
        halves = len(vocabulary().centres[0])
        kept, first, second = (self.words[rng.integers(len(self.words), size=count)] for _ in range(3))
        paired = first // halves * halves + second % halves
        drawn = np.unique(np.where(rng.random(count) < self.fresh, paired, kept))
        return Words(drawn.astype(np.uint32), np.full(len(drawn), len(drawn) ** -0.5, np.float32))


def bags(entries: Sequence[Entry]) -> Bags:
    """Words of real assets, and how many must be new for two drawn assets to share as many as two real ones do."""
    counts = np.array([len(entry.fingerprint.words) for entry in entries], np.float64)
    words = np.concatenate([entry.fingerprint.words.indices for entry in entries])
    uses = np.unique(words, return_counts=True)[1].astype(np.float64)
    total = max(counts.sum(), 1.0)
    drawn = (uses**2).sum() / total**2  # chance that two draws with replacement are the same word
    real = (uses * (uses - 1)).sum() / max(total**2 - (counts**2).sum(), 1.0)  # … that words of two assets are
    return Bags(words, 1 - float(np.sqrt(min(real / drawn, 1.0))) if len(words) else 0.0)


class Synthetic:
    """A library of any size: first the real entries, then synthetic ones; the same for the same arguments.

    Args:
        originals: real entries, at least three
        seed: of every choice
        bare: vectors and hashes only, for measuring the vector search alone at sizes that would not fit otherwise
    """

    def __init__(self, originals: Sequence[Entry], *, seed: int = 0, bare: bool = False) -> None:
        self._originals = [_bared(entry) for entry in originals] if bare else list(originals)
        self._seed = seed
        self._vectors = np.array([entry.fingerprint.vector for entry in originals], np.float32)
        self._nearest = _nearest_cosines(self._vectors)
        self._bags = bags(self._originals)
        self._descriptors = np.concatenate([one.fingerprint.keypoints.descriptors for one in self._originals])

    @property
    def real(self) -> int:
        """Number of real entries."""
        return len(self._originals)

    def entries(self, start: int, stop: int) -> Iterator[list[Entry]]:
        """Entries `start` to `stop`, in batches."""
        if start < self.real:
            yield self._originals[start:stop]
        for batch, first, last in _batches(start - self.real, stop - self.real):
            bases, vectors = self._turned(batch)
            rng = np.random.default_rng((self._seed, batch, 1))
            made = [self._entry(batch * BATCH + n, int(bases[n]), vectors[n], rng) for n in range(BATCH)]
            yield made[first:last]

    def vectors(self, start: int, stop: int) -> Iterator[Floats]:
        """Their vectors alone, (n, dim) float32, in the same batches."""
        if start < self.real:
            yield self._vectors[start:stop]
        for batch, first, last in _batches(start - self.real, stop - self.real):
            yield self._turned(batch)[1][first:last]

    def asset_id(self, number: int) -> str:
        """The id of entry `number`."""
        return self._originals[number].asset.id if number < self.real else asset_id(_sha256(number - self.real))

    def _turned(self, batch: int) -> tuple[npt.NDArray[np.int64], Floats]:
        """Bases (BATCH,) and vectors (BATCH, dim) of a batch."""
        rng = np.random.default_rng((self._seed, batch, 0))
        bases, first, second = rng.integers(self.real, size=(3, BATCH))
        cosines = self._nearest[rng.integers(self.real, size=BATCH)][:, None]
        base = self._vectors[bases]
        # A little noise, because both of the others may be the same.
        across = self._vectors[first] - self._vectors[second] + rng.normal(0, 1e-3, base.shape).astype(np.float32)
        across -= (across * base).sum(1, keepdims=True) * base
        across /= np.linalg.norm(across, axis=1, keepdims=True)
        return bases, np.asarray(cosines * base + np.sqrt(1 - cosines**2) * across, np.float32)

    def _entry(self, number: int, base: int, vector: Floats, rng: np.random.Generator) -> Entry:
        original = self._originals[base]
        sha256 = _sha256(number)
        where = Location("/synthetic", f"{number % 997:03d}/{number:08d}.jpg", int(rng.integers(10**6)), number)
        mark = replace(
            original.fingerprint,
            vector=vector,
            hashes=Hashes(sha256[:16], sha256[::-1], 100),
            words=self._bags.draw(len(original.fingerprint.words), rng),
            keypoints=self._keypoints(original.fingerprint.keypoints, rng),
        )
        return Entry(replace(original.asset, id=asset_id(sha256), sha256=sha256, locations=(where,)), mark)

    def _keypoints(self, base: Keypoints, rng: np.random.Generator) -> Keypoints:
        drawn = rng.integers(len(self._descriptors), size=len(base)) if len(base) else np.zeros(0, np.int64)
        return replace(base, descriptors=self._descriptors[drawn])


def _batches(start: int, stop: int) -> Iterator[tuple[int, int, int]]:
    """(batch, first, last) for synthetic entries `start` to `stop`."""
    start = max(start, 0)
    while start < stop:
        batch, first = divmod(start, BATCH)
        last = min(BATCH, stop - batch * BATCH)
        yield batch, first, last
        start = batch * BATCH + last


def _sha256(number: int) -> str:
    return hashlib.sha256(f"synthetic {number}".encode()).hexdigest()


def _nearest_cosines(vectors: Floats) -> Floats:
    """(N, dim) → (N,) cosine of each with its nearest other."""
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    return np.asarray(np.clip(cosines.max(1), -1, 1), np.float32)


def _bared(entry: Entry) -> Entry:
    none = np.empty(0, np.float32)
    nothing = Keypoints(none.reshape(0, 2), none, none, np.empty((0, 32), np.uint8))
    words = Words(np.empty(0, np.uint32), np.empty(0, np.float32))
    mark = Fingerprint(entry.fingerprint.vector, entry.fingerprint.hashes, nothing, words, b"")
    return Entry(entry.asset, mark)
