"""The journal of an embedded index: a SQLite file in its folder, made when the first record is written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lineage.errors import StoreError
from lineage.records import Note, Sighting
from lineage.store.journal_form import damaged, note_line, note_of, sighting_line, sighting_of, sound

_PATIENCE = 30.0  # seconds; a reviewer's note waits for a run that writes what it was asked
_TABLES = """
CREATE TABLE IF NOT EXISTS notes (id TEXT PRIMARY KEY, moment TEXT NOT NULL, line TEXT NOT NULL, attachment BLOB);
CREATE TABLE IF NOT EXISTS sightings (id TEXT PRIMARY KEY, moment TEXT NOT NULL, line TEXT NOT NULL);
"""


class FileJournal:
    """A `Journal` in a file.

    Raises:
        StoreError: the file cannot be read or written, is no journal, or is busy for longer than `_PATIENCE`
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._database: sqlite3.Connection | None = None

    def write(self, notes: Sequence[Note], *, attachment: bytes = b"") -> None:
        """See `Journal`."""
        rows = [(note.id, note.when, note_line(note), attachment) for note in notes]
        with self._changed() as database:
            database.executemany("INSERT INTO notes VALUES (?, ?, ?, ?)", rows)

    def notes(self) -> Sequence[Note]:
        """See `Journal`."""
        return sound(self._rows("SELECT id, line FROM notes ORDER BY moment, rowid"), note_of)

    def damaged(self) -> Sequence[str]:
        """See `Journal`."""
        return damaged(self._rows("SELECT id, line FROM notes ORDER BY moment, rowid"))

    def count(self) -> int:
        """See `Journal`."""
        rows = self._rows("SELECT count(*) FROM notes")
        return int(rows[0][0]) if rows else 0

    def attachment(self, note: str) -> bytes:
        """See `Journal`."""
        rows = self._rows("SELECT attachment FROM notes WHERE id = ?", note)
        return bytes(rows[0][0]) if rows else b""

    def see(self, sightings: Sequence[Sighting], *, keep: int) -> None:
        """See `Journal`."""
        rows = [(one.id, one.when, sighting_line(one)) for one in sightings]
        with self._changed() as database:
            database.executemany("INSERT OR IGNORE INTO sightings VALUES (?, ?, ?)", rows)
            latest = "SELECT id FROM sightings ORDER BY moment DESC, rowid DESC LIMIT ?"
            database.execute(f"DELETE FROM sightings WHERE id NOT IN ({latest})", (keep,))

    def sightings(self) -> Sequence[Sighting]:
        """See `Journal`."""
        return sound(self._rows("SELECT id, line FROM sightings ORDER BY moment, rowid"), sighting_of)

    def close(self) -> None:
        """See `Journal`."""
        if self._database:
            self._database.close()
            self._database = None

    def _rows(self, question: str, *values: str) -> list[tuple[Any, ...]]:
        if not self._file.exists():
            return []
        with self._errors():
            return self._opened().execute(question, values).fetchall()

    @contextmanager
    def _changed(self) -> Iterator[sqlite3.Connection]:
        with self._errors(), self._opened() as database:
            yield database

    def _opened(self) -> sqlite3.Connection:
        if self._database is None:
            database = sqlite3.connect(self._file, timeout=_PATIENCE)
            try:
                database.executescript(_TABLES)
            except sqlite3.Error:
                database.close()  # it may be another file the next time
                raise
            self._database = database
        return self._database

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"the journal {self._file} cannot be used: {error}") from error
