"""The index as one post sees it: what several stages look at is read for the first of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lineage.protocols import Lookup
from lineage.records import Entry, Floats, Hashes, Hit, Words


class ReadOnce:
    """A `Lookup` that reads no entry twice; for as long as one post is looked at, because an index changes.

    Args:
        store: the index
    """

    def __init__(self, store: Lookup) -> None:
        self._store = store
        self._read: dict[str, Entry] = {}

    def entries(self, ids: Sequence[str]) -> Mapping[str, Entry]:
        """See `Lookup`."""
        if fresh := [key for key in ids if key not in self._read]:
            self._read |= self._store.entries(fresh)
        return {key: self._read[key] for key in ids if key in self._read}

    def search_vectors(self, vectors: Floats, *, limit: int) -> Sequence[Sequence[Hit]]:
        """See `Lookup`."""
        return self._store.search_vectors(vectors, limit=limit)

    def search_words(self, words: Sequence[Words], *, limit: int) -> Sequence[Sequence[Hit]]:
        """See `Lookup`."""
        return self._store.search_words(words, limit=limit)

    def search_hashes(self, hashes: Sequence[Hashes], *, limit: int) -> Sequence[Sequence[Hit]]:
        """See `Lookup`."""
        return self._store.search_hashes(hashes, limit=limit)
