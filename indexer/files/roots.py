"""Is a library, or a folder in it, still there?

A share that is not mounted leaves another folder at its place, or none.
"""

from __future__ import annotations

import os
from pathlib import Path

from lineage.read.images import SUPPORTED_SUFFIXES

Mark = tuple[int, int]


def mark(root: Path) -> Mark | None:
    """What tells a folder from any other at the same path, its device and inode; None where none can be seen."""
    try:
        found = root.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def bare(root: Path) -> bool:
    """Whether neither pictures nor folders can be seen in it; hidden ones do not count."""
    try:
        with os.scandir(root) as listing:
            return not any(_counts(entry) for entry in listing)
    except OSError:
        return True


def nearest_emptied(root: Path, path: str) -> Path | None:
    """Of a folder and those above it the nearest that is there, if it is bare: emptied, or a share was mounted there.

    Args:
        root: the folder of the library, at which the search ends
        path: of the folder, relative to the root
    """
    folder = Path(root, path)
    while folder != root and not folder.is_dir():
        folder = folder.parent
    return folder if bare(folder) else None


def _counts(entry: os.DirEntry[str]) -> bool:
    return not entry.name.startswith(".") and (entry.is_dir() or Path(entry.name).suffix.lower() in SUPPORTED_SUFFIXES)
