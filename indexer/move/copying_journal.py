"""Copy what people decided about an index to the journal of its copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lineage.errors import StoreError
from lineage.feedback.state import with_attachments
from lineage.protocols import Journal
from lineage.records import Note


@dataclass(frozen=True, slots=True)
class CopiedNotes:
    """What became of the notes.

    Attributes:
        notes_copied: written
        notes_present: written by an earlier copy
        notes_own: decided in the copy itself, and kept
        notes_left: of the original, damaged or lost there, that the copy does not have either
    """

    notes_copied: int
    notes_present: int
    notes_own: int
    notes_left: int


def copy_journal(source: Journal, target: Journal) -> CopiedNotes:
    """Write every note of one journal, with what is attached to it, into another; goes on where an earlier copy ended.

    Those that are damaged stay behind, and are named as warnings.

    Notes are never changed, so one that is there with its id is there whole, unless it is damaged. Sightings stay
    behind: they are about one index, and a copy is another.

    Raises:
        StoreError: a journal is gone; or the other one does not hold all notes in the end
    """
    notes, amiss = source.notes(), {*target.damaged()}
    copied = _write(source, target, [note for note in notes if note.id in amiss])  # first: `notes` warns of the rest
    there = {note.id for note in target.notes()}
    copied |= _write(source, target, [note for note in notes if note.id not in there | amiss])
    ids = copied | (there & {note.id for note in notes})
    held = {note.id for note in target.notes()}
    _compare_counts(len(ids), len(ids & held))
    return CopiedNotes(len(copied), len(ids - copied), len(held - ids), len({*source.damaged()} - held))


def _write(source: Journal, target: Journal, notes: Sequence[Note]) -> set[str]:
    """Ids of those that were written."""
    written: set[str] = set()
    for note, kept in with_attachments(source, notes):
        target.write([note], attachment=kept)
        written.add(note.id)
    return written


def _compare_counts(source: int, target: int) -> None:
    if source != target:
        raise StoreError(
            f"the journal of the copy holds {target} of the {source} notes of the original; copy again, "
            "and if that does not help, remove the copy and make it again"
        )
