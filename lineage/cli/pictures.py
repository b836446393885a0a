"""Pictures that a command was given: files and folders → decoded pictures, with a complaint for what cannot be read."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from lineage.cli.bar import Advance
from lineage.cli.output import complain
from lineage.errors import ImageError

if TYPE_CHECKING:
    from lineage.records import Picture, Pixels
    from lineage.settings import Settings

STDIN = "-"


def files_below(targets: Sequence[str | Path]) -> list[Path]:
    """Every picture by its path as given; a folder stands for the pictures below it.

    Raises:
        UsageError: a target does not exist or has no pictures
    """
    from indexer.targets import pictures

    return [Path(name) for name in pictures(targets)]


def source(name: str) -> Path | bytes:
    """What `decode` reads a picture from: its path, or the bytes at its address.

    Raises:
        ImageError: there is nothing at this address, or nobody is let in
    """
    from lineage.places import is_remote, read, split

    return read(*split(name)) if is_remote(name) else Path(name)


def read_post(name: str, settings: Settings) -> tuple[Picture, str]:
    """A post as it is asked about, and the SHA-256 of its file; `-` is one on stdin.

    Raises:
        ImageError: it cannot be had or cannot be read
    """
    content, digest = _content(name)
    return _decoding(content, name, settings)(), digest


class PostReader:
    """Reads posts as `read_post` does, in processes of their own; a context manager.

    A file that crashes its decoder, or that takes too long, fails alone.

    Args:
        settings: how posts are decoded
        count: processes
    """

    def __init__(self, settings: Settings, count: int) -> None:
        from lineage.child_processes import ChildProcesses

        self._settings = settings
        self._children = ChildProcesses(_carried_out, count, limit=settings.decode_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._children.__exit__(*error)

    def read(self, name: str) -> tuple[Picture, str]:
        """A post and the SHA-256 of its file; errors as of `read_post`."""
        from lineage.child_processes import ChildEnded

        content, digest = _content(name)
        try:
            return self._children.call(_decoding(content, name, self._settings)), digest
        except ChildEnded as ended:
            raise ImageError(name, str(ended)) from ended


def _content(name: str) -> tuple[Path | bytes, str]:
    from lineage.places import is_remote, read_with_digest, split

    if name == STDIN:
        given = sys.stdin.buffer.read()
        return given, hashlib.sha256(given).hexdigest()
    return read_with_digest(*split(name) if is_remote(name) else ("", name))


def _decoding(content: Path | bytes, name: str, settings: Settings) -> Callable[[], Picture]:
    from lineage.images import decode

    return partial(decode, content, name=name, longest=settings.post_longest, pixel_limit=settings.pixel_limit)


def _carried_out(decoding: Callable[[], Picture], begin: Callable[[], None]) -> Picture:
    begin()
    return decoding()


@dataclass(slots=True)
class Decoded:
    """Pictures one at a time, (path as given, (H, W, 3) uint8); what cannot be read is named on stderr and counted.

    Attributes:
        files: to decode
        longest: px, longer side
        progress: is told of every file
        failed: complete once the iteration has ended
    """

    files: Sequence[Path]
    longest: int
    progress: Advance = lambda _: None
    failed: int = field(default=0)

    def __iter__(self) -> Iterator[tuple[str, Pixels]]:
        """The pictures in their order."""
        from lineage.images import decode

        for file in self.files:
            try:
                pixels = decode(file, longest=self.longest).pixels
            except ImageError as error:
                self.failed += 1
                complain(str(error))
            else:
                yield str(file), pixels
            self.progress(1)
