"""The queue of an embedded index: a SQLite file in its folder, made when the first post is put into it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lineage.errors import StoreError
from lineage.records import Kept, Report, Review
from lineage.store.report_form import kept_report, packed_report, review_line, sound_reviews

_PATIENCE = 30.0  # seconds; a service and a nightly run may put at once
_TABLES = """
PRAGMA auto_vacuum = INCREMENTAL;
CREATE TABLE IF NOT EXISTS reviews (id TEXT PRIMARY KEY, moment TEXT NOT NULL, line TEXT NOT NULL, report BLOB);
CREATE TABLE IF NOT EXISTS kept (review TEXT NOT NULL, what TEXT NOT NULL, bytes BLOB, PRIMARY KEY (review, what));
"""


class FileQueue:
    """A `Queue` in a file.

    Raises:
        StoreError: the file cannot be read or written, is no queue, or is busy for longer than `_PATIENCE`
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._database: sqlite3.Connection | None = None

    def put(self, review: Review, report: Report, kept: Mapping[Kept, bytes]) -> None:
        """See `Queue`."""
        with self._changed() as database:
            row = review.id, review.when, review_line(review), packed_report(report)
            database.execute("INSERT INTO reviews VALUES (?, ?, ?, ?)", row)
            database.executemany("INSERT INTO kept VALUES (?, ?, ?)", [(review.id, *one) for one in kept.items()])

    def reviews(self) -> Sequence[Review]:
        """See `Queue`."""
        return sound_reviews(self._rows("SELECT id, line FROM reviews ORDER BY moment, rowid"))

    def report(self, review: str) -> Report | None:
        """See `Queue`."""
        rows = self._rows("SELECT report FROM reviews WHERE id = ?", review)
        return kept_report(rows[0][0], review) if rows else None

    def kept(self, review: str, what: Kept) -> bytes:
        """See `Queue`."""
        rows = self._rows("SELECT bytes FROM kept WHERE review = ? AND what = ?", review, what)
        return bytes(rows[0][0]) if rows else b""

    def drop(self, reviews: Sequence[str]) -> None:
        """See `Queue`."""
        if not reviews or not self._file.exists():
            return
        with self._changed() as database:
            those = [(one,) for one in reviews]
            database.executemany("DELETE FROM reviews WHERE id = ?", those)
            database.executemany("DELETE FROM kept WHERE review = ?", those)
        with self._errors():
            self._opened().execute("PRAGMA incremental_vacuum").fetchall()  # the disk has its room back

    def close(self) -> None:
        """See `Queue`."""
        if self._database:
            self._database.close()
            self._database = None

    def _rows(self, question: str, *values: str) -> list[Any]:
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
        except (sqlite3.Error, OSError, ValueError) as error:
            raise StoreError(f"the queue {self._file} cannot be used: {error}") from error
