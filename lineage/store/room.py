"""Room on the disk under an embedded index.

The engine writes through memory maps, where a full disk is no error but a signal that ends the process; so it is asked
beforehand. Measured on a small file system: opening takes 33 MB for a moment and dies where 16 are left.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lineage.errors import StoreError

TO_OPEN = 64 * 2**20  # bytes
TO_PACK = 8 * 2**30  # bytes; two or three segments are written anew as one of 200,000 assets at most
TO_WRITE = 256 * 2**20  # bytes; the engine grows its files by 32 MB each, and several may grow at once


def bytes_on_disk(folder: Path) -> int:
    """Bytes that the disk really gives: the engine's files are sparse. 0 where the system does not tell."""
    return 512 * sum(getattr(file.stat(), "st_blocks", 0) for file in folder.rglob("*"))


def may_pack(folder: Path) -> bool:
    """Whether there is room for the segments that the engine would write anew; `StoreError` as in `require_room`."""
    with disk_errors(f"the disk under the index at {folder} cannot be looked at"):
        return shutil.disk_usage(folder).free >= TO_WRITE + min(bytes_on_disk(folder), TO_PACK)


def require_room(folder: Path, needed: int) -> None:
    """`StoreError` where fewer bytes are left on the disk that holds the folder, or where the disk does not answer."""
    with disk_errors(f"the disk under the index at {folder} cannot be looked at"):
        free = shutil.disk_usage(folder).free
    if free < needed:
        raise StoreError(
            f"the disk under the index at {folder} is nearly full: {free >> 20} MB are left and "
            f"{needed >> 20} MB needed; make room and run again"
        )


@contextmanager
def disk_errors(failure: str) -> Iterator[None]:
    """Errors of the disk as `StoreError`: the sentence, and what the system says."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{failure}: {error.strerror}") from error
