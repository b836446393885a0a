"""One global vector a picture, nearest by cosine, exhaustively: how copy descriptors are published and compared."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

import lineage.backbones
from eval.baselines.memory import recall
from eval.code import code_digest
from eval.corpus import Source
from eval.predictions import Claim
from eval.recogniser import Answer
from lineage.protocols import Embedder
from lineage.records import Floats, Pixels

CLAIMS = 10


class Descriptor:
    """Any embedder as a recogniser; no views, no geometry, no normalisation."""

    def __init__(self, embedder: Embedder, *, cache: Path) -> None:
        self._embedder = embedder
        self._code = code_digest(Path(lineage.backbones.__file__).parent)
        made_by = hashlib.sha256(f"{embedder.spec} {self._code}".encode()).hexdigest()
        self._cache = cache / f"vector-{made_by[:16]}.sqlite"
        self._assets: tuple[str, ...] = ()
        self._vectors: Floats = np.zeros((0, embedder.spec.dim), np.float32)

    @property
    def name(self) -> str:
        """Of the backbone."""
        return self._embedder.spec.name

    @property
    def configuration(self) -> Mapping[str, str]:
        """Input size and dimension."""
        spec = self._embedder.spec
        return {"input_size": str(spec.input_size), "dim": str(spec.dim)}

    @property
    def versions(self) -> Mapping[str, str]:
        """Of the weights and of the code that runs them."""
        return {"weights": self._embedder.spec.weights, "code": self._code}

    def fit(self, library: Sequence[Source]) -> None:
        """Embed the library, or remember it."""
        self._assets = tuple(source.asset for source in library)
        self._vectors = np.stack(recall(self._cache, library, self._embed))

    def answer(self, pixels: Pixels) -> Answer:
        """The nearest assets; scores are cosines."""
        began = perf_counter()
        vector = self._embed(pixels)
        embedded = perf_counter()
        cosine = self._vectors @ vector
        best = np.argsort(-cosine, kind="stable")[:CLAIMS]
        claims = tuple(Claim(self._assets[n], float(cosine[n])) for n in best)
        return Answer(claims, seconds={"fingerprint": embedded - began, "search": perf_counter() - embedded})

    @property
    def bytes_per_asset(self) -> float:
        """Of the vector in float32."""
        return 4.0 * self._embedder.spec.dim

    def close(self) -> None:
        """Nothing is held."""

    def _embed(self, pixels: Pixels) -> Floats:
        return np.asarray(self._embedder.embed([pixels])[0])
