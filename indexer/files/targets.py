"""What a user names, a path or an address → the scan that finds its pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from indexer.files.remote import ListScan, RemoteScan
from indexer.files.scan import Scan, kinds, undecodable
from indexer.files.scan import require as require_here
from lineage.errors import UsageError
from lineage.read.places import is_list, is_remote
from lineage.records import Location

Target = str | Path


class Scanning(Protocol):
    """Finds pictures.

    Attributes:
        root: what the paths of its locations are relative to, as they name it
        skipped: how many files or folders were left out, by reason; complete once the iteration has ended
        unsupported: paths of those that are of no supported type; complete then too
    """

    @property
    def root(self) -> Path | str:
        """See above."""
        ...

    @property
    def skipped(self) -> Counter[str]:
        """See above."""
        ...

    @property
    def unsupported(self) -> list[str]:
        """See above."""
        ...

    def __iter__(self) -> Iterator[Location]:
        """Locations of pictures, in stable order."""
        ...

    def gone(self, path: str) -> bool:
        """Whether it is certain that there is no such file; to be asked once the iteration has ended."""
        ...


PassedOver = Callable[[Target, Scanning], None]


def scan(target: Target, *, only: Collection[str] = ()) -> Scanning:
    """The scan of a folder, file or list, here or elsewhere.

    Args:
        target: path or address
        only: as for `Scan`; of a remote place nobody knows what has changed

    Raises:
        UsageError: there is nothing of that name
        RemoteError: it cannot be reached
    """
    if is_list(target) and (is_remote(target) or Path(target).is_file()):
        return ListScan(str(target))
    if is_remote(target):
        return RemoteScan(str(target))
    return Scan(Path(target), only=only)


def scans(targets: Sequence[Target]) -> list[Scanning]:
    """The scans of all targets to index, one for each place however often and in whatever spelling it is named.

    Raises:
        UsageError: there is nothing of that name, or the name cannot be kept
        RemoteError: it cannot be reached
    """
    return [_keepable(scan(target)) for target in {_absolute(target): target for target in targets}.values()]


def require(target: Target) -> None:
    """`UsageError` unless there is such a file or folder; of a place elsewhere whoever reads from it can say more."""
    if not is_remote(target):
        require_here(Path(target))


def count(targets: Sequence[Target]) -> int | None:
    """How many pictures there are, for a progress bar; None where asking takes as long as reading: elsewhere."""
    if any(is_remote(target) or is_list(target) for target in targets):
        return None
    return sum(1 for found in scans(targets) for _ in found)


def library(target: Target) -> Path | str:
    """What a library is known by: the folder, absolute and without links, or the address.

    Raises:
        UsageError: there is none, or it is a single file, or its name cannot be kept
    """
    found = scan(target)
    single = not Path(target).is_dir() if isinstance(found, Scan) else isinstance(found, RemoteScan) and found.single
    if single:
        raise UsageError(f"{target}: not a folder; sync follows whole folders")
    return _keepable(found).root


def pictures(targets: Sequence[Target], *, passed_over: PassedOver = lambda *_: None) -> list[str]:
    """Every picture by its path as given, or by its address; a folder stands for the pictures below it.

    Args:
        targets: files, folders, lists, here or elsewhere
        passed_over: told of each target what was left out below it, where anything was

    Raises:
        UsageError: a target does not exist or has no pictures
    """
    return [name for target in targets for name in _below(target, passed_over)]


def _keepable(found: Scanning) -> Scanning:
    if undecodable(str(found.root)):
        raise UsageError(f"{found.root}: the name of this folder is not UTF-8, which no index can keep; rename it")
    return found


def _absolute(target: Target) -> str:
    require(target)  # what no file can be called, such as a\0b, has no absolute path either
    return str(target).rstrip("/") if is_remote(target) else str(Path(target).resolve())


def _below(target: Target, passed_over: PassedOver) -> Iterator[str]:
    scanned = scan(target)
    found = [_name(target, location) for location in scanned]
    if not found:
        others = f"; what is there is not read: {kinds(scanned.unsupported)}" if scanned.unsupported else ""
        raise UsageError(f"{target}: no pictures found{others}")
    if scanned.skipped:
        passed_over(target, scanned)
    yield from found


def _name(target: Target, location: Location) -> str:
    if is_remote(location.path):
        return location.path
    if is_remote(location.root):
        return f"{location.root}/{location.path}"
    return str(Path(target) / location.path if Path(target).is_dir() else target)
