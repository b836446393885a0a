"""The ledger is a cache of what the store knows, and is brought in line with it where both may have come apart.

* A run that was cut off has stored what its ledger does not say. A file that changes before it is read again would
  leave its place in the asset that it was, for good.
* The store has lost assets that the ledger knows: a server was restored, or another machine has dropped some. Their
  files would count as unchanged for ever. Ids are compared, each with each, in 5 µs an asset.
* The ledger was lost with the machine that it lay on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from indexer.books.departures import without_places
from indexer.books.ledger import EVERYWHERE, Ledger, Record
from lineage.protocols import Store
from lineage.records import Asset, Location


def catch_up(store: Store, ledger: Ledger, *, whole: bool = True) -> int:
    """Make the ledger say what the store holds; where nothing speaks against it, ids alone are read.

    Args:
        store, ledger: of the index
        whole: see to all three; else to an earlier run that was cut off only

    Returns:
        How many assets the store has lost; their files will be read again.
    """
    missing = _forget_missing(store, ledger) if whole else 0
    if roots := ledger.begun():
        for ids in store.ids():
            _compare(store.assets(ids).values(), roots, store, ledger)
        ledger.end(roots)
    return missing


def _forget_missing(store: Store, ledger: Ledger) -> int:
    if ledger.count_assets():
        return ledger.keep(store.ids())
    if store.count():
        ledger.begin([EVERYWHERE])
    return 0


def _compare(assets: Iterable[Asset], roots: frozenset[str], store: Store, ledger: Ledger) -> None:
    """Note the places of these assets; another asset that the ledger knows of the same file loses the place.

    Where the wrong one of two keeps it, because a ledger that was lost cannot say which came last, the file differs
    from what is noted and is read next.
    """
    notes: dict[tuple[str, str], Record] = {}
    lost: dict[str, list[Location]] = defaultdict(list)
    for asset in assets:
        for place in asset.locations:
            key, former = (place.root, place.path), ledger.find(place.root, place.path)
            if not roots & {place.root, EVERYWHERE} or (former and former.asset == asset.id):
                continue
            if (rival := notes.get(key, former)) and rival.asset:
                lost[rival.asset].append(place)
            notes[key] = Record(place, asset.sha256, asset.id)
    if lost:
        staying, leaving = without_places(store, lost)
        store.relocate(staying)
        store.delete(leaving)
        store.flush()
    ledger.write(notes.values())
