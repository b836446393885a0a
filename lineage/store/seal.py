"""The seal of an embedded index: what its files were like when they were closed, so that it notices when it opens that
a disk, or somebody, has changed them since.

A flipped byte in the tables of an engine makes assets vanish from its answers and raises nothing; a file that is cut
short ends the process. `SHARD.seal` has its own sum and, as JSON, size, time and CRC-32 of every file, how many assets
there are, and what the stamp says. Opened, an index compares sizes, the sums of small files, and the stamp; `lineage
check` compares all.

A file that was not written since it was sealed keeps its sum, so nothing of a large index is read anew when it closes,
and what is damaged stays known as damaged. After a crash the files that were written since, told by their time, are
not known, and are sealed as they are.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO
from zlib import crc32

from lineage.store.stamps import Written, facts_of, rename, written

SMALL = 4 << 20  # bytes of data, up to which a file is compared whenever an index is opened
MOST = 64 << 20  # bytes of all files that are; some 50 ms
_BLOCK = 1 << 20

Look = tuple[int, int]
"""Size and time of a file, bytes and ns."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file as it was when the index was closed.

    Attributes:
        size: bytes
        mtime_ns: time of the last change
        sum: CRC-32 of what it holds
    """

    size: int
    mtime_ns: int
    sum: int


@dataclass(frozen=True, slots=True)
class Seal:
    """What is known of the files of an index that is being opened.

    Attributes:
        files: path below the shard → as it was sealed; those that were written since a crash are left out
        count: assets; None after a crash
        short: paths of files that are missing or shorter than they were: no engine may see them
        changed: paths of files that hold something else
        looks: how all files look now
        stamp: what the stamp file said; None in seals of before
    """

    files: Mapping[str, Sealed]
    count: int | None
    short: tuple[str, ...]
    changed: tuple[str, ...]
    looks: Mapping[str, Look]
    stamp: Written | None


def read(shard: Path, *, whole: bool = False) -> Seal:
    """Compare the files of a shard with its seal: sizes and the sums of small ones, or the `whole` of all."""
    looks, files, count, record = _looks(shard), dict[str, Sealed](), None, _record(shard)
    if record:
        files, count = {path: Sealed(*facts) for path, facts in record["files"].items()}, record["count"]
    if count is None:  # not closed since: what was written is as the engine's own log has it
        files = {path: one for path, one in files.items() if looks.get(path) == (one.size, one.mtime_ns)}
    short = tuple(path for path, one in files.items() if path not in looks or looks[path][0] < one.size)
    compared = _compared(shard, files, whole=whole)
    changed = tuple(path for path in compared if path not in short)
    return Seal(files, count, short, changed, looks, _stamp_in(record))


def stamp_beside(shard: Path) -> Written | None:
    """What the seal of a shard says that the stamp file says; None where it is missing, damaged, or from before."""
    return _stamp_in(_record(shard))


def _stamp_in(record: Mapping[str, Any] | None) -> Written | None:
    return written(record["stamp"]) if record and "stamp" in record else None


def breach(shard: Path, seal: Seal, stamp: Written) -> None:
    """The index is open from now on, and its files change: how many assets it holds is not known after a crash."""
    _write(shard, stamp, seal.files, None)


def close(shard: Path, stamp: Written, before: Seal, count: int, wrote: bool) -> None:  # noqa: FBT001 - a callback
    """Seal the files of a shard that the engine has let go of.

    Args:
        shard: folder of the files
        stamp: what the stamp file says
        before: what was known when it was opened
        count: assets
        wrote: whether any were written or dropped; else those that an earlier closing counted are still to be there
    """
    files: dict[str, Sealed] = {}
    for path, look in _looks(shard).items():
        known = before.files.get(path)
        if known and (before.looks.get(path) == look or path in before.changed):
            # Copied elsewhere, files have other times; and what is damaged stays so, whatever is written into it.
            files[path] = replace(known, size=look[0], mtime_ns=look[1])
        else:
            files[path] = Sealed(*look, _sum(shard / path))
    _write(shard, stamp, files, count if wrote or before.count is None else before.count)


def remove(shard: Path) -> None:
    """Forget what the files of a shard were like that is no more."""
    place(shard).unlink(missing_ok=True)


def place(shard: Path) -> Path:
    """Where the seal of a shard lies."""
    return shard.with_name(f"{shard.name}.seal")


def _record(shard: Path) -> dict[str, Any] | None:
    """What a seal says; None where it is missing, or damaged itself."""
    with suppress(OSError, ValueError):
        own, record = place(shard).read_text(encoding="utf-8").split("\n", 1)
        if int(own) == crc32(record.encode()):
            said: dict[str, Any] = json.loads(record)
            return said
    return None


def _write(shard: Path, stamp: Written, files: Mapping[str, Sealed], count: int | None) -> None:
    """Whole or not at all, and on the disk; one that is full or read-only leaves an index unsealed, and readable.

    A seal that cannot take the place of the former takes it away: that one would call what is written now damage.
    """
    facts = {path: [one.size, one.mtime_ns, one.sum] for path, one in files.items()}
    record = json.dumps({"stamp": facts_of(stamp), "count": count, "files": facts})
    part = place(shard).with_suffix(".seal.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(f"{crc32(record.encode())}\n{record}")
            file.flush()
            os.fsync(file.fileno())
        rename(part, place(shard))
    except OSError:
        with suppress(OSError):
            remove(shard)


def _looks(shard: Path) -> dict[str, Look]:
    found = ((file, file.stat()) for file in sorted(shard.rglob("*")) if file.is_file())
    return {file.relative_to(shard).as_posix(): (stat.st_size, stat.st_mtime_ns) for file, stat in found}


def _compared(shard: Path, files: Mapping[str, Sealed], *, whole: bool) -> Iterator[str]:
    """Paths of the files that hold something else, or that the disk cannot read."""
    left = MOST
    for path, sealed in files.items():
        file = shard / path
        try:
            held = _data(file) if file.is_file() else 0
            if whole or held <= min(SMALL, left):
                left -= held
                if file.is_file() and _sum(file) != sealed.sum:
                    yield path
        except OSError:
            yield path


def _data(file: Path) -> int:
    """Bytes that the disk really holds: the engine's files are sparse."""
    stat = file.stat()
    return min(stat.st_size, 512 * getattr(stat, "st_blocks", stat.st_size // 512 + 1))


def _sum(file: Path) -> int:
    """Of the blocks that hold something, and of where they lie: holes are not read."""
    total = 0
    with file.open("rb") as stream:
        for at, block in _blocks(stream):
            if block.count(0) < len(block):
                total = crc32(block, crc32(at.to_bytes(8), total))
    return total


def _blocks(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Offset and bytes, a block at a time; of those in holes, where the system tells of them, none."""
    at, size = 0, os.fstat(stream.fileno()).st_size
    while at < size:
        if hasattr(os, "SEEK_DATA"):
            try:
                at = os.lseek(stream.fileno(), at, os.SEEK_DATA) // _BLOCK * _BLOCK
            except OSError:  # nothing but a hole follows
                return
        stream.seek(at)
        yield at, stream.read(_BLOCK)
        at += _BLOCK
