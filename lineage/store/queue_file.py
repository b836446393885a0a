"""The queue of an embedded index: `reviews.sqlite` in its folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from lineage.records import Kept, Report, Review
from lineage.store.record_file import RecordFile
from lineage.store.report_form import kept_report, packed_report, review_line, sound_reviews

_TABLES = """
PRAGMA auto_vacuum = INCREMENTAL;
CREATE TABLE IF NOT EXISTS reviews (id TEXT PRIMARY KEY, moment TEXT NOT NULL, line TEXT NOT NULL, report BLOB);
CREATE TABLE IF NOT EXISTS kept (review TEXT NOT NULL, what TEXT NOT NULL, bytes BLOB, PRIMARY KEY (review, what));
"""


class FileQueue:
    """A `Queue` in a file; raises as `RecordFile` does."""

    def __init__(self, file: Path) -> None:
        self._records = RecordFile(file, called="queue", tables=_TABLES, way="remove it, or restore it from a copy")

    def put(self, review: Review, report: Report, kept: Mapping[Kept, bytes]) -> None:
        """See `Queue`."""
        with self._records.changed() as database:
            row = review.id, review.when, review_line(review), packed_report(report)
            database.execute("INSERT INTO reviews VALUES (?, ?, ?, ?)", row)
            database.executemany("INSERT INTO kept VALUES (?, ?, ?)", [(review.id, *one) for one in kept.items()])

    def reviews(self) -> Sequence[Review]:
        """See `Queue`."""
        return sound_reviews(self._records.rows("SELECT id, line FROM reviews ORDER BY moment, rowid"))

    def report(self, review: str) -> Report | None:
        """See `Queue`."""
        rows = self._records.rows("SELECT report FROM reviews WHERE id = ?", review)
        return kept_report(rows[0][0], review) if rows else None

    def kept(self, review: str, what: Kept) -> bytes:
        """See `Queue`."""
        rows = self._records.rows("SELECT bytes FROM kept WHERE review = ? AND what = ?", review, what)
        return bytes(rows[0][0]) if rows else b""

    def drop(self, reviews: Sequence[str]) -> None:
        """See `Queue`."""
        those = [(one,) for one in reviews]
        if not those or not self._records.there:
            return
        with self._records.changed() as database:
            database.executemany("DELETE FROM reviews WHERE id = ?", those)
            database.executemany("DELETE FROM kept WHERE review = ?", those)
        self._records.rows("PRAGMA incremental_vacuum")  # the disk has its room back

    def close(self) -> None:
        """See `Queue`."""
        self._records.close()
