"""`lineage feedback`: who decided what, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.feedback.deciding import ByOption, opened_journal, person, show
from lineage.cli.output import JsonOption, StoreOption, print_json, remark, say
from lineage.errors import UsageError
from lineage.tell.decisions import sentence

if TYPE_CHECKING:
    from lineage.protocols import Journal
    from lineage.records import Note

SHOWN = 8  # digits of an id: enough to tell a person's notes apart


def feedback(
    store: StoreOption = None,
    undo: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="Take back the entry with this id; its first digits are enough.", show_default=False
        ),
    ] = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what people decided, oldest first: confirmed, rejected, ignored, put under quarantine, taken back.

    Example: lineage feedback --undo 3f2a91c0
    """
    from lineage.feedback import notes
    from lineage.settings import load_settings

    settings = load_settings(store=store)
    with opened_journal(settings) as journal:
        if undo:
            found = _standing(journal, undo)
            notes.undo(journal, [found], who=person(by))
            show([found], as_json=as_json, undone=True)
        else:
            listed = journal.notes()
            if not listed and not journal.damaged():
                remark("nothing was decided yet")
            _list(listed, as_json=as_json)


def _standing(journal: Journal, key: str) -> Note:
    from lineage.feedback.state import notes_that_hold

    found = [note for note in notes_that_hold(journal.notes()) if note.id.startswith(key)]
    if not found:
        raise UsageError(f"{key}: there is no such entry, or it is taken back already; see: lineage feedback")
    if len(found) > 1:
        raise UsageError(f"{key}: {len(found)} entries have an id that begins so; give more of its digits")
    return found[0]


def _list(notes: Sequence[Note], *, as_json: bool) -> None:
    """Every note as a line; what takes another back is told with it."""
    from lineage.feedback.state import as_lines

    back = {note.undoes: note for note in notes if note.what == "undo"}
    if as_json:
        for line in as_lines(notes):
            print_json(line)
        return
    for note in notes:
        if note.what == "undo":
            continue
        by = back.get(note.id)
        undone = f"  (taken back by {by.who}, {_moment(by)})" if by else ""
        say(f"{note.id[:SHOWN]}  {_moment(note)}  {note.who:<10} {sentence(note)}{undone}")


def _moment(note: Note) -> str:
    """When it was written, in local time."""
    return datetime.fromisoformat(note.when).astimezone().strftime("%Y-%m-%d %H:%M:%S")
