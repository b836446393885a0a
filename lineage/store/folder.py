"""The folder of an embedded index: made whole or not at all, opened by one process.

    PLACE/
    ├── stamp.json          of the index that is opened: what it was written with, and where its shard lies
    ├── stamp-INDEX.json    of another one that lies beside it, see `folder_pair.py`; absent mostly
    ├── shard.seal          what the engine's files were like when they were closed, see `seal.py`
    ├── lock                held by the process that has the index open
    ├── holder.json         which process that is, for the message to whoever comes second; absent when nobody has
    ├── shard/              the engine's files: write-ahead log, vectors, payload. They are sparse: an empty index is
    │                       150 MB in a listing and .2 MB on disk
    ├── shard-INDEX/        those of an index that was made beside another one, or in a folder that was there already
    └── damaged-…/          what a repair could not open, see `rebuild.py`; absent mostly

Other files, such as the ledger, may lie beside them.
"""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
from functools import partial
from itertools import filterfalse
from pathlib import Path

from qdrant_edge import EdgeShard, UpdateOperation

from lineage.errors import StoreError, StoreLocked, StoreMissing
from lineage.records import Stamp
from lineage.store import edge, holder, schema, seal, stamps
from lineage.store.embedded import EmbeddedStore
from lineage.store.holder import Hold
from lineage.store.room import TO_OPEN, TO_WRITE, disk_errors, require_room

_WAY = "mend it with: lineage check --repair, or restore a copy"
_LOG = logging.getLogger(__name__)
_SHARD = re.compile(rf"{stamps.SHARD}-[0-9a-f-]{{36}}|{stamps.SHARD}(-[0-9a-f-]{{36}})?\.seal(\.part)?")
_LOCK = "lock"
_NOTE = "holder.json"
_OURS = frozenset({_LOCK, _NOTE, f"{stamps.CURRENT}.part", "lost+found"})


def exists(folder: Path) -> bool:
    """Whether the folder holds an index; `StoreError` where that cannot be seen."""
    with disk_errors(f"{folder} cannot be looked into"):
        return (folder / stamps.CURRENT).is_file()


def require(folder: Path) -> None:
    """`StoreMissing` where the folder holds no index, `StoreError` where it holds something else."""
    if not exists(folder):
        _refuse_unstamped(folder)
        _refuse_strangers(folder, way="the folder of an index")
        raise StoreMissing(f"no index at {folder}; make one with: lineage index DIR --store {folder}")


def create(folder: Path, stamp: Stamp) -> EmbeddedStore:
    """Make an empty index and open it.

    Raises:
        StoreLocked: another process makes one there
        StoreError: there is one, or something else is in the way
    """
    if exists(folder):
        raise StoreError(f"there is already an index at {folder}")
    try:
        _refuse_unstamped(folder)
        _refuse_strangers(folder, way="an empty or a new folder")
        if folder.is_dir():
            _make_inside(folder, stamp)
        else:
            _make(folder, stamp)
    except (OSError, StoreError) as error:
        if exists(folder) and not isinstance(error, StoreLocked):  # another process was faster
            raise holder.locked(f"the index at {folder} is in use by", folder / _NOTE) from error
        if isinstance(error, OSError):
            raise StoreError(f"no index can be made at {folder}: {error.strerror}") from error
        raise
    return open_(folder)


