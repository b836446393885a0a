"""What changes in a folder, as it changes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

from watchfiles import watch

from lineage.errors import LineageError
from lineage.images import SUPPORTED_SUFFIXES

EVERYWHERE: frozenset[str] = frozenset()
RESCAN_SECONDS = 3600.0  # systems forget changes when many come at once, and never hear of some on network shares
_WAIT_MS = 1000  # until a quiet folder is asked again; also how soon after the start the first look begins


def changes(root: Path, *, beside: Path | None = None, stop: Event | None = None) -> Iterator[frozenset[str]]:
    """Paths that have come, changed or gone, relative to `root`, for ever or until `stop` is set.

    First, and once an hour, it says `EVERYWHERE`; by then the system reports changes already, so none is missed.

    Args:
        root: the folder, absolute
        beside: a folder that may lie in it and does not count: that of the index, which changes whenever it is opened
        stop: ends the iteration

    Raises:
        LineageError: the system cannot watch this folder
    """
    looked = -RESCAN_SECONDS
    try:
        for found in watch(root, watch_filter=None, stop_event=stop, yield_on_timeout=True, rust_timeout=_WAIT_MS):
            paths = [Path(path) for _, path in found]
            if time.monotonic() - looked >= RESCAN_SECONDS or root in paths:
                looked = time.monotonic()
                yield EVERYWHERE
            elif counting := [path.relative_to(root) for path in paths if _counts(path, root, beside)]:
                yield frozenset(path.as_posix() for path in counting)
    except OSError as error:
        raise LineageError(f"{root}: this folder cannot be watched: {error.strerror or error}") from error


def _counts(path: Path, root: Path, beside: Path | None) -> bool:
    """Whether there may be, or have been, a picture; what is gone may have been a folder, whatever its name."""
    if any(part.startswith(".") for part in path.relative_to(root).parts) or (beside and path.is_relative_to(beside)):
        return False
    return path.suffix.lower() in SUPPORTED_SUFFIXES or not path.is_file()
