"""Which of the files that a scan finds must be read."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping

from indexer.books.departures import moved_from
from indexer.books.ledger import Ledger, Record
from lineage.machine.stopwatch import Stopwatch
from lineage.protocols import Store
from lineage.records import Location

AT_ONCE = 64  # files that are looked up together, which a server answers as fast as one

Progress = Callable[[int], None]


class Due:
    """Tells the files that are new or changed from the others, which it counts.

    Args:
        store, ledger: what is known of them
        watch: is told how long finding and looking up took, as stage `scan`
        retry: read files again that failed before, even if they have not changed
        progress: called with the number of files that need no reading

    Attributes:
        found: files met so far
        read: those among them that are new or changed
        unchanged: those that need no reading
        failed: (path, reason) of those that failed before and have not changed
    """

    def __init__(self, store: Store, ledger: Ledger, watch: Stopwatch, *, retry: bool, progress: Progress) -> None:
        self.found = self.read = self.unchanged = 0
        self.failed: list[tuple[str, str]] = []
        self._store = store
        self._ledger = ledger
        self._watch = watch
        self._retry = retry
        self._progress = progress

    def among(self, locations: Iterable[Location]) -> Iterator[tuple[Location, str]]:
        """The files that must be read, in order, with the SHA-256 by which their bytes are known, or nothing."""
        rest = iter(locations)
        while True:
            with self._watch.stage("scan"):
                some = list(itertools.islice(rest, AT_ONCE))
                known = self._known(
                    {place: record for place in some if self._is_due(place, record := self._find(place))}
                )
            if not some:
                return
            self.found += len(some)
            self.read += len(known)
            self._progress(len(some) - len(known))
            yield from known.items()

    def _find(self, location: Location) -> Record | None:
        return self._ledger.find(location.root, location.path)

    def _is_due(self, location: Location, record: Record | None) -> bool:
        if record is None or record.location != location or (self._retry and record.failure):
            return True
        if record.failure:
            self.failed.append((location.path, record.failure))
        else:
            self.unchanged += 1
        return False

    def _known(self, due: Mapping[Location, Record | None]) -> dict[Location, str]:
        former = {place: record or moved_from(self._ledger, place) for place, record in due.items()}
        stored = self._store.assets([record.asset for record in former.values() if record and record.asset])
        return {place: one.sha256 if one and one.asset in stored else "" for place, one in former.items()}
