"""The journal of an embedded index: `journal.sqlite` in its folder, and beside it which notes it was given."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from lineage.records import Note, Sighting
from lineage.store import journal_ids
from lineage.store.journal_form import (
    damaged,
    note_line,
    note_of,
    require_attached,
    sighting_line,
    sighting_of,
    sound,
)
from lineage.store.record_file import RecordFile

_TABLES = """
CREATE TABLE IF NOT EXISTS notes (id TEXT PRIMARY KEY, moment TEXT NOT NULL, line TEXT NOT NULL, attachment BLOB);
CREATE TABLE IF NOT EXISTS sightings (id TEXT PRIMARY KEY, moment TEXT NOT NULL, line TEXT NOT NULL);
"""
_IN_ORDER = "SELECT id, line FROM notes ORDER BY moment, rowid"
_LOG = logging.getLogger(__name__)


class FileJournal:
    """A `Journal` in a file; raises as `RecordFile` does."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._ids = file.with_suffix(".ids")
        self._records = RecordFile(file, called="journal", tables=_TABLES)

    def write(self, notes: Sequence[Note], *, attachment: bytes = b"") -> None:
        """See `Journal`."""
        rows = [(note.id, note.when, note_line(note, attachment), attachment) for note in notes]
        with self._records.changed() as database:
            database.executemany("INSERT OR REPLACE INTO notes VALUES (?, ?, ?, ?)", rows)
        with suppress(OSError):  # what is decided holds; it is not missed, should it be lost
            journal_ids.add(self._ids, [note.id for note in notes] if self._ids.exists() else self._present())

    def notes(self) -> Sequence[Note]:
        """See `Journal`."""
        if lost := self._lost():
            _LOG.warning(
                "decisions that the journal %s held are lost (%d of %d), and nothing goes by them; "
                "restore it from a copy",
                self._file,
                len(lost),
                len(journal_ids.read(self._ids)),
            )
        return sound(self._records.rows(_IN_ORDER), note_of)

    def damaged(self) -> Sequence[str]:
        """See `Journal`."""
        return [*damaged(self._records.rows(_IN_ORDER), self._line_and_attachment), *self._lost()]

    def count(self) -> int:
        """See `Journal`."""
        rows = self._records.rows("SELECT count(*) FROM notes")
        return int(rows[0][0]) if rows else 0

    def attachment(self, note: str) -> bytes:
        """See `Journal`."""
        line, attachment = self._line_and_attachment(note)
        if line:
            require_attached(note, line, attachment)
        return attachment

    def see(self, sightings: Sequence[Sighting], *, keep: int) -> None:
        """See `Journal`."""
        rows = [(one.id, one.when, sighting_line(one)) for one in sightings]
        with self._records.changed() as database:
            database.executemany("INSERT OR IGNORE INTO sightings VALUES (?, ?, ?)", rows)
            latest = "SELECT id FROM sightings ORDER BY moment DESC, rowid DESC LIMIT ?"
            database.execute(f"DELETE FROM sightings WHERE id NOT IN ({latest})", (keep,))

    def sightings(self) -> Sequence[Sighting]:
        """See `Journal`."""
        return sound(self._records.rows("SELECT id, line FROM sightings ORDER BY moment, rowid"), sighting_of)

    def close(self) -> None:
        """See `Journal`."""
        self._records.close()

    def _line_and_attachment(self, note: str) -> tuple[str, bytes]:
        rows = self._records.rows("SELECT line, attachment FROM notes WHERE id = ?", note)
        return (str(rows[0][0]), bytes(rows[0][1] or b"")) if rows else ("", b"")

    def _present(self) -> list[str]:
        return [key for (key,) in self._records.rows("SELECT id FROM notes")]

    def _lost(self) -> list[str]:
        """Ids of the notes that were written and are not there."""
        written = journal_ids.read(self._ids)
        there = {*self._present()} if written else set[str]()
        return [key for key in written if key not in there]
