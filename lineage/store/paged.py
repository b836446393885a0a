"""What both engines hand out alike: records → assets and entries, those that are damaged left out and told once."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from lineage.errors import EntryDamaged
from lineage.records import Asset, Entry, Surveyed
from lineage.store import schema

T = TypeVar("T")

_IDS = 4_096  # ids a page: 40 bytes each
_LOG = logging.getLogger(__name__)


class Paged(ABC):
    """The verbs of a `Store` that go through all of it, and those that read some."""

    def __init__(self) -> None:
        self._named: set[str] = set()

    def assets(self, ids: Sequence[str]) -> Mapping[str, Asset]:
        """See `Store`; a damaged record is left out, and named as a warning."""
        records = self._some(ids, whole=False)
        return self._sound(records, lambda record: schema.asset_of(str(record.id), record.payload or {}))

    def entries(self, ids: Sequence[str]) -> Mapping[str, Entry]:
        """See `Store`; vectors come back as float16 kept them. A damaged entry is left out, and named as a warning."""
        return self._sound(self._some(ids, whole=True), schema.entry)

    def ids(self) -> Iterator[Sequence[str]]:
        """See `Store`."""
        for records in self._pages(_IDS, whole=False):
            yield [str(record.id) for record in records]

    def scroll(self, *, batch: int = 256) -> Iterator[Sequence[Entry]]:
        """See `Store`; as `entries`."""
        for records in self._pages(batch, whole=True):
            yield [*self._sound(records, schema.entry).values()]

    def survey(self, *, batch: int = 256) -> Iterator[Surveyed]:
        """See `Store`."""
        for records in self._pages(batch, whole=True):
            amiss: list[EntryDamaged] = []
            entries = [entry for _, entry in _read(records, schema.entry, amiss.append)]
            damaged = {error.id: error.path for error in amiss}
            bare = sum(not schema.has_sums(record) for record in records if str(record.id) not in damaged)
            yield Surveyed(entries, damaged, bare)

    def _sound(self, records: Iterable[Any], read: Callable[[Any], T]) -> dict[str, T]:
        return dict(_read(records, read, self._tell))

    def _tell(self, error: EntryDamaged) -> None:
        if error.id not in self._named:
            self._named.add(error.id)
            _LOG.warning("the entry of %s in the index is damaged and left out; see: lineage check", error.path)

    @abstractmethod
    def _some(self, ids: Sequence[str], *, whole: bool) -> Iterable[Any]:
        """Records of those ids that exist, with payload and vector, or with the asset's record alone."""

    @abstractmethod
    def _pages(self, size: int, *, whole: bool) -> Iterator[list[Any]]:
        """Records of at most so many points at a time, with payload and vector or without both; none is empty."""


def _read(
    records: Iterable[Any], read: Callable[[Any], T], amiss: Callable[[EntryDamaged], None]
) -> Iterator[tuple[str, T]]:
    for record in records:
        try:
            yield str(record.id), read(record)
        except EntryDamaged as error:
            amiss(error)
