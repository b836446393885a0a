"""Which files of a folder are pictures to index."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from indexer.files import roots
from lineage.errors import UsageError
from lineage.read.formats import OF_EXTRA, SUPPORTED_SUFFIXES
from lineage.records import Location

UNSUPPORTED = "unsupported file type"
HIDDEN = "hidden"
_KINDS = 5  # that are named
_LIKE_ADDRESS = re.compile(r"[a-z]+:/|(?:[\w-]+\.)+[a-z]{2,}/")  # `https:/…`, `example.com/…`
_Entry = os.DirEntry[str] | Path


@dataclass(slots=True)
class Scan:
    """An iterable over the pictures below `target`, in stable order (by name, folder by folder).

    Links to files are followed. Links to folders are followed once, and only if they lead out of the library: what lies
    inside is met anyway, so no loop can arise.

    Raises:
        UsageError: the target does not exist, or is neither folder nor regular file: a pipe may never end

    Attributes:
        target: folder, or a single file (then its folder is the root)
        only: paths of files and folders, relative to the target, to look at; nothing: all of the target
        root: the folder that paths are relative to, absolute and without links: one library however it is spelled
        skipped: how many files or folders were left out, by reason; complete once the iteration has ended
        unsupported: paths of those that are of no supported type, relative to the root; complete then too
    """

    target: Path
    only: Collection[str] = ()
    root: Path = field(init=False)
    skipped: Counter[str] = field(default_factory=Counter)
    unsupported: list[str] = field(default_factory=list)
    _linked: set[str] = field(default_factory=set)
    _mark: roots.Mark | None = field(init=False)

    def __post_init__(self) -> None:
        require(self.target)
        self.root = (self.target if self.target.is_dir() else self.target.parent).resolve()
        self._mark = roots.mark(self.root)

    def __iter__(self) -> Iterator[Location]:
        """Locations of pictures; `UsageError` where the target cannot be listed."""
        if self.only:
            yield from self._pictures(file for path in _outermost(self.only) for file in self._named(path))
        elif self.target.is_dir():
            yield from self._pictures(self._listed(self.root))
        else:
            yield self._location(self.root / self.target.name)

    def gone(self, path: str) -> bool:
        """Whether it is certain that there is no such file; one that cannot be looked at may be there.

        Nothing is certain once the root is another folder than it was, or none: what lay in it may be there.
        """
        return surely_gone(str(self.root), path) and self._mark is not None and roots.mark(self.root) == self._mark

    def _named(self, path: str) -> Iterator[Path]:
        """What may be gone again, and may lie in a folder that is left out."""
        file = self.root / path
        if not any(part.startswith(".") for part in PurePosixPath(path).parts) and os.path.lexists(file):
            yield file

    def _pictures(self, entries: Iterable[_Entry]) -> Iterator[Location]:
        """Those among files, and below folders, however deep."""
        waiting = [iter(entries)]
        while waiting:
            entry = next(waiting[-1], None)
            if entry is None:
                waiting.pop()
            elif isinstance(found := self._met(entry), Location):
                yield found
            elif found:
                waiting.append(iter(self._listed(found)))

    def _met(self, entry: _Entry) -> Location | Path | None:
        """A picture, a folder to look into, or nothing that counts."""
        try:
            reason = self._why_not(entry)
            if not reason:
                return Path(entry) if entry.is_dir() else self._location(Path(entry))
        except OSError as error:
            reason = _why_unreadable(error)
        self.skipped[reason] += 1
        if reason == UNSUPPORTED:
            self.unsupported.append(Path(entry).relative_to(self.root).as_posix())
        return None

    def _listed(self, folder: Path) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as listing:
                return sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            if folder == self.root:
                raise UsageError(f"{folder}: this folder cannot be listed: {error.strerror}") from error
            self.skipped[_why_unreadable(error)] += 1
            return []

    def _why_not(self, entry: _Entry) -> str | None:
        if entry.name.startswith("."):
            return HIDDEN
        if undecodable(entry.name):
            return "file name that is not UTF-8"
        if entry.is_symlink() and not Path(entry).exists():
            return "broken link"
        if entry.is_dir():
            return "link to a folder that is in the library already" if self._is_known_link(entry) else None
        if not entry.is_file():
            return "not a regular file"
        return None if Path(entry.name).suffix.lower() in SUPPORTED_SUFFIXES else UNSUPPORTED

    def _is_known_link(self, entry: _Entry) -> bool:
        if not entry.is_symlink():
            return False
        real = Path(entry).resolve()
        inside = real.is_relative_to(self.root) or self.root.is_relative_to(real)
        seen = any(real.is_relative_to(linked) for linked in self._linked)
        self._linked.add(str(real))
        return inside or seen

    def _location(self, file: Path) -> Location:
        stat = file.stat()
        return Location(str(self.root), file.relative_to(self.root).as_posix(), stat.st_size, stat.st_mtime_ns)


def kinds(paths: Collection[str]) -> str:
    """What types files are of, most frequent first, and which an extra would read: `3 .dng, 2 .mp4`."""
    counted = Counter(PurePosixPath(path).suffix.lower() or "without suffix" for path in paths)
    named = [f"{count} {suffix}" for suffix, count in counted.most_common(_KINDS)]
    rest = len(counted) - len(named)
    by_extra = sorted(counted.keys() & frozenset().union(*OF_EXTRA.values()))
    hint = f"; the extra 'formats' reads {', '.join(by_extra)}" if by_extra else ""
    return ", ".join([*named, *([f"{rest} more types"] if rest else [])]) + hint


def require(target: Path) -> None:
    """`UsageError` unless there is such a file or folder, and it may be known to be there."""
    try:
        there = target.exists()
    except OSError as error:
        raise UsageError(f"{target}: {error.strerror}") from error
    if not there:
        way = "; an address begins with https://, s3://, gs:// or az://" if _LIKE_ADDRESS.match(str(target)) else ""
        raise UsageError(f"{target}: there is no such file or folder{way}")
    if not (target.is_dir() or target.is_file()):
        raise UsageError(f"{target}: this is neither a folder nor a regular file")


def surely_gone(root: str, path: str) -> bool:
    """Whether it is certain that there is no such file on this machine."""
    try:
        Path(root, path).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _outermost(paths: Collection[str]) -> list[str]:
    """The paths, in order, without those that lie in another one of them."""
    chosen = set(paths)
    return sorted(path for path in chosen if not any(str(above) in chosen for above in PurePosixPath(path).parents))


def _why_unreadable(error: OSError) -> str:
    """Libraries change while they are scanned; what is gone by the time it is looked at is no reason to stop."""
    if isinstance(error, FileNotFoundError):
        return "removed during the scan"
    return "no permission" if isinstance(error, PermissionError) else "cannot be read"


def undecodable(name: str) -> bool:
    """Whether a name cannot be kept."""
    # The file system hands over bytes that are not UTF-8 as lone surrogates, which no store or terminal can write.
    return any("\ud800" <= character <= "\udfff" for character in name)
