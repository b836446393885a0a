"""`lineage forget`: drop assets from the index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.output import JsonOption, StoreOption, answers, print_json
from lineage.errors import UsageError

if TYPE_CHECKING:
    from indexer.ledger import Record


def forget(
    assets: Annotated[list[str], typer.Argument(help="Paths as shown by query, or asset ids.", show_default=False)],
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Drop assets from the index. The files stay; a later `lineage index` of their folder takes them in again.

    Example: lineage forget spring/lip_042.tif
    """
    from indexer.opening import open_index
    from lineage.settings import load_settings

    with open_index(load_settings(store=store)) as (opened, ledger):
        by_path = _by_path(ledger.records())
        key_of = {asset: _key(asset, by_path.get(asset, {asset})) for asset in assets}
        keys = sorted(set(key_of.values()))
        there = opened.assets(keys)
        if missing := [asset for asset, key in key_of.items() if key not in there]:
            raise UsageError(f"{missing[0]}: no such asset in the index; nothing was dropped")
        # The ledger first: a crash in between makes files be read again, never be taken for stored.
        ledger.forget(keys)
        opened.delete(keys)
        opened.flush()
        left = opened.count()
    dropped = [there[key].path for key in keys]
    if as_json:
        print_json({"dropped": dropped, "assets": left})
    else:
        answers().print(f"dropped {', '.join(dropped)}; {left} assets left", markup=False)


def _by_path(records: Iterable[Record]) -> Mapping[str, set[str]]:
    """Path as shown → ids of the assets that have it below one root or another."""
    found: dict[str, set[str]] = defaultdict(set)
    for record in records:
        if record.asset:
            found[record.location.path].add(record.asset)
    return found


def _key(asset: str, keys: set[str]) -> str:
    if len(keys) > 1:
        ids = ", ".join(sorted(keys))
        raise UsageError(f"{asset}: several assets have this path below different folders; name one by its id: {ids}")
    return next(iter(keys))