def _make(folder: Path, stamp: Stamp) -> None:
    """A new folder: the rename is what makes it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    require_room(folder.parent, TO_WRITE)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
        made = Path(scratch, "index")
        made.mkdir()
        build_shard(made / stamps.SHARD, dim=stamp.dim)
        stamps.write(made, stamps.CURRENT, stamps.Written(stamp, stamps.SHARD))
        made.rename(folder)


def _make_inside(folder: Path, stamp: Stamp) -> None:
    """A folder that is there, and may be a volume, or lie where nobody else may be made: the stamp file makes it."""
    require_room(folder, TO_WRITE)
    held = hold(folder)  # two at once would each take their own for the index
    try:
        if exists(folder):
            raise StoreError(f"there is already an index at {folder}")
        written = stamps.Written(stamp, f"{stamps.SHARD}-{stamp.index}")
        build_shard(folder / written.shard, dim=stamp.dim)
        stamps.write(folder, stamps.CURRENT, written)
    finally:
        held.release()


def open_(folder: Path) -> EmbeddedStore:
    """Open an index; `StoreMissing`, `StoreLocked`, or `StoreError` where it is none or damaged."""
    require(folder)
    held = hold(folder)
    try:
        return open_shard(folder, stamps.read(folder), held)
    except BaseException:  # a disk that is away raises an error of the system's; whatever it is, others may come in
        held.release()
        raise


def build_shard(folder: Path, *, dim: int) -> None:
    """Make the engine's files of an empty index."""
    folder.mkdir()
    with edge.errors(folder):
        shard = EdgeShard.create(str(folder), edge.config(dim=dim))
        for field in schema.HASHES:  # before data, so that whatever is built later knows them
            shard.update(UpdateOperation.create_field_index(field, edge.hash_index()))
        shard.flush()
        shard.close()


def open_shard(folder: Path, written: stamps.Written, held: Hold | None) -> EmbeddedStore:
    """Open the engine's files that a stamp file of the folder names.

    Args:
        folder: of the index
        written: what the stamp file says
        held: the right to have the folder open, which the store gives back; None where another store has it
    """
    require_room(folder, TO_OPEN)
    shard = folder / written.shard
    before = seal.read(shard)
    if not written.summed and before.stamp not in (None, written):
        way = f"{stamps.WAY} and remove {seal.place(shard).name}"  # of the two, the seal may have what is damaged
        raise stamps.StampDamaged(folder, "its stamp", "is not as it was when the index was closed", way=way)
    if before.short:  # the engine maps files into memory, where one that is cut short ends the process
        raise StoreError(f"the index at {folder} is damaged: {before.short[0]} is missing or cut short; {_WAY}")
    with edge.errors(folder, failure=f"is damaged ({{reason}}); {_WAY}"):
        opened = EdgeShard.load(str(shard))
        if (dim := edge.dim_of(shard)) not in (None, written.stamp.dim):  # one of the two, which is not to be sealed
            opened.close()
            reason = f"says vectors of {written.stamp.dim} numbers, and it holds some of {dim}"
            if written.summed or before.stamp:
                raise StoreError(f"the index at {folder} is damaged: its stamp {reason}; {_WAY}")
            raise stamps.StampDamaged(folder, "its stamp", reason, way="restore a copy of that file")
    seal.breach(shard, before, written)
    store = EmbeddedStore(folder, opened, written.stamp, held, seal=partial(seal.close, shard, written, before))
    _tell_changes(folder, before, store.count())
    return store


def changed_files(folder: Path) -> list[str]:
    """Paths of the engine's files that are not as they were closed, below the folder; all of them are read.

    Raises:
        StoreMissing, StoreLocked: as for `open_`; the files of an index that is open change meanwhile
        StoreError: the stamp is damaged, or the disk does not answer
    """
    require(folder)
    held = hold(folder)
    try:
        written = stamps.read(folder)
        with disk_errors(f"the files of the index at {folder} cannot be looked at"):
            found = seal.read(folder / written.shard, whole=True)
    finally:
        held.release()
    return [f"{written.shard}/{path}" for path in (*found.short, *found.changed)]


def mend_stamps(folder: Path) -> list[str]:
    """Write stamp files that are damaged anew, as the seals of the engine's files have them; their names.

    Raises:
        StoreMissing, StoreLocked: as for `open_`
        StoreError: no seal has what one of them said
    """
    if not exists(folder) and _sealed_stamp(folder, stamps.CURRENT) is None:
        require(folder)
    held = hold(folder)
    try:
        return [name for name in sorted({stamps.CURRENT, *stamps.names(folder)}) if _mend_stamp(folder, name)]
    finally:
        held.release()


