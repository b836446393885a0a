"""Pictures that a command was given: files and folders → decoded pictures, with a complaint for what cannot be read."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

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
    from indexer.files.targets import pictures

    return [Path(name) for name in pictures(targets)]


def source(name: str) -> Path | bytes:
    """What `decode` reads a picture from: its path, or the bytes at its address.

    Raises:
        ImageError: there is nothing at this address, or nobody is let in
    """
    from lineage.read.places import is_remote, read, split

    return read(*split(name)) if is_remote(name) else Path(name)


def given_post(name: str) -> str | bytes:
    """A post that a command was given: its path or address, or for `-` the bytes on stdin."""
    return sys.stdin.buffer.read() if name == STDIN else name


def read_picture(name: str, settings: Settings, *, longest: int) -> Picture:
    """One picture by its path or address, as a `PictureReader` decodes it.

    Raises:
        ImageError: it cannot be had or cannot be read
    """
    from lineage.read.pictures import PictureReader

    with PictureReader(settings) as reader:
        return reader.decode(source(name), name=name, longest=longest)


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
        from lineage.read.pictures import PictureReader
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
