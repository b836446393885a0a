"""Mend an index: what is damaged of it is dropped, and made again of a copy or of the files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.books.ledger import Ledger, Record
from indexer.books.opening import load_embedder, open_index
from indexer.files.scan import Scan
from indexer.pipeline import Pipeline
from lineage.errors import UsageError
from lineage.protocols import Store
from lineage.read.places import is_list, is_remote
from lineage.records import Entry
from lineage.settings import Settings
from lineage.store import is_url

BATCH = 256  # entries asked of a copy at once

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """What became of an index.

    Attributes:
        restored: assets that a copy had
        read: assets that were made again of their files
        left: paths of files that could not be read, are gone, or lie elsewhere; a next `lineage index` reads what is
            still there
        kept: where that lies which could not be opened; empty where all was
    """

    restored: int
    read: int
    left: Sequence[str]
    kept: str = ""


def rebuild(settings: Settings) -> Path | None:
    """Write what is sound of an embedded index anew; a server sees to its own files. See `lineage.store.rebuild`."""
    if is_url(settings.store):
        return None
    from lineage.store.rebuild import rebuild as write_anew

    return write_anew(Path(settings.store))


def repair(
    settings: Settings, damaged: Collection[str], *, copy: Store | None = None, progress: Progress = lambda _: None
) -> Repaired:
    """Bring back what an index has lost.

    Args:
        settings: name the index, which is `rebuild` already
        damaged: ids of entries that are in it and not sound
        copy: an index that has what is lost; None: files are read
        progress: called with the number of files read since the last call

    Raises:
        UsageError: the copy was written by another backbone
        StoreError: the store is gone; the next repair goes on
    """
    with open_index(settings, writing=True) as (store, ledger):
        store.delete([*damaged])
        store.flush()
        held = {key for ids in store.ids() for key in ids}
        lost = [record for record in ledger.records() if record.asset and record.asset not in held]
        back = _restore(copy, store, lost) if copy else set[str]()
        rest = [record for record in lost if record.asset not in back]
        ledger.drop(record.location for record in rest)  # so that they are read, now or by a next run
        _read(settings, store, ledger, _files(rest), progress)
        there = {key for ids in store.ids() for key in ids}
    return Repaired(
        restored=len(back),
        read=len({record.asset for record in rest} & there),
        left=tuple(record.location.path for record in rest if record.asset not in there),
    )


def _restore(copy: Store, store: Store, lost: Iterable[Record]) -> set[str]:
    one, other = copy.stamp, store.stamp
    if (one.backbone, one.weights, one.dim) != (other.backbone, other.weights, other.dim):
        raise UsageError(
            f"the copy was made with backbone {one.backbone} and other weights; it cannot restore this one"
        )
    ids = sorted({record.asset for record in lost})
    back: set[str] = set()
    for start in range(0, len(ids), BATCH):
        found: dict[str, Entry] = dict(copy.entries(ids[start : start + BATCH]))
        store.upsert([*found.values()])
        back |= set(found)
    store.flush()
    return back


def _files(records: Iterable[Record]) -> dict[str, list[str]]:
    """Root → paths below it, of those that lie in folders of this machine and are still there."""
    found: dict[str, list[str]] = defaultdict(list)
    for record in records:
        root, path = record.location.root, record.location.path
        if not (is_remote(root) or is_remote(path) or is_list(root)) and Path(root, path).is_file():
            found[root].append(path)
    return dict(found)


def _read(settings: Settings, store: Store, ledger: Ledger, files: dict[str, list[str]], progress: Progress) -> None:
    if not files:
        return
    scans = [Scan(Path(root), only=paths) for root, paths in files.items()]
    pipeline = Pipeline(store=store, ledger=ledger, embedder=load_embedder(settings), settings=settings)
    pipeline.fill(scans, progress=progress)
