"""The journal of an embedded index: `journal.sqlite` in its folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lineage.records import Note, Sighting
from lineage.store.journal_form import damaged, note_line, note_of, sighting_line, sighting_of, sound
from lineage.store.record_file import RecordFile

_TABLES = """
CREATE TABLE IF NOT EXISTS notes (id TEXT PRIMARY KEY, moment TEXT NOT NULL, line TEXT NOT NULL, attachment BLOB);
CREATE TABLE IF NOT EXISTS sightings (id TEXT PRIMARY KEY, moment TEXT NOT NULL, line TEXT NOT NULL);
"""


class FileJournal:
    """A `Journal` in a file; raises as `RecordFile` does."""

    def __init__(self, file: Path) -> None:
        self._records = RecordFile(file, called="journal", tables=_TABLES)

    def write(self, notes: Sequence[Note], *, attachment: bytes = b"") -> None:
        """See `Journal`."""
        rows = [(note.id, note.when, note_line(note), attachment) for note in notes]
        with self._records.changed() as database:
            database.executemany("INSERT INTO notes VALUES (?, ?, ?, ?)", rows)

    def notes(self) -> Sequence[Note]:
        """See `Journal`."""
        return sound(self._records.rows("SELECT id, line FROM notes ORDER BY moment, rowid"), note_of)

    def damaged(self) -> Sequence[str]:
        """See `Journal`."""
        return damaged(self._records.rows("SELECT id, line FROM notes ORDER BY moment, rowid"))

    def count(self) -> int:
        """See `Journal`."""
        rows = self._records.rows("SELECT count(*) FROM notes")
        return int(rows[0][0]) if rows else 0

    def attachment(self, note: str) -> bytes:
        """See `Journal`."""
        rows = self._records.rows("SELECT attachment FROM notes WHERE id = ?", note)
        return bytes(rows[0][0]) if rows else b""

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
