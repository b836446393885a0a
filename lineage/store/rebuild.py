"""An embedded index written anew out of what is sound of it."""

from __future__ import annotations

import logging
import shutil
import uuid
from contextlib import closing
from pathlib import Path

from lineage.errors import StoreError
from lineage.protocols import Store
from lineage.store import folder as folders
from lineage.store import seal, stamps
from lineage.store.room import TO_WRITE, bytes_on_disk, require_room

_RENEWED = ("wal", "edge_config.json")  # files of a shard that hold no entries once it is closed
_LOG = logging.getLogger(__name__)


def rebuild(folder: Path) -> Path | None:
    """Write the sound entries of an index into new files, which take the place of the former at one moment.

    So all that the engine derives, tables, codes and lists, is made anew too. Where it cannot read its files, it is
    tried with a new log; where that does not help either, the new index is empty.

    Returns:
        Where that lies which could not be opened: a log, or all of the index, as one of its own. It is kept, because
        what could not be opened now may be another time: a system that is short of files or memory says the same.
        None: all was opened.

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
        name = str(uuid.uuid4())
        fresh, aside = stamps.Written(written.stamp, f"{stamps.SHARD}-{name}"), folder / f"damaged-{name}"
        folders.build_shard(folder / fresh.shard, dim=fresh.stamp.dim)
        with closing(folders.open_shard(folder, fresh, held=None)) as target:
            source = _opened(folder, written) or _opened_anew(folder, written, fresh, aside)
            if source:
                with closing(source):
                    for entries in source.scroll():
                        target.upsert(entries)
        if not source:
            _set_aside(folder, written, aside)
        stamps.write(folder, stamps.CURRENT, fresh)
        folders.sweep(folder)
        return aside if aside.exists() else None
    finally:
        held.release()


def _opened(folder: Path, written: stamps.Written) -> Store | None:
    try:
        return folders.open_shard(folder, written, held=None)
    except StoreError as error:
        _LOG.warning("%s", error)
        return None


def _opened_anew(folder: Path, written: stamps.Written, fresh: stamps.Written, aside: Path) -> Store | None:
    """The shard with those of its files that can be had new: how it is configured, and a log without entries, which
    had none that counted if the index was closed. The former go aside, and come back if that does not help.
    """
    old, new = folder / written.shard, folder / fresh.shard
    if not old.is_dir():
        return None
    aside.mkdir()
    sealed = seal.place(old)
    parts = [part for part in (*(old / name for name in _RENEWED), sealed) if part.exists()]
    for part in parts:
        part.rename(aside / part.name)
    shutil.copy(new / "edge_config.json", old)
    shutil.copytree(new / "wal", old / "wal")
    if not (store := _opened(folder, written)):
        shutil.rmtree(old / "wal")
        for part in parts:
            (aside / part.name).replace(part)
    return store


def _set_aside(folder: Path, written: stamps.Written, aside: Path) -> None:
    """Move a shard into a folder of its own, which is an index then."""
    old = folder / written.shard
    if old.is_dir():
        for part in (seal.place(old), old):
            if part.exists():
                part.rename(aside / part.name)
        stamps.write(aside, stamps.CURRENT, written)
