"""The ledger: which files were stored or failed, so that a run resumes where the last one ended.

It is a cache of what the store knows, kept in SQLite. Rows are written after the store was flushed, so a crash in
between makes a file be read once more, never forgotten.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from lineage.errors import StoreError
from lineage.records import Location

EVERYWHERE = ""  # stands for all roots
_PATIENCE = 30.0  # seconds; of two runs that fill one server's index, each waits for the other's commits
_NEVER = -1  # ns, a time that no file has: one that is noted with it looks changed
_AMISS = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)  # neither busy, full nor out of reach
_ALIKE = 8  # files of one size and time that are looked at; more are no sign of anything

_TABLES = """
CREATE TABLE IF NOT EXISTS files (
    root TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    sha256 TEXT NOT NULL, asset TEXT NOT NULL, failure TEXT NOT NULL,
    PRIMARY KEY (root, path)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS looks ON files (size, mtime_ns);
CREATE INDEX IF NOT EXISTS assets ON files (asset);
CREATE TABLE IF NOT EXISTS runs (root TEXT PRIMARY KEY);
"""


@dataclass(frozen=True, slots=True)
class Record:
    """What became of a file.

    Attributes:
        location: where it lay and how it looked when it was read
        sha256: of its bytes; empty where it could not be read
        asset: id of the asset it is stored as; empty where it failed
        failure: why it failed; empty where it is stored
    """

    location: Location
    sha256: str = ""
    asset: str = ""
    failure: str = ""


class LedgerDamaged(StoreError):
    """The file is there and is no ledger any more."""

    def __init__(self, file: Path, reason: object) -> None:
        super().__init__(f"the ledger {file} cannot be used: {reason}; mend it with: lineage check --repair")


class Ledger:
    """Records by (root, path); a context manager that commits and closes. One thread may write while another reads.

    Raises:
        LedgerDamaged: the file is no ledger, or is one that something has changed
        StoreError: it cannot be read or written, or is busy for longer than `_PATIENCE`
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        with self._errors():
            file.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(file, timeout=_PATIENCE, check_same_thread=False)
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.executescript(_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def require_sound(self) -> None:
        """`LedgerDamaged` where something has changed the file; all of it is read."""
        with self._errors():
            ((said,),) = self._database.execute("PRAGMA integrity_check(1)")
        if said != "ok":
            raise LedgerDamaged(self._file, said)
        for _ in self.records():
            pass

    def find(self, root: str, path: str) -> Record | None:
        """The record of a file, or None where it was never seen."""
        with self._errors():
            row = self._database.execute("SELECT * FROM files WHERE root = ? AND path = ?", (root, path)).fetchone()
        return _record(row) if row else None

    def records(self) -> Iterator[Record]:
        """All records, ordered by root and path."""
        with self._errors():
            for row in self._database.execute("SELECT * FROM files ORDER BY root, path"):
                yield _record(row)

    def below(self, root: str, path: str = "") -> Iterator[Record]:
        """The records of a file, or of all files in a folder; an empty path is the root itself.

        Files count that were indexed by way of a folder in it, or of a folder that it lies in: they have another root.
        """
        which, values = _lying_in(root, path)
        with self._errors():
            for row in self._database.execute(f"SELECT * FROM files WHERE {which} ORDER BY root, path", values):
                yield _record(row)

    def failed_below(self, root: str) -> list[Record]:
        """The records of the files in a folder that failed; which lie in it, `below` says."""
        which, values = _lying_in(root, "")
        with self._errors():
            rows = self._database.execute(f"SELECT * FROM files WHERE failure != '' AND ({which})", values).fetchall()
        return [_record(row) for row in rows]

    def failed(self, paths: Collection[str]) -> list[Record]:
        """The records of files that failed and have one of these paths, below whatever root."""
        with self._errors():
            rows = self._database.execute("SELECT * FROM files WHERE failure != ''")
            return [record for row in rows if (record := _record(row)).location.path in paths]

    def count_assets(self, root: str = EVERYWHERE) -> int:
        """How many assets the files below a root are stored as."""
        which, values = _lying_in(root, "") if root else ("TRUE", [])
        query = f"SELECT COUNT(DISTINCT asset) FROM files WHERE asset != '' AND ({which})"
        with self._errors():
            return int(self._database.execute(query, values).fetchone()[0])

    def folders(self) -> list[tuple[str, int]]:
        """Every folder that stored files lie right in, by its path below its root, and how many do; in order."""
        # What is left of a path once all that is no "/" is trimmed from its end.
        query = (
            "SELECT rtrim(path, replace(path, '/', '')) AS folder, COUNT(*) FROM files WHERE asset != '' "
            "GROUP BY folder ORDER BY folder"
        )
        with self._errors():
            return [(folder.rstrip("/"), count) for folder, count in self._database.execute(query)]

    def listed(self, *, folder: str = "", text: str = "", limit: int, start: int = 0) -> list[Record]:
        """Stored files in the order of their paths, below whatever root.

        Args:
            folder: in which they lie, or in a folder of it; empty: anywhere
            text: that their paths hold, in any case; empty: any
            limit: at most so many
            start: how many are passed over
        """
        terms, values = ["asset != ''"], list[str | int]()
        if folder:
            terms.append("path > ? AND path < ?")
            values += _inside(folder)
        if text:
            terms.append("instr(lower(path), lower(?)) > 0")
            values.append(text)
        query = f"SELECT * FROM files WHERE {' AND '.join(terms)} ORDER BY path, root LIMIT ? OFFSET ?"
        with self._errors():
            return [_record(row) for row in self._database.execute(query, [*values, limit, start])]

    def looking_like(self, location: Location) -> list[Record]:
        """Some stored files of the same size and time, wherever they lie: this one may have been one of them."""
        query = "SELECT * FROM files WHERE size = ? AND mtime_ns = ? AND failure = '' LIMIT ?"
        with self._errors():
            rows = self._database.execute(query, (location.size, location.mtime_ns, _ALIKE)).fetchall()
        return [_record(row) for row in rows]

    def write(self, records: Iterable[Record]) -> None:
        """Insert or replace records, all or none of them."""
        with self._errors(), self._database:
            self._database.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)", map(_row, records))

    def replace(self, records: Iterable[Record]) -> None:
        """Hold these records and no others."""
        with self._errors(), self._database:
            self._database.execute("DELETE FROM files")
            self._database.executemany("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?)", map(_row, records))

    def take_over(self, other: Ledger) -> None:
        """Hold the records of another ledger and no others, and know which of its runs have not come to their end."""
        self.replace(other.records())
        self.begin(other.begun())

    def drop(self, locations: Iterable[Location]) -> None:
        """Drop the records of files that are no longer there."""
        places = ((location.root, location.path) for location in locations)
        with self._errors(), self._database:
            self._database.executemany("DELETE FROM files WHERE root = ? AND path = ?", places)

    def doubt(self, assets: Iterable[str]) -> None:
        """Let the files of these assets look changed, so that a next run reads them whether they are stored or not."""
        with self._errors(), self._database:
            self._database.executemany(
                "UPDATE files SET mtime_ns = ? WHERE asset = ?", ((_NEVER, asset) for asset in assets)
            )

    def forget(self, assets: Iterable[str]) -> None:
        """Drop the records of these assets, so that a next run reads their files again."""
        with self._errors(), self._database:
            self._database.executemany("DELETE FROM files WHERE asset = ?", ((asset,) for asset in assets))

    def keep(self, assets: Iterable[Sequence[str]]) -> int:
        """Forget all assets but these, which come in batches and are kept on disk; how many were forgotten.

        If any were, it is remembered as by `begin`, everywhere, in the same step: so what else has changed is seen to.
        """
        gone = "asset != '' AND asset NOT IN (SELECT id FROM kept)"
        with self._errors(), self._database:
            self._database.execute("DROP TABLE IF EXISTS temp.kept")  # of a call that its batches have ended
            self._database.execute("CREATE TEMP TABLE kept (id TEXT PRIMARY KEY) WITHOUT ROWID")
            for some in assets:
                self._database.executemany("INSERT OR IGNORE INTO kept VALUES (?)", ((asset,) for asset in some))
            count = self._database.execute(f"SELECT COUNT(DISTINCT asset) FROM files WHERE {gone}").fetchone()[0]
            if count:
                self._database.execute(f"DELETE FROM files WHERE {gone}")
                self._database.execute("INSERT OR IGNORE INTO runs VALUES (?)", (EVERYWHERE,))
            self._database.execute("DROP TABLE temp.kept")
        return int(count)

    def begin(self, roots: Iterable[str]) -> None:
        """Remember that a run has begun on these roots, which may be killed."""
        with self._errors(), self._database:
            self._database.executemany("INSERT OR IGNORE INTO runs VALUES (?)", ((root,) for root in roots))

    def end(self, roots: Iterable[str]) -> None:
        """Runs on these roots have come to their end: what they stored stands in the records."""
        with self._errors(), self._database:
            self._database.executemany("DELETE FROM runs WHERE root = ?", ((root,) for root in roots))

    def begun(self) -> frozenset[str]:
        """Roots of runs that have begun and not come to their end."""
        with self._errors():
            return frozenset(root for (root,) in self._database.execute("SELECT root FROM runs"))

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError as error:  # it is closed
            raise StoreError(f"the ledger {self._file} cannot be used: {error}") from error
        except sqlite3.DatabaseError as error:
            # What Python itself cannot read of a row has no code.
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF in _AMISS:
                raise LedgerDamaged(self._file, error) from error
            raise StoreError(f"the ledger {self._file} cannot be used: {error}") from error
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"the ledger {self._file} cannot be used: {error}") from error


