"""Assets by the names that people know them by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from lineage.errors import UsageError

if TYPE_CHECKING:
    from indexer.ledger import Ledger, Record
    from lineage.protocols import Store
    from lineage.records import Asset


def find_assets(names: Sequence[str], store: Store, ledger: Ledger) -> Mapping[str, Asset]:
    """Name → asset, for paths as shown by query and for ids; `UsageError` where one is not there or means several."""
    by_path = _by_path(ledger.records(), set(names))
    key_of = {name: _key(name, by_path.get(name, {name})) for name in names}
    there = store.assets(sorted(set(key_of.values())))
    if missing := [name for name, key in key_of.items() if key not in there]:
        raise UsageError(f"{missing[0]}: no such asset in the index; nothing was done")
    return {name: there[key] for name, key in key_of.items()}


def _by_path(records: Iterable[Record], names: Collection[str]) -> Mapping[str, set[str]]:
    """Path as shown → ids of the assets that have it below one root or another; of these paths alone."""
    found: dict[str, set[str]] = defaultdict(set)
    for record in records:
        if record.asset and record.location.path in names:
            found[record.location.path].add(record.asset)
    return found


def _key(asset: str, keys: set[str]) -> str:
    if len(keys) > 1:
        ids = ", ".join(sorted(keys))
        raise UsageError(f"{asset}: several assets have this path below different folders; name one by its id: {ids}")
    return next(iter(keys))
