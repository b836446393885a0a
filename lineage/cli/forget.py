"""`lineage forget`: drop assets from the index."""

from __future__ import annotations

from typing import Annotated

import typer

from lineage.cli.output import JsonOption, StoreOption, in_number, print_json, say


def forget(
    assets: Annotated[
        list[str], typer.Argument(help="Their paths as query shows them, or their ids.", show_default=False)
    ],
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Drop assets, and files that failed, from the index. The files stay; `lineage index` takes them in again.

    Example: lineage forget spring/lip_042.tif
    """
    from indexer.books.opening import open_index
    from lineage.cli.assets import find_assets
    from lineage.settings import load_settings

    with open_index(load_settings(store=store), writing=True) as (opened, ledger):
        failed = [record.location for record in ledger.failed(set(assets))]
        failures = sorted({location.path for location in failed})
        named = [name for name in assets if name not in failures]
        there = {asset.id: asset for asset in find_assets(named, opened, ledger).values()}
        keys = sorted(there)
        # A crash in between leaves assets that can be forgotten again, or files that are read again.
        ledger.doubt(keys)
        opened.delete(keys)
        opened.flush()
        ledger.forget(keys)
        ledger.drop(failed)
        left = opened.count()
    dropped = [there[key].path for key in keys]
    if as_json:
        print_json({"dropped": dropped, "failures": failures, "assets": left})
    else:
        assets_gone = f"dropped {', '.join(dropped)}" if dropped else ""
        failures_gone = f"forgot that {', '.join(failures)} failed" if failures else ""
        say("; ".join(filter(None, [assets_gone, failures_gone, f"{in_number(left, 'asset')} left"])))
