"""The index in this process, by Qdrant Edge.

Vectors are searched by scan: 4-bit codes, then the best, four times as many as asked for, again with the float16
originals. No graph is built.

What was written lately lies loose, in a form that can be changed and whose words are kept in memory. Every 25,000
points, and at the end, the engine packs it into segments that are read from disk. That takes .2 ms of a processor for
each point that is written anew, against 50 ms for making its fingerprint; nobody is answered meanwhile. A disk that has
no room for that lets points stay loose, which is said, and refused once they take 1.5 GB of memory.

The engine holds Python's global lock during every call, so writes go in small portions. It hangs when it is asked
after a fork, so that is refused.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from math import inf
from pathlib import Path
from typing import Any

from qdrant_edge import (
    CountRequest,
    EdgeShard,
    Filter,
    HasIdCondition,
    QueryBatchRequest,
    QueryRequest,
    ScrollRequest,
    UpdateOperation,
)

from lineage.errors import StoreError
from lineage.records import Asset, Entry, Floats, Hashes, Hit, Stamp, Words
from lineage.store import edge, schema
from lineage.store.holder import Hold
from lineage.store.paged import Paged
from lineage.store.room import TO_WRITE, may_pack, require_room

_PORTION = 64  # points per call, which blocks every other thread for some 30 to 60 ms
_FLUSH_POINTS = 2_000  # flushing every point costs a hundred times as much
_FLUSH_SECONDS = 2.0
_PACK_POINTS = 25_000  # loose points take 15 kB of memory each and are read whole when an index is opened
_MOST_LOOSE = 100_000  # points of one opening; those that were loose before are not counted
_LOG = logging.getLogger(__name__)


class EmbeddedStore(Paged):
    """A `Store` in a folder, for one process at a time; `lineage.store.folder` makes and opens it.

    Args:
        folder: of the index
        shard: the engine
        stamp: of the index
        hold: the right to have the folder open; None where another store has it
        seal: called when the engine has let go of its files: with the number of assets, and whether any were written
    """

    def __init__(
        self, folder: Path, shard: EdgeShard, stamp: Stamp, hold: Hold | None, *, seal: Callable[[int, bool], None]
    ) -> None:
        super().__init__()
        self.stamp = stamp
        self._folder = folder
        self._shard = shard
        self._hold = hold
        self._seal = seal
        self._wrote = False
        self._pid = os.getpid()
        self._closed = False
        self._unflushed = 0
        self._loose = 0
        self._told = False
        self._flushed_at = time.monotonic()

    def upsert(self, entries: Sequence[Entry]) -> None:
        """See `Store`; flushes every 2,000 points or two seconds."""
        schema.check(entries, dim=self.stamp.dim)
        for start in range(0, len(entries), _PORTION):
            self._require_room()
            points = [edge.point(entry) for entry in entries[start : start + _PORTION]]
            self._write(UpdateOperation.upsert_points(points), len(points))

    def relocate(self, assets: Sequence[Asset]) -> None:
        """See `Store`."""
        self._require_room()
        for asset in assets:
            # By filter, because an unknown id would otherwise be an error.
            which = Filter(must=[HasIdCondition(set(schema.point_ids([asset.id])))])
            record = {schema.ASSET: schema.asset_record(asset)}
            self._write(UpdateOperation.set_payload_by_filter(which, record), 1)

    def delete(self, ids: Sequence[str]) -> None:
        """See `Store`."""
        self._write(UpdateOperation.delete_points(schema.point_ids(ids)), len(ids))

    def count(self) -> int:
        """See `Store`."""
        with self._engine() as shard:
            return shard.count(CountRequest(exact=True))

    def search_vectors(self, vectors: Floats, *, limit: int) -> Sequence[Sequence[Hit]]:
        """See `Store`."""
        schema.check_queries(vectors, dim=self.stamp.dim)
        return self._ask([edge.nearest(vector, limit=limit) for vector in vectors], highest=1.0)

    def search_words(self, words: Sequence[Words], *, limit: int) -> Sequence[Sequence[Hit]]:
        """See `Store`; until the next opening the IDF still counts assets that were deleted."""
        return self._ask([edge.sharing(query, limit=limit) for query in words])

    def search_hashes(self, hashes: Sequence[Hashes], *, limit: int) -> Sequence[Sequence[Hit]]:
        """See `Store`; one question tells whether any hash is equal, and of most posts none is."""
        with self._engine() as shard:
            if not shard.scroll(edge.equal(hashes, limit=1))[0]:
                return [[] for _ in hashes]
            found = [shard.scroll(edge.equal([mine], limit=limit))[0] for mine in hashes]
        return [[Hit(str(record.id), 1.0) for record in records] for records in found]

    def flush(self) -> None:
        """See `Store`."""
        with self._engine() as shard:
            shard.flush()
        self._unflushed = 0
        self._flushed_at = time.monotonic()

    def close(self) -> None:
        """See `Store`; in a forked child it does nothing, because the files are the parent's."""
        if self._closed or self._pid != os.getpid():
            return
        count = None
        try:
            if self._unflushed:
                self.flush()
            if self._loose:
                self._pack()
            with suppress(StoreError):  # whose disk is away stays unsealed
                count = self.count()
        finally:
            self._closed = True
            try:
                with edge.errors(self._folder):
                    self._shard.close()
                if count is not None:
                    with suppress(OSError):
                        self._seal(count, self._wrote)
            finally:
                if self._hold:
                    self._hold.release()

    @contextmanager
    def _engine(self) -> Iterator[EdgeShard]:
        if self._closed:
            raise StoreError(f"the index at {self._folder} has been closed")
        if self._pid != os.getpid():
            raise StoreError(
                f"the index at {self._folder} was opened before this process was forked; open it again in it"
            )
        with edge.errors(self._folder):
            yield self._shard

    def _pages(self, size: int, *, whole: bool) -> Iterator[list[Any]]:
        start: Any = None
        while True:
            try:
                records, following = self._page(start, size, whole=whole)
            except edge.EngineFault:  # one that cannot be unpacked spoils its page
                bare, following = self._page(start, size, whole=False)
                records = [*self._some([str(record.id) for record in bare], whole=whole)]
            if records:
                yield records
            if (start := following) is None:
                return

    def _page(self, start: Any, size: int, *, whole: bool) -> tuple[list[Any], Any]:  # noqa: ANN401 - the engine's
        request = ScrollRequest(offset=start, limit=size, with_payload=whole, with_vector=whole)
        with self._engine() as shard:
            return shard.scroll(request)

    def _some(self, ids: Sequence[str], *, whole: bool) -> Sequence[Any]:
        wanted = schema.point_ids(ids)
        try:
            return self._retrieved(wanted, payload=True if whole else [schema.ASSET], vector=whole)
        except edge.EngineFault:
            # One that cannot be unpacked is handed out bare, as what it is: damaged.
            return [record for one in wanted for record in self._whatever_is_left(one, whole=whole)]

    def _whatever_is_left(self, one: schema.PointId, *, whole: bool) -> Sequence[Any]:
        try:
            return self._retrieved([one], payload=True if whole else [schema.ASSET], vector=whole)
        except edge.EngineFault:
            return self._retrieved([one], payload=False, vector=False)

    def _retrieved(self, ids: list[schema.PointId], *, payload: bool | list[str], vector: bool) -> list[Any]:
        with self._engine() as shard:
            found: list[Any] = shard.retrieve(ids, with_payload=payload, with_vector=vector)
        return found

    def _ask(self, questions: list[QueryRequest], *, highest: float = inf) -> list[list[Hit]]:
        with self._engine() as shard:
            answers = shard.query_batch(QueryBatchRequest(questions))
        return [schema.hits(points, highest=highest) for points in answers]

    def _write(self, operation: UpdateOperation, points: int) -> None:
        with self._engine() as shard:
            shard.update(operation)
        self._wrote = True
        self._unflushed += points
        self._loose += points
        if self._unflushed >= _FLUSH_POINTS or time.monotonic() - self._flushed_at >= _FLUSH_SECONDS:
            self.flush()
        if self._loose >= _PACK_POINTS:
            self._pack()

    def _require_room(self) -> None:
        require_room(self._folder, TO_WRITE)
        if self._loose >= _MOST_LOOSE and not may_pack(self._folder):
            raise StoreError(
                f"the disk under the index at {self._folder} has no room for packing, and {self._loose} assets were "
                "written that stay in memory until then; make room and run again"
            )

    def _pack(self) -> None:
        """Let the engine pack what lies loose into segments that are read from disk, if it is enough to be worth it."""
        if may_pack(self._folder):
            with self._engine() as shard:
                shard.optimize()
            self._loose = 0
        elif self._loose >= _PACK_POINTS and not self._told:
            self._told = True
            _LOG.warning(
                "the disk under the index at %s has no room for packing what was written, so that each further asset "
                "takes 15 kB of memory; make room",
                self._folder,
            )
