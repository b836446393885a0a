"""What a run that was cut off has stored, and not yet noted in the ledger.

Without the note, a file that changes before it is read again would leave the asset that it was in the index for good.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from indexer.departures import without_places
from indexer.ledger import Ledger, Record
from lineage.protocols import Store
from lineage.records import Asset, Location

BATCH = 256  # assets asked for at once


def catch_up(store: Store, ledger: Ledger) -> None:
    """Bring the ledger up to date where an earlier run did not come to its end; else nothing is looked at.

    Assets that the ledger does not know are noted. Where it knows another one of the same file, that one loses the
    place, as the run that was cut off would have had it. If another run goes on at the same time, it does the same.
    """
    if not (roots := ledger.begun()):
        return
    notes: list[Record] = []
    lost: dict[str, list[Location]] = defaultdict(list)
    for asset in _unknown(store, ledger):
        for place in asset.locations:
            if place.root in roots:
                notes.append(Record(place, asset.sha256, asset.id))
                if (former := ledger.find(place.root, place.path)) and former.asset:
                    lost[former.asset].append(place)
    staying, leaving = without_places(store, lost)
    store.relocate(staying)
    store.delete(leaving)
    store.flush()
    ledger.write(notes)
    ledger.end(roots)


def _unknown(store: Store, ledger: Ledger) -> Iterator[Asset]:
    ids = [key for some in store.ids() for key in ledger.unknown(some)]
    for start in range(0, len(ids), BATCH):
        yield from store.assets(ids[start : start + BATCH]).values()
