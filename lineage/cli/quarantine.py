"""`lineage quarantine`: this asset is not claimed until somebody has looked."""

from __future__ import annotations

from typing import Annotated

import typer

from lineage.cli.deciding import ByOption, UndoOption, opened_journal, person, show, take_back
from lineage.cli.output import JsonOption, StoreOption


def quarantine(
    asset: Annotated[str, typer.Argument(help="Path as shown by query, or asset id.", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why, for whoever meets it.")] = "",
    store: StoreOption = None,
    undo: UndoOption = False,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that an asset is not to be claimed: posts that match it go to review.

    `lineage query` says so by itself of an asset that matches a large share of unrelated posts.

    Example: lineage quarantine spring/blank.tif --undo
    """
    from indexer.opening import open_index
    from lineage.cli.assets import find_assets
    from lineage.feedback import notes
    from lineage.settings import load_settings

    settings, who = load_settings(store=store), person(by)
    if undo:
        with opened_journal(settings) as journal:
            show(take_back(journal, "quarantine", asset=asset, who=who), as_json=as_json, undone=True)
        return
    with open_index(settings) as (opened, ledger):
        found = find_assets([asset], opened, ledger)[asset]
    with opened_journal(settings) as journal:
        note = notes.quarantine(journal, found.id, path=found.path, reason=reason, who=who)
        show([note], as_json=as_json)
