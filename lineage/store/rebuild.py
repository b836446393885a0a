"""An embedded index written anew out of what is sound of it."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from lineage.errors import StoreError
from lineage.records import Entry
from lineage.store import folder as folders
from lineage.store import stamps
from lineage.store.room import TO_WRITE, bytes_on_disk, require_room

_LOG = logging.getLogger(__name__)


def rebuild(folder: Path) -> None:
    """Write the sound entries of an index into new files, which take the place of the former at one moment.

    So all that the engine derives, tables, codes and lists, is made anew too. Where it cannot read its files at all,
    nothing is left, and the new index is empty.

    Raises:
        StoreLocked: another process has the index
        StoreError: its stamp cannot be read, or the disk has no room for both
    """
    held = folders.hold(folder)
    try:
        folders.sweep(folder)
        written = stamps.read(folder)
        require_room(folder, TO_WRITE + bytes_on_disk(folder / written.shard))
        fresh = stamps.Written(written.stamp, f"{stamps.SHARD}-{uuid.uuid4()}")
        folders.build_shard(folder / fresh.shard, dim=fresh.stamp.dim)
        with closing(folders.open_shard(folder, fresh, held=None)) as target:
            for entries in _sound(folder, written):
                target.upsert(entries)
        stamps.write(folder, stamps.CURRENT, fresh)
        folders.sweep(folder)
    finally:
        held.release()


def _sound(folder: Path, written: stamps.Written) -> Iterator[Sequence[Entry]]:
    try:
        source = folders.open_shard(folder, written, held=None)
    except StoreError as error:
        _LOG.warning("%s; nothing of it can be kept", error)
        return
    with closing(source):
        yield from source.scroll()
