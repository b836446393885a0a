"""Records beside an embedded index: a SQLite file in its folder, made when the first is written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from lineage.errors import StoreError

_AMISS = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)  # neither busy, full nor out of reach
_PATIENCE = 30.0  # seconds; a service and a nightly run may write at once


class RecordsDamaged(StoreError):
    """A file is there, and is none of records any more."""


class RecordFile:
    """The rows of a file.

    Args:
        file: it is made by the first change
        called: what it is, for errors
        tables: statements that make those that are missing
        way: what helps where it is damaged

    Raises:
        RecordsDamaged: the file is none of that kind
        StoreError: it cannot be read or written, or is busy for longer than `_PATIENCE`
    """

    def __init__(self, file: Path, *, called: str, tables: str, way: str) -> None:
        self._file, self._called, self._tables, self._way = file, called, tables, way
        self._database: sqlite3.Connection | None = None

    @property
    def there(self) -> bool:
        """Whether anything was ever written."""
        return self._file.exists()

    def rows(self, question: str, *values: str) -> list[tuple[Any, ...]]:
        """What a statement finds; nothing where there is no file yet."""
        if not self.there:
            return []
        with self._errors():
            return self._opened().execute(question, values).fetchall()

    @contextmanager
    def changed(self) -> Iterator[sqlite3.Connection]:
        """The database, to be changed: all of it or nothing."""
        with self._errors(), self._opened() as database:
            yield database

    def close(self) -> None:
        """Let go of the file; it is opened again where it is needed."""
        if self._database:
            self._database.close()
            self._database = None

    def _opened(self) -> sqlite3.Connection:
        if self._database is None:
            database = sqlite3.connect(self._file, timeout=_PATIENCE)
            # One row that is no text any more is to say nothing of the others.
            database.text_factory = partial(str, encoding="utf-8", errors="replace")
            try:
                database.executescript(self._tables)
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
            said = f"the {self._called} {self._file} cannot be used: {error}"
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF in _AMISS:
                raise RecordsDamaged(f"{said}; {self._way}") from error
            raise StoreError(said) from error
