"""What changes in a folder, as it changes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

from watchfiles import watch

from indexer.files.roots import mark
from indexer.files.scan import require
from lineage.errors import LineageError
from lineage.read.images import SUPPORTED_SUFFIXES

EVERYWHERE: frozenset[str] = frozenset()
RESCAN_SECONDS = 3600.0  # systems forget changes when many come at once, and never hear of some on network shares
_WAIT_MS = 1000  # until a quiet folder is asked again; also how soon after the start the first look begins


def changes(root: Path, *, beside: Path | None = None, stop: Event | None = None) -> Iterator[frozenset[str]]:
    """Paths that have come, changed or gone, relative to `root`, until it is time to watch anew.

    First it says `EVERYWHERE`; by then the system reports changes already, so none is missed. It ends after an hour,
    and where another folder has come in the place of this one, or none: of what happens there nobody would hear.

    Args:
        root: the folder, absolute
        beside: a folder that may lie in it and does not count: that of the index, which changes whenever it is opened
        stop: ends the iteration too

    Raises:
        UsageError: there is no such folder
        LineageError: the system cannot watch this folder
    """
    require(root)
    watched, began, looked = mark(root), time.monotonic(), False
    try:
        for found in watch(root, watch_filter=None, stop_event=stop, yield_on_timeout=True, rust_timeout=_WAIT_MS):
            paths = [Path(path) for _, path in found]
            if mark(root) != watched or time.monotonic() - began >= RESCAN_SECONDS:
                return
            if not looked or root in paths:
                looked = True
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
