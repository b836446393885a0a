"""Which files of a remote place are pictures to index: a folder of an object store, a file, or a list of addresses."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from indexer.files.scan import HIDDEN, UNSUPPORTED
from lineage.errors import ImageError, LineageError, UsageError
from lineage.read.images import SUPPORTED_SUFFIXES
from lineage.read.places import Found, below, is_remote, look, read, split
from lineage.records import Location

_LOOKS = 16  # files of a list that are looked at at once: a web server answers for one at a time, a round trip each


@dataclass(slots=True)
class RemoteScan:
    """An iterable over the pictures at an address, in stable order (by name, folder by folder).

    Raises:
        UsageError: there is nothing at this address
        RemoteError: it cannot be reached, or lets nobody in; a listing that breaks off ends the iteration this way, so
            that no file is taken for gone because it was not listed
        MissingExtra: the package for this kind of place is not installed

    Attributes:
        target: address of a folder or of a file
        root: address that paths are relative to
        skipped: how many files or folders were left out, by reason; complete once the iteration has ended
        unsupported: paths of those that are of no supported type, relative to the root; complete then too
    """

    target: str
    root: str = field(init=False)
    skipped: Counter[str] = field(default_factory=Counter)
    unsupported: list[str] = field(default_factory=list)
    _file: str = field(init=False, default="")
    _seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.root = self.target.rstrip("/")
        if self.target.startswith("http") and self.target.endswith("/"):
            raise UsageError(
                f"{self.target}: web servers list no folders; give the address of a text file with one address a line"
            )
        if not look(self.root).folder:
            self.root, self._file = split(self.root)

    @property
    def single(self) -> bool:
        """Whether the target is a file."""
        return bool(self._file)

    def __iter__(self) -> Iterator[Location]:
        """Locations of pictures."""
        if self._file:
            yield self._location(self._file, look(self.root, self._file))
        else:
            yield from self._pictures()

    def gone(self, path: str) -> bool:
        """Whether the listing, once complete, did not have this path; of a single file nothing was listed."""
        return not self.single and path not in self._seen

    def _pictures(self) -> Iterator[Location]:
        """Those in all folders, however deep."""
        waiting = [self._listed("")]
        while waiting:
            path, found = next(waiting[-1], ("", None))
            if found is None:
                waiting.pop()
            elif reason := _why_not(found):
                self.skipped[reason] += 1
                if reason == UNSUPPORTED:
                    self.unsupported.append(path)
            elif found.folder:
                waiting.append(self._listed(path))
            else:
                yield self._location(path, found)

    def _listed(self, folder: str) -> Iterator[tuple[str, Found]]:
        """Path and what lies there."""
        return iter([(f"{folder}/{one.name}" if folder else one.name, one) for one in below(self.root, folder)])

    def _location(self, path: str, found: Found) -> Location:
        self._seen.add(path)
        return Location(self.root, path, found.size, found.mtime_ns)


@dataclass(slots=True)
class ListScan:
    """An iterable over the files that a text file names, one address a line, in its order.

    Empty lines and lines that begin with # are left out. A location's root is the list, its path the file's address.

    Raises:
        UsageError: the list is not there or is not text of this kind
        RemoteError: it cannot be reached, or lets nobody in

    Attributes:
        target: path or address of the list
        root: the same, absolute
        skipped: how many lines were left out, by reason
        unsupported: none; what a list names is looked at
    """

    target: str
    root: str = field(init=False)
    skipped: Counter[str] = field(default_factory=Counter)
    unsupported: list[str] = field(default_factory=list)
    _addresses: dict[str, None] = field(init=False)

    def __post_init__(self) -> None:
        self.root = self.target if is_remote(self.target) else str(Path(self.target).resolve())
        self._addresses = dict.fromkeys(self._lines())

    def __iter__(self) -> Iterator[Location]:
        """Locations of the files; one that cannot be looked at is left to whoever reads it, who can say why."""
        addresses = iter(self._addresses)
        with ThreadPoolExecutor(_LOOKS) as threads:
            while some := list(itertools.islice(addresses, _LOOKS)):
                yield from threads.map(self._location, some)

    def gone(self, path: str) -> bool:
        """Whether the list does not name this address."""
        return path not in self._addresses

    def _location(self, address: str) -> Location:
        try:
            found = look(address, patient=False)
        except LineageError:
            return Location(self.root, address, 0, time.time_ns())
        return Location(self.root, address, found.size, found.mtime_ns)

    def _lines(self) -> Iterator[str]:
        for number, line in enumerate(self._text().splitlines(), 1):
            address = line.strip()
            if not address or address.startswith("#"):
                continue
            if not is_remote(address):
                raise UsageError(
                    f"{self.target}: line {number} is no address; a list has one address a line, such as https://…"
                )
            yield address

    def _text(self) -> str:
        try:
            return read(*split(self.root)).decode("utf-8-sig")
        except ImageError as error:
            raise UsageError(f"{self.target}: this list cannot be read: {error.reason}") from error
        except UnicodeDecodeError as error:
            raise UsageError(f"{self.target}: this list is not UTF-8 text") from error


def _why_not(found: Found) -> str | None:
    if not found.name:
        return "below an empty part of a key (//)"
    if found.name.startswith("."):
        return HIDDEN
    if found.folder or PurePosixPath(found.name).suffix.lower() in SUPPORTED_SUFFIXES:
        return None
    return UNSUPPORTED
