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


class PictureReader:
    """Decodes in processes of its own, so that a file that crashes its decoder, or takes too long, fails alone; a
    context manager.

    Args:
        settings: how large posts and others may be, and how long a file may take
        count: processes
    """

    def __init__(self, settings: Settings, count: int = 1) -> None:
        from lineage.child_processes import ChildProcesses

        self._settings = settings
        self._children = ChildProcesses(_carried_out, count, limit=settings.decode_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._children.__exit__(*error)

    def post(self, name: str) -> tuple[Picture, str]:
        """A post as it is asked about, and the SHA-256 of its file; `-` is one on stdin.

        Raises:
            ImageError: it cannot be had or cannot be read
        """
        content, digest = _content(name)
        return self.decode(content, name=name, longest=self._settings.post_longest), digest

    def decode(self, source: Path | bytes, *, name: str, longest: int) -> Picture:
        """Any picture: see `lineage.images.decode`."""
        from lineage.child_processes import ChildEnded
        from lineage.images import decode

        limit = self._settings.pixel_limit
        try:
            return self._children.call(partial(decode, source, name=name, longest=longest, pixel_limit=limit))
        except ChildEnded as ended:
            raise ImageError(name, str(ended)) from ended


def read_picture(name: str, settings: Settings, *, longest: int) -> Picture:
    """One picture by its path or address, as a `PictureReader` decodes it.

    Raises:
        ImageError: it cannot be had or cannot be read
    """
    with PictureReader(settings) as reader:
        return reader.decode(source(name), name=name, longest=longest)


def _content(name: str) -> tuple[Path | bytes, str]:
    from lineage.places import is_remote, read_with_digest, split

    if name == STDIN:
        given = sys.stdin.buffer.read()
        return given, hashlib.sha256(given).hexdigest()
    return read_with_digest(*split(name) if is_remote(name) else ("", name))


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
        from lineage.settings import load_settings

        with PictureReader(load_settings()) as reader:
            for file in self.files:
                try:
                    pixels = reader.decode(file, name=str(file), longest=self.longest).pixels
                except ImageError as error:
                    self.failed += 1
                    complain(str(error))
                else:
                    yield str(file), pixels
                self.progress(1)
