"""The journal of an index on a server.

id        of the note or sighting
payload   kind: note or sighting, with a keyword index · line: JSON, see `journal_form` · attachment: base64
"""

from __future__ import annotations

from collections.abc import Sequence

from lineage.records import Note, Sighting
from lineage.settings import Server
from lineage.store.journal_form import (
    damaged,
    note_line,
    note_of,
    require_attached,
    sighting_line,
    sighting_of,
    sound,
)
from lineage.store.record_collection import RecordCollection

_NOTE, _SIGHTING, _ATTACHMENT = "note", "sighting", "attachment"


class CollectionJournal:
    """A `Journal` in a collection of its own; raises as `RecordCollection` does."""

    def __init__(self, place: str, *, server: Server) -> None:
        self._records = RecordCollection(place, called="journal", server=server)

    def write(self, notes: Sequence[Note], *, attachment: bytes = b"") -> None:
        """See `Journal`."""
        lines = {note.id: note_line(note, attachment) for note in notes}
        self._records.put(lines, kind=_NOTE, held={_ATTACHMENT: attachment})

    def notes(self) -> Sequence[Note]:
        """See `Journal`."""
        return sorted(sound(self._records.lines(_NOTE), note_of), key=lambda note: note.when)

    def damaged(self) -> Sequence[str]:
        """See `Journal`; what a server has lost is its own concern."""
        return damaged(self._records.lines_and_held(_NOTE, _ATTACHMENT))

    def count(self) -> int:
        """See `Journal`."""
        return self._records.count(_NOTE)

    def attachment(self, note: str) -> bytes:
        """See `Journal`."""
        line, attachment = self._line_and_attachment(note)
        if line:
            require_attached(note, line, attachment)
        return attachment

    def see(self, sightings: Sequence[Sighting], *, keep: int) -> None:
        """See `Journal`."""
        self._records.put({one.id: sighting_line(one) for one in sightings}, kind=_SIGHTING)
        self._records.drop([one.id for one in self.sightings()[:-keep]])

    def sightings(self) -> Sequence[Sighting]:
        """See `Journal`."""
        return sorted(sound(self._records.lines(_SIGHTING), sighting_of), key=lambda one: one.when)

    def close(self) -> None:
        """See `Journal`."""
        self._records.close()

    def _line_and_attachment(self, note: str) -> tuple[str, bytes]:
        return self._records.line_and_held(note, _ATTACHMENT)
