"""Files that are whole or not there: written beside, and renamed when all of it is written.

Whoever is killed, or meets a full disk, leaves what was there before, and at most a hidden part that the next run takes
over.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from os import fsencode
from pathlib import Path
from zlib import crc32


@contextmanager
def whole(file: Path) -> Iterator[Path]:
    """A path in the same folder, with the same suffix, to be written to; in the end it takes the place of the file.

    Raises:
        OSError: it cannot be written, with the name of the file
    """
    file = file.resolve() if file.is_symlink() else file  # the link stays
    if file.exists() and not file.is_file():
        yield file  # a device or a pipe takes what is written
        return
    part = file.with_name(f".{crc32(fsencode(file.name)):08x}.part{file.suffix[:32]}")
    try:
        yield part
        part.replace(file)
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno and error.filename in (None, str(part)):
            raise OSError(error.errno, error.strerror, str(file)) from error  # a full disk is told without any name
        raise


def write_whole(file: Path, content: str | bytes) -> None:
    """Write a file, text as UTF-8; one of that name is replaced at one moment."""
    with whole(file) as part:
        part.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
