"""Records beside an embedded index: a SQLite file in its folder, made when the first is written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lineage.errors import StoreError

_PATIENCE = 30.0  # seconds; a service and a nightly run may write at once


class RecordFile:
    """The rows of a file.

    Args:
        file: it is made by the first change
        called: what it is, for errors
        tables: statements that make those that are missing

    Raises:
        StoreError: the file cannot be read or written, is none of that kind, or is busy for longer than `_PATIENCE`
    """

    def __init__(self, file: Path, *, called: str, tables: str) -> None:
        self._file, self._called, self._tables = file, called, tables
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
            raise StoreError(f"the {self._called} {self._file} cannot be used: {error}") from error
