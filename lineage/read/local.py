"""A file of this machine, opened so that nothing in its place holds anybody up."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from lineage.errors import ImageError, ImageOutOfReach


@contextmanager
def opened(file: Path, name: str) -> Iterator[BufferedReader]:
    """A file of this machine. A pipe, or what has become one since it was found, does not hold anybody up.

    Raises:
        ImageOutOfReach: it cannot be had just now
        ImageError: it is a pipe, a device or a folder
    """
    try:
        handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise ImageError(name, "not a regular file")
            yield stream
    except OSError as error:
        reason = error.strerror or str(error)
        raise ImageOutOfReach(name, reason[:1].lower() + reason[1:]) from error