def join_path(root: str, path: str) -> str:
    """The whole path or address of a file."""
    return f"{root.rstrip('/')}/{path}" if path else root


def _lying_in(root: str, path: str) -> tuple[str, list[str]]:
    """What is true of the files in a folder, or of one file, as SQL with its values; see `Ledger.below`."""
    folder = join_path(root, path)
    # "0" follows "/". An address below another root is a line of a list that lies there, and no file of the folder.
    terms, values = ["(root = ? OR root > ? AND root < ?) AND instr(path, '://') = 0"], [folder, *_inside(folder)]
    for above in _from_above(root):
        rest = folder[len(join_path(above, "x")) - 1 :]
        terms.append("root = ? AND (path = ? OR path > ? AND path < ?)")
        values += [above, rest, *_inside(rest)]
    return " OR ".join(f"({term})" for term in terms), values


def _inside(folder: str) -> tuple[str, str]:
    return (f"{folder.rstrip('/')}/", f"{folder.rstrip('/')}0") if folder else ("", "\U0010ffff")


def _from_above(root: str) -> Iterator[str]:
    """The root, and the folders that it lies in."""
    yield root
    while (above := root.rpartition("/")[0]) and not above.endswith("/"):
        yield above
        root = above
    if root.startswith("/") and root != "/":
        yield "/"


def _row(record: Record) -> tuple[str | int, ...]:
    place = record.location
    return (place.root, place.path, place.size, place.mtime_ns, record.sha256, record.asset, record.failure)


def _record(row: tuple[str, str, int, int, str, str, str]) -> Record:
    root, path, size, mtime_ns, sha256, asset, failure = row
    return Record(Location(root, path, size, mtime_ns), sha256, asset, failure)
