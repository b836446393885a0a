"""`lineage copy`: move an index between a folder and a server."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated

import typer

from lineage.cli.output import JsonOption, answers, counted, print_json, progress_bar


def copy(
    source: Annotated[str, typer.Argument(help="Folder or URL of the index to copy.", show_default=False)],
    target: Annotated[str, typer.Argument(help="Folder or URL of the copy.", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """Copy an index to another place, in either direction; compare counts, entries and answers. Resumes.

    Example: lineage copy /srv/lineage http://localhost:6333/lineage
    """
    from indexer.copying import copy as copy_entries
    from indexer.opening import create_copy, open_index
    from lineage.settings import load_settings

    settings = load_settings(store=source)
    with (
        open_index(settings) as (original, ledger),
        create_copy(original, replace(settings, store=target), original=source) as (made, new_ledger),
    ):
        new_ledger.replace(())  # what an earlier index at that place has stored is not in this one
        with progress_bar("copying", original.count()) as progress:
            copied = copy_entries(original, made, progress=progress)
        new_ledger.replace(ledger.records())
    if as_json:
        print_json({"source": source, "target": target, **asdict(copied)})
        return
    out = answers()
    out.print(f"{counted(copied.copied, 'asset')} copied to {target}, {copied.present} there already", markup=False)
    out.print(
        f"{counted(copied.asked, 'entry', 'entries')} compared whole and asked of both: "
        f"{copied.alike:.1%} of the answers are the same",
        markup=False,
    )
