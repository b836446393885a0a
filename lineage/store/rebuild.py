"""An embedded index written anew out of what is sound of it."""

from __future__ import annotations

import logging
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from lineage.errors import StoreError
from lineage.protocols import Store
from lineage.records import Entry
from lineage.store import folder as folders
from lineage.store import seal, stamps
from lineage.store.room import TO_WRITE, bytes_on_disk, require_room

_LOG = logging.getLogger(__name__)


def rebuild(folder: Path) -> None:
    """Write the sound entries of an index into new files, which take the place of the former at one moment.

    So all that the engine derives, tables, codes and lists, is made anew too. Where it cannot read its files, also with
    a new log, nothing is left, and the new index is empty.

    Raises:
        StoreMissing: there is none
        StoreLocked: another process has the index
        StoreError: its stamp cannot be read, or the disk has no room for both
    """
    folders.require(folder)
    held = folders.hold(folder)
    try:
        written = stamps.read(folder)
        folders.sweep(folder)
        require_room(folder, TO_WRITE + bytes_on_disk(folder / written.shard))
        fresh = stamps.Written(written.stamp, f"{stamps.SHARD}-{uuid.uuid4()}")
        folders.build_shard(folder / fresh.shard, dim=fresh.stamp.dim)
        with closing(folders.open_shard(folder, fresh, held=None)) as target:
            for entries in _sound(folder, written, fresh):
                target.upsert(entries)
        stamps.write(folder, stamps.CURRENT, fresh)
        folders.sweep(folder)
    finally:
        held.release()


def _sound(folder: Path, written: stamps.Written, fresh: stamps.Written) -> Iterator[Sequence[Entry]]:
    if source := _opened(folder, written) or _opened(folder, _with_new_parts(folder, written, fresh)):
        with closing(source):
            yield from source.scroll()


def _opened(folder: Path, written: stamps.Written) -> Store | None:
    try:
        return folders.open_shard(folder, written, held=None)
    except StoreError as error:
        _LOG.warning("%s", error)
        return None


def _with_new_parts(folder: Path, written: stamps.Written, fresh: stamps.Written) -> stamps.Written:
    """The shard with those of its files that can be had new: how it is configured, and a log without entries, which
    had none that counted if the index was closed.
    """
    old, new = folder / written.shard, folder / fresh.shard
    shutil.rmtree(old / "wal", ignore_errors=True)
    shutil.copy(new / "edge_config.json", old)
    shutil.copytree(new / "wal", old / "wal")
    seal.remove(old)
    return written
