"""The one place that knows the order of an index run: scan → prepare → embed → store → ledger.

Three parts work beside each other: worker processes that read and prepare; this process, which scans and embeds; and a
thread of it that writes. None waits for another until it has work for some seconds ahead, and what is ahead is bounded.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field

from indexer.books import departures
from indexer.books.catching_up import catch_up
from indexer.books.due import Due, Progress
from indexer.books.ledger import Ledger
from indexer.files.targets import Scanning, Target, scans
from indexer.run.background import Background
from indexer.run.cluster import Cluster
from indexer.run.here import ThisMachine
from indexer.run.profile import Part, Profile, peak_memory, processor_seconds, processors_used
from indexer.run.workers import Job
from indexer.run.writer import Writer
from lineage.machine.stopwatch import Stopwatch
from lineage.protocols import Embedder, Store
from lineage.records import Location
from lineage.settings import Settings

BEHIND = 2  # batches that may wait to be written


@dataclass(frozen=True, slots=True)
class Summary:
    """What an index run did.

    Attributes:
        found: pictures met by the scan
        added: new assets
        moved: files that lay elsewhere before, where no file is any more; told by size, time and bytes
        located: files whose bytes another file of the index has already
        unchanged: files not read, or read and found to hold the same bytes as before
        failed: (path, reason) of each file that could not be read, those of earlier runs that have not changed included
        skipped: number of files and folders left out by the scan, by reason
        unsupported: paths of the files among them that are of no supported type
        missing: assets that earlier runs had stored and the index had lost; a run that meets their files, this one or a
            later one, stores them again
        seconds: wall time
        profile: where it went
    """

    found: int
    added: int
    moved: int
    located: int
    unchanged: int
    failed: tuple[tuple[str, str], ...]
    skipped: dict[str, int]
    unsupported: tuple[str, ...]
    missing: int
    seconds: float
    profile: Profile = field(repr=False)

    def as_json(self) -> dict[str, object]:
        """What `lineage index --json` prints of it, without its profile; names are stable."""
        record = asdict(self)
        del record["profile"]
        return record


class Pipeline:
    """Fills a store from folders. Owns neither store nor ledger: the caller opens and closes them.

    Args:
        store, ledger: of the index
        embedder: of its backbone
        settings: how files are decoded
        cluster: reads and embeds in place of this machine
    """

    def __init__(
        self, *, store: Store, ledger: Ledger, embedder: Embedder, settings: Settings, cluster: Cluster | None = None
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._embedder = embedder
        self._settings = settings
        self._cluster = cluster

    def run(self, targets: Sequence[Target], *, retry: bool = False, progress: Progress = lambda _: None) -> Summary:
        """Index files and folders. Whatever ends the run, what was embedded before is stored and remembered.

        Args:
            targets: files and folders, here or elsewhere, and lists of addresses
            retry: read files again that failed before, even if they have not changed
            progress: called with the number of files done since the last call

        Raises:
            UsageError: a target does not exist
            RemoteError: a remote one cannot be reached, or no longer
            StoreError: the store is gone; a next run goes on from the last checkpoint
        """
        return self.fill(scans(targets), retry=retry, progress=progress)

    def fill(
        self,
        found: Sequence[Scanning],
        *,
        missing: int | None = None,
        retry: bool = False,
        progress: Progress = lambda _: None,
    ) -> Summary:
        """As `run`, for what these scans find; `missing` is what `catch_up` has said, where the caller has asked it."""
        began, used, watch = time.monotonic(), processor_seconds(), Stopwatch()
        if missing is None:
            missing = catch_up(self._store, self._ledger)
        roots = [str(scan.root) for scan in found]
        self._ledger.begin(roots)
        due = Due(self._store, self._ledger, watch, retry=retry, progress=progress)
        machines = self._cluster or ThisMachine(self._settings, self._embedder, watch)
        writer = Writer(self._store, self._ledger)
        with machines, writer, Background(writer.write, depth=BEHIND) as background:
            jobs = self._jobs(due.among(itertools.chain.from_iterable(found)))
            for batch in machines.batches(jobs):
                background.put(batch)
                progress(len(batch.outcomes))
            memory = peak_memory()
        for scan in found:
            departures.forget_failures(self._ledger, scan)
        self._ledger.end(roots)
        wall = time.monotonic() - began
        parts = (
            Part("workers", machines.count, machines.seconds, wall),
            Part("network", 1, watch.seconds, wall),
            Part("writer", 1, writer.watch.seconds, wall),
        )
        return Summary(
            found=due.found,
            added=writer.added,
            moved=writer.moved,
            located=writer.located,
            unchanged=due.unchanged + writer.unchanged,
            failed=(*due.failed, *writer.failed),
            skipped=dict(sorted(sum((scan.skipped for scan in found), Counter[str]()).items())),
            unsupported=tuple(path for scan in found for path in scan.unsupported),
            missing=missing,
            seconds=wall,
            profile=Profile(
                parts,
                pictures=due.read,
                processors=processors_used(processor_seconds() - used, wall=wall),
                memory=memory,
            ),
        )

    def _jobs(self, due: Iterable[tuple[Location, str]]) -> Iterator[Job]:
        settings, size = self._settings, self._embedder.spec.input_size
        for location, known in due:
            yield Job(location, known, settings.asset_longest, size, settings.pixel_limit)
