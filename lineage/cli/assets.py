"""Assets by the names that people know them by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from typing import TYPE_CHECKING

from lineage.errors import UsageError

if TYPE_CHECKING:
    from indexer.books.ledger import Ledger, Record
    from lineage.protocols import Store
    from lineage.records import Asset


def find_assets(names: Sequence[str], store: Store, ledger: Ledger) -> Mapping[str, Asset]:
    """Name → asset, for paths as shown by query and for ids; `UsageError` where one is not there or means several."""
    found: dict[str, Asset] = {}
    for name, asset in look_up(names, store, ledger).items():
        if isinstance(asset, UsageError):
            raise UsageError(f"{asset}; nothing was done")
        found[name] = asset
    return found


def look_up(names: Sequence[str], store: Store, ledger: Ledger) -> Mapping[str, Asset | UsageError]:
    """The same for each name by itself: what is wrong with one stands in the place of its asset."""
    by_path = _by_path(ledger.records(), set(names))
    keys = {name: by_path.get(name, {name}) for name in names}
    if unknown := {*names} - {*by_path} - {*store.assets(names)}:
        keys |= _by_place(store, unknown)
    there = store.assets(sorted({key for some in keys.values() for key in some}))
    return {name: _only(name, some, there) for name, some in keys.items()}


def _by_path(records: Iterable[Record], names: Collection[str]) -> Mapping[str, set[str]]:
    """Path as shown → ids of the assets that have it below one root or another; of these paths alone."""
    found: dict[str, set[str]] = defaultdict(set)
    for record in records:
        if record.asset and record.location.path in names:
            found[record.location.path].add(record.asset)
    return found


def _by_place(store: Store, names: Set[str]) -> Mapping[str, set[str]]:
    """The same of paths that a ledger does not know, which lay elsewhere or was behind: all assets are looked at."""
    found: dict[str, set[str]] = defaultdict(set)
    for ids in store.ids():
        for asset in store.assets(ids).values():
            for path in names & {location.path for location in asset.locations}:
                found[path].add(asset.id)
    return found


def _only(name: str, keys: Collection[str], there: Mapping[str, Asset]) -> Asset | UsageError:
    if len(keys) > 1:
        ids = ", ".join(sorted(keys))
        return UsageError(f"{name}: several assets have this path, below different folders; name one by its id: {ids}")
    (key,) = keys
    return there.get(key) or UsageError(f"{name}: no such asset in the index")
