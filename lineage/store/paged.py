"""What both engines hand out alike, a page of records at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

from lineage.records import Entry
from lineage.store import schema

_IDS = 4_096  # ids a page: 40 bytes each


class Paged(ABC):
    """The verbs of a `Store` that go through all of it."""

    def ids(self) -> Iterator[Sequence[str]]:
        """See `Store`."""
        for records in self._pages(_IDS, whole=False):
            yield [str(record.id) for record in records]

    def scroll(self, *, batch: int = 256) -> Iterator[Sequence[Entry]]:
        """See `Store`."""
        for records in self._pages(batch, whole=True):
            yield [schema.entry(record) for record in records]

    @abstractmethod
    def _pages(self, size: int, *, whole: bool) -> Iterator[list[Any]]:
        """Records of at most so many points at a time, with payload and vector or without both; none is empty."""
