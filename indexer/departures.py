"""Files that have gone: their assets lose a location, and go with the last one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.ledger import Ledger, Record
from indexer.writer import without
from lineage.protocols import Store
from lineage.records import Asset, Location

BATCH = 256  # assets asked for at once


@dataclass(frozen=True, slots=True)
class Departures:
    """What follows from files that have gone.

    Attributes:
        locations: where they lay
        staying: the assets that lie elsewhere too, without these locations
        leaving: ids of the assets that lay nowhere else
    """

    locations: tuple[Location, ...]
    staying: tuple[Asset, ...]
    leaving: tuple[str, ...]


def find(store: Store, ledger: Ledger, root: str, *, only: Iterable[str] = ("",)) -> Departures:
    """Look which of the known files are gone.

    Args:
        store, ledger: of the index
        root: the folder that was indexed, as `Scan.root` names it
        only: paths of files and folders in it to look at
    """
    records = {record.location: record for path in only for record in ledger.below(root, path) if _gone(record)}
    lost: dict[str, list[Location]] = defaultdict(list)
    for location, record in records.items():
        lost[record.asset].append(location)
    left = [without(asset, lost[asset.id]) for asset in _assets(store, sorted(lost.keys() - {""}))]
    return Departures(
        locations=tuple(records),
        staying=tuple(asset for asset in left if asset.locations),
        leaving=tuple(asset.id for asset in left if not asset.locations),
    )


def carry_out(departures: Departures, store: Store, ledger: Ledger) -> None:
    """The store first: after a crash in between, the next look finds the same files gone."""
    store.relocate(departures.staying)
    store.delete(departures.leaving)
    store.flush()
    ledger.drop(departures.locations)


def _assets(store: Store, ids: list[str]) -> Iterator[Asset]:
    for start in range(0, len(ids), BATCH):
        yield from store.assets(ids[start : start + BATCH]).values()


def _gone(record: Record) -> bool:
    """Whether it is certain that there is no such file; one that cannot be looked at may be there."""
    try:
        Path(record.location.root, record.location.path).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
