"""Which notes a journal was given, in a file beside it: so a journal that is emptied, removed or cut is noticed.

    PLACE/journal.ids    a line a note: its id, and the CRC-32 of that

Lines are added once the journal has the notes, so a run that is killed in between leaves out a note that is there until
the next one writes, and never names one that is not. Each begins with a line's end: what a full disk has cut off spoils
no other.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from zlib import crc32

from lineage.store.room import disk_errors


def read(file: Path) -> list[str]:
    """Ids of all notes that were written, in their order; none without such a file, as in journals of before.

    Raises:
        StoreError: it cannot be read
    """
    with disk_errors(f"{file} cannot be read"):
        if not file.exists():
            return []
        text = file.read_text(encoding="ascii", errors="replace")
    pairs = (line.partition(" ") for line in text.splitlines())
    return [*dict.fromkeys(key for key, _, total in pairs if total == _sum(key))]


def add(file: Path, ids: Iterable[str]) -> None:
    """Write down that a journal has these notes."""
    with file.open("a", encoding="ascii") as stream:
        stream.write("".join(f"\n{key} {_sum(key)}" for key in ids))
        stream.flush()
        os.fsync(stream.fileno())


def _sum(key: str) -> str:
    return f"{crc32(key.encode()):08x}"
