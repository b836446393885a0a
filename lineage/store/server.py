"""The index as a collection of a Qdrant server or cluster, through qdrant-client over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

from qdrant_client import QdrantClient, models

from lineage.records import Asset, Entry, Floats, Hashes, Hit, Stamp, Words
from lineage.store import schema, wire
from lineage.store.link import Link
from lineage.store.paged import Paged

_QUESTIONS = 64  # searches per request
_IDS = 4_096  # ids per request: 40 bytes each
_POINTS = 128  # whole entries per answer: some 6 MB


class ServerStore(Paged):
    """A `Store` in a collection; `lineage.store.collection` makes and opens it."""

    def __init__(self, client: QdrantClient, link: Link, collection: str, stamp: Stamp) -> None:
        super().__init__()
        self.stamp = stamp
        self._client = client
        self._call = link.call
        self._name = collection

    def upsert(self, entries: Sequence[Entry]) -> None:
        """See `Store`; returns when the server has written."""
        schema.check(entries, dim=self.stamp.dim)
        for points in wire.portions(entries):
            self._call(self._client.upsert, self._name, points, wait=True)

    def insert(self, entries: Sequence[Entry]) -> None:
        """Write those whose ids are not there yet and leave the others alone: for several who write at once."""
        schema.check(entries, dim=self.stamp.dim)
        once = models.UpdateMode.INSERT_ONLY
        for points in wire.portions(entries):
            self._call(self._client.upsert, self._name, points, wait=True, update_mode=once)

    def relocate(self, assets: Sequence[Asset]) -> None:
        """See `Store`."""
        for some in wire.slices(assets, _POINTS):
            changes = [wire.relocation(asset) for asset in some]
            self._call(self._client.batch_update_points, self._name, changes, wait=True)

    def delete(self, ids: Sequence[str]) -> None:
        """See `Store`."""
        for some in wire.slices(schema.point_ids(ids), _IDS):
            self._call(self._client.delete, self._name, models.PointIdsList(points=some), wait=True)

    def count(self) -> int:
        """See `Store`."""
        return self._call(self._client.count, self._name, exact=True).count

    def search_vectors(self, vectors: Floats, *, limit: int) -> Sequence[Sequence[Hit]]:
        """See `Store`."""
        schema.check_queries(vectors, dim=self.stamp.dim)
        return self._ask([wire.nearest(vector, limit=limit) for vector in vectors], highest=1.0)

    def search_words(self, words: Sequence[Words], *, limit: int) -> Sequence[Sequence[Hit]]:
        """See `Store`."""
        answers = iter(self._ask([wire.sharing(query, limit=limit) for query in words if len(query)]))
        return [next(answers) if len(query) else [] for query in words]

    def search_hashes(self, hashes: Sequence[Hashes], *, limit: int) -> Sequence[Sequence[Hit]]:
        """See `Store`."""
        found = self._ask([wire.equal(mine, limit=limit) for mine in hashes])
        return [[Hit(hit.id, 1.0) for hit in hits] for hits in found]

    def flush(self) -> None:
        """Every write has already waited for the server, which keeps its own log."""

    def close(self) -> None:
        """See `Store`."""
        self._client.close()

    def _pages(self, size: int, *, whole: bool) -> Iterator[list[models.Record]]:
        start = None
        while True:
            records, start = self._call(
                self._client.scroll, self._name, limit=size, offset=start, with_payload=whole, with_vectors=whole
            )
            if records:
                yield records
            if start is None:
                return

    def _ask(self, questions: Sequence[models.QueryRequest], *, highest: float = inf) -> list[list[Hit]]:
        answers: list[list[Hit]] = []
        for some in wire.slices(questions, _QUESTIONS):
            for response in self._call(self._client.query_batch_points, self._name, some):
                answers.append(schema.hits(response.points, highest=highest))
        return answers

    def _some(self, ids: Sequence[str], *, whole: bool) -> Iterator[models.Record]:
        payload: bool | list[str] = True if whole else [schema.ASSET]
        for some in wire.slices(schema.point_ids(ids), _POINTS):
            yield from self._call(self._client.retrieve, self._name, some, with_payload=payload, with_vectors=whole)
