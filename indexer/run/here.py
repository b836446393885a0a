"""This machine reads and fingerprints: worker processes prepare, this process embeds what they prepared."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Self

from indexer.run.embedding import embed
from indexer.run.reach import while_in_reach
from indexer.run.workers import Job, Workers
from indexer.run.writer import Batch
from lineage.machine.stopwatch import Stopwatch
from lineage.protocols import Embedder
from lineage.read.cost import memory_for
from lineage.settings import Settings

BATCH = 32  # pictures embedded at once; larger batches gain nothing on a CPU


class ThisMachine:
    """A context manager, with the verbs of `Cluster`.

    Args:
        settings: how many workers, and for how long
        embedder: of the index
        watch: gets the stage embed

    Attributes:
        count: processes that read
    """

    def __init__(self, settings: Settings, embedder: Embedder, watch: Stopwatch) -> None:
        self._workers = Workers(
            settings.workers, limit=settings.decode_seconds, memory=memory_for(settings.pixel_limit)
        )
        self._embedder, self._watch = embedder, watch
        self.count = self._workers.count

    @property
    def seconds(self) -> Mapping[str, float]:
        """Stage → seconds, of all processes that read together."""
        return self._workers.seconds

    def __enter__(self) -> Self:
        self._workers.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._workers.__exit__(*error)

    def batches(self, jobs: Iterable[Job]) -> Iterator[Batch]:
        """What came of the jobs, in their order; `RemoteError` where a place of theirs went away."""
        outcomes = while_in_reach(self._workers.outcomes(jobs))
        while some := list(itertools.islice(outcomes, BATCH)):
            with self._watch.stage("embed"):
                fingerprints = embed(some, self._embedder)
            yield Batch(some, fingerprints)