def _mend_stamp(folder: Path, name: str) -> bool:
    try:
        present = stamps.read(folder, name)
    except stamps.StampDamaged as error:
        sealed = _sealed_stamp(folder, name)
        if sealed is None:
            raise StoreError(
                f"the index at {folder} is damaged: no seal has what {name} said; restore a copy of that file"
            ) from error
    else:
        sealed = seal.stamp_beside(folder / present.shard)
        if present.summed or sealed in (None, present):
            return False
    stamps.write(folder, name, sealed)
    return True


def _sealed_stamp(folder: Path, name: str) -> stamps.Written | None:
    """What the seals say of the index with that stamp file: of the current one, that of which no other file is left."""
    shards = (shard for shard in folder.glob(f"{stamps.SHARD}*") if shard.is_dir())
    sealed = [found for shard in shards if (found := seal.stamp_beside(shard)) and found.shard == shard.name]
    if name == stamps.CURRENT:
        known = {*stamps.names(folder)}
        fitting = [one for one in sealed if stamps.name_beside(one.stamp) not in known]
    else:
        fitting = [one for one in sealed if stamps.name_beside(one.stamp) == name]
    return fitting[0] if len(fitting) == 1 else None


def sweep(folder: Path) -> None:
    """Remove the engine's files that no stamp file names: a run was killed that made or dropped them.

    Where the index has no stamp any more nothing can be told from what is left over, and all of it stays.
    """
    if not exists(folder):
        return
    named = {stamps.read(folder, name).shard for name in stamps.names(folder)}
    for shard in folder.glob(f"{stamps.SHARD}*"):
        if shard.is_dir() and stamps.SHARD_NAME.fullmatch(shard.name) and shard.name not in named:
            shutil.rmtree(shard)
            seal.remove(shard)


def _tell_changes(folder: Path, before: seal.Seal, count: int) -> None:
    amiss: list[str] = []
    if count < (before.count or 0):
        amiss.append(f"it held {before.count} assets when it was closed and holds {count}")
    if before.changed:
        more = f" and {len(before.changed) - 1} more" if before.changed[1:] else ""
        amiss.append(f"{before.changed[0]}{more} changed since it was closed")
    if amiss:
        _LOG.warning(
            "the index at %s is damaged: %s; answers may be wrong until it is repaired, see: lineage check",
            folder,
            ", and ".join(amiss),
        )


def hold(folder: Path) -> Hold:
    """The right to have the folder open, see `Hold`."""
    return Hold(folder / _LOCK, folder / _NOTE, place=str(folder))


def announce(folder: Path, address: str) -> None:
    """Say by which URL this process, which has the index open, may be asked in the place of the index."""
    holder.announce(folder / _NOTE, address)


def _refuse_unstamped(folder: Path) -> None:
    """`StoreError` where an index has lost its stamp file: one made in its place would drop what is left of it."""
    with disk_errors(f"{folder} cannot be looked into"):
        lost = folder.is_dir() and _sealed_stamp(folder, stamps.CURRENT)
    if lost:
        raise StoreError(f"the index at {folder} is damaged: {stamps.CURRENT} is gone; {_WAY}")


def _refuse_strangers(folder: Path, *, way: str) -> None:
    """`StoreError` where something that is not an index lies at the place; `way`: what to name instead."""
    if folder.exists() and not folder.is_dir():
        raise StoreError(f"{folder} is a file and not an index; name a folder")
    with disk_errors(f"{folder} cannot be looked into"):
        stranger = next(filterfalse(_left_behind, folder.iterdir()), None) if folder.is_dir() else None
    if stranger:
        raise StoreError(f"{folder} holds something else than an index ({stranger.name}); name {way}")


def _left_behind(file: Path) -> bool:
    """By a process that was killed while it made an index; or by the system, which roots a volume so."""
    return file.name in _OURS or _SHARD.fullmatch(file.name) is not None
