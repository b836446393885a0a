"""Copy what people decided about an index to the journal of its copy."""

from __future__ import annotations

from dataclasses import dataclass

from lineage.errors import StoreError
from lineage.feedback.state import with_attachments
from lineage.protocols import Journal


@dataclass(frozen=True, slots=True)
class CopiedNotes:
    """What became of the notes.

    Attributes:
        notes_copied: written
        notes_present: written by an earlier copy
        notes_own: decided in the copy itself, and kept
    """

    notes_copied: int
    notes_present: int
    notes_own: int


def copy_journal(source: Journal, target: Journal) -> CopiedNotes:
    """Write every note of one journal, with what is attached to it, into another; goes on where an earlier copy ended.

    Those that are damaged stay behind, and are named as warnings.

    Notes are never changed, so one that is there with its id is there whole. Sightings stay behind: they are about one
    index, and a copy is another.

    Raises:
        StoreError: a journal is gone; or the other one does not hold all notes in the end
    """
    notes, there = source.notes(), {note.id for note in target.notes()}
    missing = [note for note in notes if note.id not in there]
    ids = there & {note.id for note in notes}
    copied = 0
    for note, kept in with_attachments(source, missing):
        target.write([note], attachment=kept)
        ids.add(note.id)
        copied += 1
    held = {note.id for note in target.notes()}
    _compare_counts(len(ids), len(ids & held))
    return CopiedNotes(copied, len(ids) - copied, len(held - ids))


def _compare_counts(source: int, target: int) -> None:
    if source != target:
        raise StoreError(
            f"the journal of the copy holds {target} of the {source} notes of the original; copy again, "
            "and if that does not help, remove the copy and make it again"
        )
