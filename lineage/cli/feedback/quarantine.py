"""`lineage quarantine`: this asset is not claimed until somebody has looked."""

from __future__ import annotations

from typing import Annotated

import typer

from lineage.cli.feedback.deciding import ByOption, UndoOption, opened_journal, person, show, take_back
from lineage.cli.output import JsonOption, StoreOption


def quarantine(
    asset: Annotated[str, typer.Argument(help="Path of the asset as query shows it, or its id.", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why; shown wherever the asset comes up.")] = "",
    store: StoreOption = None,
    undo: UndoOption = False,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """Do not claim an asset for now: posts that match it go to review.

    `lineage query` does so by itself with an asset that matches many posts that have nothing in common.

    Example: lineage quarantine spring/blank.tif --undo
    """
    from indexer.books.opening import open_index
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
