"""`lineage copy`: move an index between a folder and a server."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.feedback.deciding import require_index
from lineage.cli.output import JsonOption, answers, in_number, print_json, progress_bar, say

if TYPE_CHECKING:
    from indexer.move.copying_journal import CopiedNotes
    from lineage.settings import Settings

DECISIONS = {
    "copied": "the decision that was fitted to the index is copied too",
    "present": "the decision that was fitted to the index was there already",
    "own": "the decision that was fitted to the copy later is kept",
    "none": "no decision was fitted to the index; the copy decides by the shipped one too",
}


def copy(
    source: Annotated[
        str, typer.Argument(help="Folder of the index to copy, or its URL on a server.", show_default=False)
    ],
    target: Annotated[str, typer.Argument(help="Folder of the copy, or its URL on a server.", show_default=False)],
    decisions: Annotated[
        bool,
        typer.Option(
            "--decisions", help="Only what people decided, to an index that is there: of whatever form both are."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Copy an index, what people decided and what was fitted to it, to another place, and check the copy.

    A copy that was broken off goes on where it ended.

    Example: lineage copy /srv/lineage http://localhost:6333/lineage
    """
    if decisions:
        _copy_decisions(source, target, as_json=as_json)
        return
    from indexer.books.opening import create_copy, open_index
    from indexer.move.copying import copy as copy_entries
    from indexer.move.copying_decision import copy_decision
    from lineage.audit.log import log_of
    from lineage.build import own_calibration
    from lineage.settings import load_settings

    settings = load_settings(store=source)
    copy_settings = replace(settings, store=target)
    log_of(copy_settings)  # one that would lie in the copy is refused before there is a copy
    with (
        open_index(settings) as (original, ledger),
        create_copy(original, copy_settings, original=source) as (made, new_ledger),
    ):
        new_ledger.replace(())  # what an earlier index at that place has stored is not in this one
        with progress_bar("copying", original.count()) as progress:
            copied = copy_entries(original, made, progress=progress)
        new_ledger.take_over(ledger)
        notes = _copy_notes(settings, copy_settings)
        decision = copy_decision(own_calibration(settings, original.stamp), own_calibration(copy_settings, made.stamp))
    if as_json:
        print_json({"source": source, "target": target, **asdict(copied), **asdict(notes), "calibration": decision})
        return
    out = answers()
    out.print(
        f"{in_number(copied.copied, 'asset')} copied to {target}, {copied.present} were there already", markup=False
    )
    out.print(
        f"checked: {in_number(copied.compared, 'asset is', 'assets are')} the same in both, entry by entry, "
        f"and so are {100 * copied.alike:.1f} % of the answers about {copied.asked} of them",
        markup=False,
    )
    out.print(_told(notes), markup=False)
    out.print(DECISIONS[decision], markup=False)


def _told(notes: CopiedNotes) -> str:
    left = f"; {notes.notes_left} that are damaged or lost in the original stay behind" if notes.notes_left else ""
    return (
        f"{in_number(notes.notes_copied, 'decision')} of people copied, {notes.notes_present} were there already, "
        f"{notes.notes_own} made in the copy are kept{left}"
    )


def _copy_decisions(source: str, target: str, *, as_json: bool) -> None:
    from lineage.settings import load_settings

    settings = load_settings(store=source)
    copy_settings = replace(settings, store=target)
    for one in (settings, copy_settings):
        require_index(one)
    notes = _copy_notes(settings, copy_settings)
    if as_json:
        print_json({"source": source, "target": target, **asdict(notes)})
    else:
        say(_told(notes))


def _copy_notes(source: Settings, target: Settings) -> CopiedNotes:
    from indexer.move.copying_journal import copy_journal
    from lineage.audit.decisions import open_logged_journal
    from lineage.store.journal import open_journal

    with (
        closing(open_journal(source.store, server=source.server)) as original,
        closing(open_logged_journal(target)) as made,
    ):
        return copy_journal(original, made)
