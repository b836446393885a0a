"""Outcomes → store and ledger."""

from __future__ import annotations

import time
from collections.abc import Container, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Self

from indexer.books.departures import moved_from, without
from indexer.books.ledger import Ledger, Record
from indexer.run.workers import Outcome
from lineage.machine.stopwatch import Stopwatch
from lineage.protocols import Store
from lineage.records import Asset, Entry, Fingerprint, Location, asset_id

CHECKPOINT_SECONDS = 2.0  # the work that a crash may cost; flushing is cheap at this pace and ruinous per point


@dataclass(frozen=True, slots=True)
class Batch:
    """What is to be stored.

    Attributes:
        outcomes: of some files
        fingerprints: SHA-256 → fingerprint, of those that were decoded
        entered: places of files whose assets another writer has stored, with this one place; the books know nothing yet
        seconds: stage → seconds, where another machine has made it
    """

    outcomes: Sequence[Outcome]
    fingerprints: Mapping[str, Fingerprint]
    entered: Set[Location] = frozenset()
    seconds: Mapping[str, float] = field(default_factory=dict)


class Writer:
    """Stores what was read and embedded; a context manager that makes a last checkpoint on its way out.

    Attributes:
        added, located, unchanged, moved: see `Summary`
        failed: (path, reason)
        watch: seconds spent on store and ledger
    """

    def __init__(self, store: Store, ledger: Ledger) -> None:
        self.added = self.located = self.unchanged = self.moved = 0
        self.failed: list[tuple[str, str]] = []
        self.watch = Stopwatch()
        self._store = store
        self._ledger = ledger
        self._unsaved: list[Record] = []
        self._left: list[Location] = []  # where files that have moved lay
        self._saved_at = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._checkpoint()

    def write(self, batch: Batch) -> None:
        """Store a batch. An asset that loses its last location because its file changed is dropped."""
        with self.watch.stage("store"):
            self._note_failures([outcome for outcome in batch.outcomes if outcome.failure])
            self._store_assets([outcome for outcome in batch.outcomes if not outcome.failure], batch)
        if time.monotonic() - self._saved_at >= CHECKPOINT_SECONDS:
            self._checkpoint()

    def _note_failures(self, outcomes: Sequence[Outcome]) -> None:
        """A file that was read before and fails now keeps its asset: the failure may pass, the fingerprint is good."""
        for outcome in outcomes:
            location = outcome.location
            self.failed.append((location.path, outcome.failure))
            asset = self._former_asset(location)
            if not outcome.passing:
                self._unsaved.append(Record(location, asset=asset, failure=outcome.failure))

    def _store_assets(self, outcomes: Sequence[Outcome], batch: Batch) -> None:
        former = {outcome.location: self._former_asset(outcome.location) for outcome in outcomes}
        keys = {asset_id(outcome.sha256) for outcome in outcomes} | set(former.values()) - {""}
        known = self._store.assets(sorted(keys))
        outcomes = [one for one in outcomes if self._can_be_stored(one, known, batch)]
        assets = dict(known)
        fresh: dict[str, Outcome] = {}
        for outcome in outcomes:
            key, location = asset_id(outcome.sha256), outcome.location
            if (left := former[location]) != key and left in assets:
                assets[left] = without(assets[left], [location])
            if key not in assets:
                fresh[key] = outcome
                assets[key] = Asset(key, outcome.sha256, outcome.width, outcome.height, outcome.format, ())
                self.added += 1
            elif left == key:
                self.unchanged += 1
            elif location in batch.entered:
                self.added += 1
            elif outcome.sha256 not in batch.fingerprints:
                self.moved += 1
                assets[key] = without(assets[key], self._leave(location))
            else:
                self.located += 1
            assets[key] = _with(assets[key], location)
        self._store.upsert([Entry(assets[key], batch.fingerprints[outcome.sha256]) for key, outcome in fresh.items()])
        self._store.relocate(
            [asset for key, asset in assets.items() if asset.locations and asset != known.get(key, asset)]
        )
        self._store.delete([key for key, asset in assets.items() if not asset.locations])
        # Last: a run that ends above must not remember as stored what never was.
        self._unsaved += [Record(outcome.location, outcome.sha256, asset_id(outcome.sha256)) for outcome in outcomes]

    def _can_be_stored(self, outcome: Outcome, known: Container[str], batch: Batch) -> bool:
        """A file that was told by its bytes was not decoded; somebody else may have dropped its asset meanwhile."""
        there = outcome.sha256 in batch.fingerprints or asset_id(outcome.sha256) in known
        if not there:
            self.failed.append((outcome.location.path, "its asset was dropped meanwhile; run again"))
        return there

    def _former_asset(self, location: Location) -> str:
        record = self._ledger.find(location.root, location.path)
        return record.asset if record else ""

    def _leave(self, location: Location) -> list[Location]:
        """Where a file that was told by size, time and bytes lay before; nothing lies there now."""
        before = moved_from(self._ledger, location, besides=self._left)
        left = [before.location] if before else []
        self._left += left
        return left

    def _checkpoint(self) -> None:
        """The store first: a crash in between makes files be read again, never forgotten."""
        with self.watch.stage("store"):
            self._store.flush()
        with self.watch.stage("ledger"):
            self._ledger.write(self._unsaved)
            self._ledger.drop(self._left)
        self._unsaved.clear()
        self._left.clear()
        self._saved_at = time.monotonic()


def _with(asset: Asset, location: Location) -> Asset:
    """Add a location, or renew the one at the same place without changing the order."""
    place = (location.root, location.path)
    places = [(other.root, other.path) for other in asset.locations]
    if place not in places:
        return replace(asset, locations=(*asset.locations, location))
    renewed = (location if other == place else old for other, old in zip(places, asset.locations, strict=True))
    return replace(asset, locations=tuple(renewed))
