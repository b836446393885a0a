"""The journal of an embedded index: `journal.sqlite` in its folder, and beside it which notes it was given."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from lineage.errors import StoreError
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
from lineage.store.record_file import RecordFile, RecordsDamaged
from lineage.store.room import disk_errors

_TABLES = """
CREATE TABLE IF NOT EXISTS notes (id TEXT PRIMARY KEY, moment TEXT NOT NULL, line TEXT NOT NULL, attachment BLOB);
CREATE TABLE IF NOT EXISTS sightings (id TEXT PRIMARY KEY, moment TEXT NOT NULL, line TEXT NOT NULL);
"""
_WRITE = (  # one that is replaced keeps its place
    "INSERT INTO notes VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE "
    "SET moment = excluded.moment, line = excluded.line, attachment = excluded.attachment"
)
_WAY = "mend it with: lineage check --repair --from COPY"
_IN_ORDER = "SELECT id, line FROM notes ORDER BY moment, rowid"
_LOG = logging.getLogger(__name__)


def set_aside_damaged(file: Path) -> Path | None:
    """Move a journal that is none any more into a folder beside it, `damaged-…`; which that is, None where it is sound.

    Raises:
        StoreError: it cannot be read just now, which is no damage
    """
    try:
        with closing(FileJournal(file)) as journal:
            journal.damaged()
        return None
    except RecordsDamaged:
        aside = file.with_name(f"damaged-{uuid.uuid4()}")
    with disk_errors(f"the journal {file} cannot be set aside"):
        aside.mkdir()
        for part in (file.with_name(file.name + suffix) for suffix in ("-journal", "-wal", "-shm", "")):
            if part.exists():
                part.rename(aside / part.name)
    return aside


class FileJournal:
    """A `Journal` in a file; raises as `RecordFile` does."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._ids = file.with_suffix(".ids")
        self._complete = False  # whether all notes stand in the file of ids, as far as this object has seen
        self._records = RecordFile(file, called="journal", tables=_TABLES, way=_WAY)

    def write(self, notes: Sequence[Note], *, attachment: bytes = b"") -> None:
        """See `Journal`."""
        rows = [(note.id, note.when, note_line(note, attachment), attachment) for note in notes]
        with self._records.changed() as database:
            database.executemany(_WRITE, rows)
        with suppress(OSError, StoreError):  # what is decided holds; it is not missed, should it be lost
            self._note_down([note.id for note in notes])

    def notes(self) -> Sequence[Note]:
        """See `Journal`."""
        if lost := self._lost():
            _LOG.warning(
                "decisions that the journal %s held are lost (%d of %d), and nothing goes by them; "
                "bring them back with: lineage check --repair --from COPY",
                self._file,
                len(lost),
                len(journal_ids.read(self._ids)),
            )
        return sound(self._records.rows(_IN_ORDER), note_of)

    def damaged(self) -> Sequence[str]:
        """See `Journal`."""
        notes = ((key, *self._line_and_attachment(key)) for key in self._present())
        return [*damaged(notes), *self._lost()]

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

    def _note_down(self, ids: Sequence[str]) -> None:
        """Write down that these notes are there; at first, and after a failure, all that are and do not stand there."""
        complete, self._complete = self._complete and self._ids.exists(), False
        if not complete:
            known = {*journal_ids.read(self._ids)}
            ids = [key for key in self._present() if key not in known]
        journal_ids.add(self._ids, ids)
        self._complete = True

    def _present(self) -> list[str]:
        return [key for (key,) in self._records.rows("SELECT id FROM notes ORDER BY moment, rowid")]

    def _lost(self) -> list[str]:
        """Ids of the notes that were written and are not there."""
        written = journal_ids.read(self._ids)
        there = {*self._present()} if written else set[str]()
        return [key for key in written if key not in there]
