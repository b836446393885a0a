"""One of the actors of a cluster: reads, prepares and embeds files, and writes what is new to the server.

What it hands back is small where the index lies on a server, because the fingerprints are there by then. An embedded
index is open in one process only; there the fingerprints travel to that process.
"""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from indexer.run.embedding import embed
from indexer.run.here import BATCH
from indexer.run.reach import while_in_reach
from indexer.run.workers import Job, Outcome, Workers
from indexer.run.writer import Batch
from lineage.backbones.load import load
from lineage.build import backbone_of, new_stamp
from lineage.errors import LineageError
from lineage.machine.stopwatch import Stopwatch
from lineage.read.cost import memory_for
from lineage.records import Asset, Entry, Fingerprint, Location, Stamp, asset_id
from lineage.settings import Settings
from lineage.store import is_url
from lineage.store.stamps import require_stamp

if TYPE_CHECKING:
    import pyarrow as pa

    from lineage.protocols import Embedder
    from lineage.store.server import ServerStore


@dataclass(frozen=True, slots=True)
class Task:
    """What an actor needs to know.

    Attributes:
        settings: name store and backbone
        stamp: of the index
        readers: processes that it reads with
    """

    settings: Settings
    stamp: Stamp
    readers: int


class Fingerprinter:
    """Maps rows of jobs to one row with a `Batch`, or with the error that ends the run."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._workers = Workers(
            task.readers, limit=task.settings.decode_seconds, memory=memory_for(task.settings.pixel_limit)
        )
        self._parts: tuple[Embedder, ServerStore | None] | None = None

    def __call__(self, rows: pa.Table) -> pa.Table:
        """Column `job`: pickled `Job`, N rows → column `done`: pickled `Batch` or `LineageError`, one row."""
        import pyarrow as pa

        try:
            done: Batch | LineageError = self._batch([pickle.loads(job) for job in rows["job"].to_pylist()])
        except LineageError as error:
            done = error  # raised here it would be tried again, and reach the user as a page of text
        return pa.table({"done": [pickle.dumps(done)]})

    def _batch(self, jobs: Sequence[Job]) -> Batch:
        embedder, store = self._opened()
        watch = Stopwatch()
        outcomes = while_in_reach(self._workers.outcomes(jobs))
        parts = [self._part(some, embedder, store, watch) for some in _portions(outcomes)]
        return Batch(
            outcomes=[replace(outcome, prepared=None) for part in parts for outcome in part.outcomes],
            fingerprints={key: one for part in parts for key, one in part.fingerprints.items()},
            entered=frozenset().union(*(part.entered for part in parts)),
            seconds=watch.seconds,
        )

    def _part(
        self, outcomes: Sequence[Outcome], embedder: Embedder, store: ServerStore | None, watch: Stopwatch
    ) -> Batch:
        with watch.stage("embed"):
            fingerprints = embed(outcomes, embedder)
        if store is None:
            return Batch(outcomes, fingerprints)
        with watch.stage("store"):
            entered = _enter(store, outcomes, fingerprints)
        # Those that are there already keep theirs: they may be dropped before they are booked.
        mine = {outcome.sha256 for outcome in outcomes if outcome.location in entered}
        return Batch(outcomes, {key: one for key, one in fingerprints.items() if key not in mine}, entered)

    def _opened(self) -> tuple[Embedder, ServerStore | None]:
        """Not in the constructor, whose errors Ray tries to overcome by trying again."""
        if self._parts is None:
            settings = self._task.settings
            embedder = load(backbone_of(settings), threads=max(1, self._task.readers // 2))
            require_stamp(settings.store, self._task.stamp, new_stamp(embedder))
            self._parts = (embedder, _server(settings) if is_url(settings.store) else None)
        return self._parts


def _server(settings: Settings) -> ServerStore:
    from lineage.store.collection import open_

    return open_(settings.store, server=settings.server)


def _enter(
    store: ServerStore, outcomes: Sequence[Outcome], fingerprints: Mapping[str, Fingerprint]
) -> frozenset[Location]:
    """Write the assets that are not there yet.

    Returns:
        Of the files whose asset lies nowhere but there: it was written now, or by a run that was cut off. Of equal
        files that several actors write at the same moment it is one.
    """
    first = {outcome.sha256: outcome for outcome in reversed(outcomes) if outcome.sha256 in fingerprints}
    entries = [Entry(_asset(outcome), fingerprints[key]) for key, outcome in first.items()]
    store.insert(entries)
    there = store.assets([entry.asset.id for entry in entries])
    return frozenset(
        entry.asset.locations[0]
        for entry in entries
        if entry.asset.id in there and there[entry.asset.id].locations == entry.asset.locations
    )


def _asset(outcome: Outcome) -> Asset:
    key = asset_id(outcome.sha256)
    return Asset(key, outcome.sha256, outcome.width, outcome.height, outcome.format, (outcome.location,))


def _portions(outcomes: Iterator[Outcome]) -> Iterator[list[Outcome]]:
    while some := list(itertools.islice(outcomes, BATCH)):
        yield some
