"""One global vector a picture, nearest by cosine, exhaustively: how copy descriptors are published and compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

from eval.corpora import corpus
from eval.corpora.corpus import Source
from eval.recognisers.baselines.memory import recall
from eval.recognisers.recogniser import Answer
from eval.scores.predictions import Claim
from lineage.machine.provenance import NETWORKS, made_by
from lineage.protocols import Embedder
from lineage.records import Floats, Pixels

CODE = (*corpus.CODE, "eval.recognisers.baselines.descriptor", "eval.recognisers.baselines.memory", "lineage.backbones")
LIBRARIES = (*corpus.LIBRARIES, *NETWORKS)
CLAIMS = 10


class Descriptor:
    """Any embedder as a recogniser; no views, no geometry, no normalisation.

    Args:
        embedder: makes the vectors
        name: by which the user asked for it: of two files of one name, it is the folder that tells them apart
        cache: folder where vectors of library files are kept from run to run
    """

    def __init__(self, embedder: Embedder, *, name: str, cache: Path) -> None:
        self.name = name
        self.versions = {"weights": embedder.spec.weights, **made_by(CODE, LIBRARIES)}
        self._embedder = embedder
        self._cache = cache
        self._assets: tuple[str, ...] = ()
        self._vectors: Floats = np.zeros((0, embedder.spec.dim), np.float32)

    @property
    def configuration(self) -> Mapping[str, str]:
        """Input size and dimension."""
        spec = self._embedder.spec
        return {"input_size": str(spec.input_size), "dim": str(spec.dim)}

    def fit(self, library: Sequence[Source]) -> None:
        """Embed the library, or remember it."""
        self._assets = tuple(source.asset for source in library)
        self._vectors = np.stack(recall(self._cache, {**self.versions, **self.configuration}, library, self._embed))

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
