"""pHash and PDQ, looked up in the eight orientations of the post; the score is the share of equal bits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import ClassVar

import imagehash
import numpy as np
import numpy.typing as npt
import pdqhash
from PIL import Image

from eval.corpora import corpus
from eval.corpora.corpus import Source
from eval.recognisers.baselines.memory import recall
from eval.recognisers.recogniser import Answer
from eval.scores.predictions import Claim
from lineage.machine.provenance import made_by
from lineage.records import Pixels

Code = npt.NDArray[np.uint8]
CODE = (*corpus.CODE, "eval.recognisers.baselines.hashes", "eval.recognisers.baselines.memory")
LIBRARIES = (*corpus.LIBRARIES, "ImageHash", "pdqhash", "scipy")
CLAIMS = 10


def orientations(pixels: Pixels) -> Iterator[Pixels]:
    """The four quarter turns of a picture and of its mirror image."""
    for side in (pixels, pixels[:, ::-1]):
        for turns in range(4):
            yield np.ascontiguousarray(np.rot90(side, turns))


def phash(pixels: Pixels) -> Code:
    """DCT hash of 8 × 8 frequencies, packed: (8,) uint8."""
    return np.packbits(imagehash.phash(Image.fromarray(pixels)).hash)


def pdq(pixels: Pixels) -> Code:
    """PDQ as published by its makers, packed: (32,) uint8."""
    return np.packbits(pdqhash.compute(pixels)[0].astype(bool))


class _Hash(ABC):
    """Nearest codes by Hamming distance, exhaustively."""

    name: ClassVar[str]
    configuration: Mapping[str, str] = {"orientations": "8"}

    def __init__(self, *, cache: Path) -> None:
        self.versions = made_by(CODE, LIBRARIES)
        self._cache = cache
        self._assets: tuple[str, ...] = ()
        self._codes: Code = np.zeros((0, 0), np.uint8)

    @staticmethod
    @abstractmethod
    def code(pixels: Pixels) -> Code:
        """(H, W, 3) → the bits of its hash, packed."""

    def fit(self, library: Sequence[Source]) -> None:
        self._assets = tuple(source.asset for source in library)
        self._codes = np.stack(recall(self._cache, {**self.versions, "hash": self.name}, library, self.code))

    def answer(self, pixels: Pixels) -> Answer:
        began = perf_counter()
        codes = np.stack([self.code(side) for side in orientations(pixels)])
        hashed = perf_counter()
        differing = np.bitwise_count(self._codes[:, None] ^ codes[None]).sum(axis=2, dtype=np.int64).min(axis=1)
        score = 1 - differing / (8 * self._codes.shape[1])
        best = np.argsort(-score, kind="stable")[:CLAIMS]
        claims = tuple(Claim(self._assets[n], float(score[n])) for n in best)
        return Answer(claims, seconds={"fingerprint": hashed - began, "search": perf_counter() - hashed})

    @property
    def bytes_per_asset(self) -> float:
        return float(self._codes.shape[1])

    def close(self) -> None:  # noqa: B027 - a verb of `Recogniser` with nothing to do here
        """Nothing is held."""


class PHash(_Hash):
    """pHash, 64 bit."""

    name = "phash"
    code = staticmethod(phash)


class Pdq(_Hash):
    """PDQ, 256 bit."""

    name = "pdq"
    code = staticmethod(pdq)
