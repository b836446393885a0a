"""The exact twin in memory: no engine, no approximation. The oracle that the other stores are tested against."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from lineage.records import Asset, Entry, Floats, Hashes, Hit, Stamp, Surveyed, Words
from lineage.store.schema import check, check_queries


class MemoryStore:
    """A `Store` of plain dictionaries and matrix products."""

    def __init__(self, stamp: Stamp) -> None:
        self.stamp = stamp
        self._entries: dict[str, Entry] = {}

    def upsert(self, entries: Sequence[Entry]) -> None:
        """See `Store`."""
        check(entries, dim=self.stamp.dim)
        self._entries.update((entry.asset.id, entry) for entry in entries)

    def relocate(self, assets: Sequence[Asset]) -> None:
        """See `Store`."""
        for asset in assets:
            if asset.id in self._entries:
                self._entries[asset.id] = replace(self._entries[asset.id], asset=asset)

    def delete(self, ids: Sequence[str]) -> None:
        """See `Store`."""
        for name in ids:
            self._entries.pop(name, None)

    def count(self) -> int:
        """See `Store`."""
        return len(self._entries)

    def assets(self, ids: Sequence[str]) -> Mapping[str, Asset]:
        """See `Store`."""
        return {name: entry.asset for name, entry in self.entries(ids).items()}

    def entries(self, ids: Sequence[str]) -> Mapping[str, Entry]:
        """See `Store`."""
        return {name: self._entries[name] for name in ids if name in self._entries}

    def ids(self) -> Iterator[Sequence[str]]:
        """See `Store`."""
        yield sorted(self._entries)

    def scroll(self, *, batch: int = 256) -> Iterator[Sequence[Entry]]:
        """See `Store`."""
        names = sorted(self._entries)
        for start in range(0, len(names), batch):
            yield [self._entries[name] for name in names[start : start + batch]]

    def survey(self, *, batch: int = 256) -> Iterator[Surveyed]:
        """See `Store`; nothing can be wrong here."""
        for entries in self.scroll(batch=batch):
            yield Surveyed(entries, {}, 0)

    def search_vectors(self, vectors: Floats, *, limit: int) -> Sequence[Sequence[Hit]]:
        """See `Store`; cosine by matrix product."""
        check_queries(vectors, dim=self.stamp.dim)
        stored = np.array([entry.fingerprint.vector for entry in self._entries.values()], np.float32)
        scores = _unit(vectors) @ _unit(stored.reshape(-1, self.stamp.dim)).T
        return [_best(zip(self._entries, row.tolist(), strict=True), limit) for row in scores]

    def search_words(self, words: Sequence[Words], *, limit: int) -> Sequence[Sequence[Hit]]:
        """See `Store`."""
        sparse = {name: _weights(entry.fingerprint.words) for name, entry in self._entries.items()}
        frequency = Counter(word for weights in sparse.values() for word in weights)
        return [_best(_shared(_weights(query), sparse, frequency), limit) for query in words]

    def search_hashes(self, hashes: Sequence[Hashes], *, limit: int) -> Sequence[Sequence[Hit]]:
        """See `Store`."""
        stored = [(name, entry.fingerprint.hashes) for name, entry in self._entries.items()]
        return [
            _best(((name, 1.0) for name, other in stored if other.phash == mine.phash or other.pdq == mine.pdq), limit)
            for mine in hashes
        ]

    def flush(self) -> None:
        """There is nothing to flush."""

    def close(self) -> None:
        """There is nothing to let go of."""


def idf(count: int, frequency: int) -> float:
    """Inverse document frequency as Qdrant has it: ln((count - frequency + .5) / (frequency + .5) + 1), from BM25."""
    return math.log((count - frequency + 0.5) / (frequency + 0.5) + 1)


def _shared(
    query: Mapping[int, float], sparse: Mapping[str, Mapping[int, float]], frequency: Counter[int]
) -> Iterator[tuple[str, float]]:
    """Name and score of every entry that shares a word with the query."""
    weighted = {word: value * idf(len(sparse), frequency[word]) for word, value in query.items() if word in frequency}
    for name, weights in sparse.items():
        if common := weighted.keys() & weights.keys():
            yield name, sum(weighted[word] * weights[word] for word in common)


def _weights(words: Words) -> dict[int, float]:
    return dict(zip(words.indices.tolist(), words.values.tolist(), strict=True))


def _unit(vectors: Floats) -> Floats:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(norms > 0, norms, 1), np.float32)


def _best(scored: Iterable[tuple[str, float]], limit: int) -> list[Hit]:
    ranked = sorted((-score, name) for name, score in scored)
    return [Hit(name, -score) for score, name in ranked[:limit]]
