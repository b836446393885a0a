"""The one place that knows the order of an index run: scan → prepare → embed → store → ledger."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from indexer.ledger import Ledger, Record
from indexer.reach import while_in_reach
from indexer.scan import surely_gone
from indexer.targets import Scanning, Target, scans
from indexer.workers import Job, Workers
from indexer.writer import Writer
from lineage.places import is_remote
from lineage.protocols import Embedder, Store
from lineage.records import Location
from lineage.settings import Settings

BATCH = 32  # pictures embedded at once; larger batches gain nothing on a CPU

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """What an index run did.

    Attributes:
        found: pictures met by the scan
        added: new assets
        moved: files that lay elsewhere before, told by size, time and bytes, and where no file is any more
        located: files whose bytes another file of the index has already
        unchanged: files not read, or read and found to hold the same bytes as before
        failed: (path, reason) of each file that could not be read, those of earlier runs that have not changed included
        skipped: number of files and folders left out by the scan, by reason
        seconds: wall time
    """

    found: int
    added: int
    moved: int
    located: int
    unchanged: int
    failed: tuple[tuple[str, str], ...]
    skipped: dict[str, int]
    seconds: float


class Pipeline:
    """Fills a store from folders. Owns neither store nor ledger: the caller opens and closes them."""

    def __init__(self, *, store: Store, ledger: Ledger, embedder: Embedder, settings: Settings) -> None:
        self._store = store
        self._ledger = ledger
        self._embedder = embedder
        self._settings = settings

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

    def fill(self, found: Sequence[Scanning], *, retry: bool = False, progress: Progress = lambda _: None) -> Summary:
        """As `run`, for what these scans find."""
        began = time.monotonic()
        tally = _Tally()
        with Workers(self._settings.workers) as workers, Writer(self._store, self._ledger, self._embedder) as writer:
            jobs = self._jobs(found, tally, retry=retry, progress=progress)
            outcomes = while_in_reach(workers.outcomes(jobs))
            while batch := list(itertools.islice(outcomes, BATCH)):
                writer.write(batch)
                progress(len(batch))
        return Summary(
            found=tally.found,
            added=writer.added,
            moved=writer.moved,
            located=writer.located,
            unchanged=tally.unchanged + writer.unchanged,
            failed=(*tally.failed, *writer.failed),
            skipped=dict(sorted(sum((scan.skipped for scan in found), Counter[str]()).items())),
            seconds=time.monotonic() - began,
        )

    def _jobs(self, found: Iterable[Scanning], tally: _Tally, *, retry: bool, progress: Progress) -> Iterator[Job]:
        for location in itertools.chain.from_iterable(found):
            tally.found += 1
            record = self._ledger.find(location.root, location.path)
            if record is None or record.location != location or (retry and record.failure):
                yield self._job(location, record)
                continue
            if record.failure:
                tally.failed.append((location.path, record.failure))
            else:
                tally.unchanged += 1
            progress(1)

    def _job(self, location: Location, record: Record | None) -> Job:
        former = record or self._moved(location)
        stored = former is not None and former.asset in self._store.assets([former.asset])
        known = former.sha256 if former and stored else ""
        settings = self._settings
        return Job(location, known, settings.asset_longest, self._embedder.spec.input_size, settings.pixel_limit)

    def _moved(self, location: Location) -> Record | None:
        """The file that this one was, as far as can be told without reading it."""
        # Only where nothing is left at the old place: while this run may still read a file there that has changed, its
        # former asset may go, and could not be made again of bytes that were not decoded.
        alike = (one for one in self._ledger.looking_like(location) if not is_remote(one.location.root))
        return next((one for one in alike if surely_gone(one.location.root, one.location.path)), None)


@dataclass(slots=True)
class _Tally:
    """Counts of the files that need no reading."""

    found: int = 0
    unchanged: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
