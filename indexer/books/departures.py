"""Files that have gone: their assets lose a location, and go with the last one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from indexer.books.ledger import Ledger, Record, join_path
from indexer.files import roots
from indexer.files.scan import surely_gone
from indexer.files.targets import Scanning
from lineage.protocols import Store
from lineage.read.places import is_remote
from lineage.records import Asset, Location

BATCH = 256  # assets asked for at once


@dataclass(frozen=True, slots=True)
class Departures:
    """What follows from files that have gone.

    Attributes:
        locations: where they lay
        lost: those of them that were stored, by asset
        staying: the assets that lie elsewhere too, without these locations
        leaving: ids of the assets that lay nowhere else
    """

    locations: tuple[Location, ...]
    lost: Mapping[str, Sequence[Location]]
    staying: tuple[Asset, ...]
    leaving: tuple[str, ...]


def find(store: Store, ledger: Ledger, scan: Scanning, *, only: Iterable[str] = ("",)) -> Departures:
    """Look which of the known files are gone.

    Args:
        store, ledger: of the index
        scan: of the library, at its end
        only: paths of files and folders in it to look at
    """
    known = (record for path in only for record in ledger.below(str(scan.root), path))
    records = {record.location: record for record in known if scan.gone(_seen_from(str(scan.root), record.location))}
    lost: dict[str, list[Location]] = defaultdict(list)
    for location, record in records.items():
        lost[record.asset].append(location)
    lost.pop("", None)  # those that failed
    return Departures(tuple(records), lost, *without_places(store, lost))


def credible(departures: Departures, store: Store, root: Path) -> tuple[Departures, tuple[Path, ...]]:
    """Departures without what lay in emptied folders that assets would leave with, and these folders.

    A folder whose assets all lie elsewhere too loses nothing that cannot be found again: they were moved, or are
    copies.
    """

    emptied = cache(partial(roots.nearest_emptied, root))

    def whence(location: Location) -> Path | None:
        return emptied(_seen_from(str(root), location).rpartition("/")[0])

    places = (location for asset in departures.leaving for location in departures.lost[asset])
    doubtful = {folder for folder in map(whence, places) if folder}
    if not doubtful:
        return departures, ()
    sure = {location: None for location in departures.locations if whence(location) not in doubtful}
    left = {asset: [one for one in places if one in sure] for asset, places in departures.lost.items()}
    lost = {asset: places for asset, places in left.items() if places}
    return Departures(tuple(sure), lost, *without_places(store, lost)), tuple(sorted(doubtful))


def without_places(store: Store, lost: Mapping[str, Sequence[Location]]) -> tuple[tuple[Asset, ...], tuple[str, ...]]:
    """Assets that lose places, by their ids → those that lie elsewhere too, without them, and ids of all others."""
    left = [without(asset, lost[asset.id]) for asset in _assets(store, sorted(lost))]
    return tuple(asset for asset in left if asset.locations), tuple(asset.id for asset in left if not asset.locations)


def carry_out(departures: Departures, store: Store, ledger: Ledger) -> None:
    """The store first: after a crash in between, the next look finds the same files gone."""
    store.relocate(departures.staying)
    store.delete(departures.leaving)
    store.flush()
    ledger.drop(departures.locations)


def moved_from(ledger: Ledger, location: Location, *, besides: Collection[Location] = ()) -> Record | None:
    """The stored file that this one was, as far as can be told without reading it: of the same size and time.

    Only where nothing is left at the old place: while a run may still read a file there that has changed, its former
    asset may go, and could not be made again of bytes that were not decoded.

    Args:
        ledger: of the index
        location: of a file that was not there before
        besides: what other files were
    """
    alike = {one.location: one for one in ledger.looking_like(location) if one.location not in besides}
    here = (one for one in alike if not is_remote(one.root))
    return next((alike[one] for one in here if surely_gone(one.root, one.path)), None)


def forget_failures(ledger: Ledger, scan: Scanning) -> None:
    """Drop what is known of files that failed and are gone; no asset hangs on them.

    Args:
        ledger: of the index
        scan: of the library, at its end
    """
    root = str(scan.root)
    failed = (record.location for record in ledger.failed_below(root))
    ledger.drop([location for location in failed if scan.gone(_seen_from(root, location))])


def _seen_from(root: str, location: Location) -> str:
    """The path of a file relative to this root, whatever root it was indexed by."""
    if location.root == root:
        return location.path
    return join_path(location.root, location.path)[len(join_path(root, "x")) - 1 :]


def _assets(store: Store, ids: list[str]) -> Iterator[Asset]:
    for start in range(0, len(ids), BATCH):
        yield from store.assets(ids[start : start + BATCH]).values()


def without(asset: Asset, locations: Iterable[Location]) -> Asset:
    """The asset as if it did not lie at these places."""
    places = {(location.root, location.path) for location in locations}
    return replace(asset, locations=tuple(other for other in asset.locations if (other.root, other.path) not in places))
