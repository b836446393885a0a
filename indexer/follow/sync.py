"""Make the index hold what a library holds now: new, changed, moved and deleted files."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from indexer.books import departures
from indexer.books.catching_up import catch_up
from indexer.books.due import Progress
from indexer.books.ledger import Ledger
from indexer.files import roots
from indexer.files.targets import Target, scan
from indexer.pipeline import Pipeline, Summary
from lineage.errors import UsageError
from lineage.protocols import Embedder, Store
from lineage.settings import Settings


@dataclass(frozen=True, slots=True)
class Synced:
    """What a synchronisation did.

    Attributes:
        summary: of the files that are there
        gone: known files that are there no more and were not moved, by way of whatever folder they were indexed
        dropped: assets that lay nowhere else and were dropped
        withheld: assets that lay nowhere else and were kept, because they are too many to believe it, or because the
            folders that they lay in are there and have nothing left
        emptied: these folders; empty where they are too many
    """

    summary: Summary
    gone: int
    dropped: int
    withheld: int
    emptied: tuple[Path, ...] = ()


class Library:
    """A folder, or a place elsewhere, and its index. Owns neither store nor ledger."""

    def __init__(self, root: Target, *, store: Store, ledger: Ledger, embedder: Embedder, settings: Settings) -> None:
        self._root = root
        self._store = store
        self._ledger = ledger
        self._pipeline = Pipeline(store=store, ledger=ledger, embedder=embedder, settings=settings)

    def sync(
        self,
        *,
        only: Collection[str] = (),
        max_gone: float,
        emptied: bool = False,
        progress: Progress = lambda _: None,
    ) -> Synced:
        """Index what is new or changed, then drop what is gone; in this order, so that what was moved keeps its asset.

        Args:
            only: paths of files and folders, relative to the root, to look at; nothing: all
            max_gone: share of the known assets, 0..1, above which their going is not believed
            emptied: believe it even of a folder on this machine that has nothing left, be it the root or in it
            progress: called with the number of files done since the last call

        Raises:
            UsageError: the folder is not there, or has nothing left
            RemoteError: the place cannot be reached
            StoreError: the store is gone; a next run goes on from the last checkpoint
        """
        found = scan(self._root, only=only)
        missing = catch_up(self._store, self._ledger, whole=not only)
        known = self._ledger.count_assets(str(found.root))
        if known and not emptied and isinstance(found.root, Path) and roots.bare(found.root):
            raise UsageError(
                f"{found.root}: no pictures are left where the index knows {known}, and none was dropped; "
                f"is everything mounted? If so: lineage sync {found.root} --max-gone 1"
            )
        summary = self._pipeline.fill([found], missing=missing, progress=progress)
        left = departures.find(self._store, self._ledger, found, only=only or ("",))
        if len(left.leaving) > max_gone * known:
            return Synced(summary, len(left.locations), 0, len(left.leaving))
        doubtful: tuple[Path, ...] = ()
        sure = left
        if isinstance(found.root, Path) and not emptied:
            sure, doubtful = departures.credible(left, self._store, found.root)
        departures.carry_out(sure, self._store, self._ledger)
        withheld = len(left.leaving) - len(sure.leaving)
        return Synced(summary, len(left.locations), len(sure.leaving), withheld, doubtful)
