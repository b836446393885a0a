"""Stamps: what an index was written with, whom it refuses for that, and the file that says so of an embedded one.

The file has a check sum of all else in it. The seal of the engine's files has the same once more (`seal.py`), from
which a damaged one is written anew. Of the two, a file with a right sum is believed; one of before there were sums only
where there is no such seal.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from zlib import crc32

from lineage.errors import StampMismatch, StoreError
from lineage.records import Stamp
from lineage.store.schema import SCHEMA_VERSION

CURRENT = "stamp.json"
_SUM = "sum"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SHARD = "shard"  # where the file names none
WAY = "mend it with: lineage check --repair, or restore a copy of that file"
SHARD_NAME = re.compile(rf"{SHARD}(-{_UUID.pattern})?")


@dataclass(frozen=True, slots=True)
class Written:
    """What a stamp file says.

    Attributes:
        stamp: what the index was written with
        shard: name of the folder with the engine's files, beside the stamp file
        summed: whether the file had a sum, and it was right
    """

    stamp: Stamp
    shard: str
    summed: bool = field(default=False, compare=False)


class StampDamaged(StoreError):
    """What an index says that it was written with is not what was written."""

    def __init__(self, folder: Path, name: str, reason: object, *, way: str = WAY) -> None:
        super().__init__(f"the index at {folder} is damaged: {name} {reason}; {way}")


def name_beside(stamp: Stamp) -> str:
    """Name of the stamp file of an index that lies beside the current one."""
    return f"stamp-{stamp.index}.json"


def names(folder: Path) -> list[str]:
    """Names of the stamp files of a folder."""
    return sorted(file.name for file in folder.glob("stamp*.json"))


def read(folder: Path, name: str = CURRENT) -> Written:
    """A stamp file of that folder; `StampDamaged` where it cannot be read or is not as it was written."""
    try:
        facts = json.loads((folder / name).read_text(encoding="utf-8"))
        summed = _SUM in facts
        if summed and facts.pop(_SUM) != _sum(facts):
            raise StampDamaged(folder, name, "is not as it was written")
        require_known_form(str(folder), facts["schema"])
        return replace(written(facts), summed=summed)
    except (OSError, ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise StampDamaged(folder, name, f"cannot be read ({error})") from error


def written(facts: Mapping[str, Any]) -> Written:
    """What a file says, without its sum → what it means; errors as of `stamp`."""
    shard = facts.get("shard", SHARD)  # files of before name none
    if not SHARD_NAME.fullmatch(shard):
        raise ValueError(f"{shard!r} is no name of a shard")
    return Written(stamp({key: value for key, value in facts.items() if key != "shard"}), shard)


def facts_of(written: Written) -> dict[str, Any]:
    """What is written of it, without a sum."""
    return {**asdict(written.stamp), "shard": written.shard}


def stamp(facts: Mapping[str, Any]) -> Stamp:
    """What an index says of itself → stamp; `ValueError` and its like where no file may be named after it."""
    found = Stamp(**facts)
    if not _UUID.fullmatch(found.index):
        raise ValueError(f"{found.index!r} is no id of an index")
    return found


def write(folder: Path, name: str, written: Written) -> None:
    """Write a stamp file whole or not at all, and have it on the disk."""
    part, facts = folder / f"{name}.part", facts_of(written)
    with part.open("w", encoding="utf-8") as file:
        file.write(json.dumps({**facts, _SUM: _sum(facts)}, indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    rename(part, folder / name)


def rename(file: Path, onto: Path) -> None:
    """Rename within a folder, over what has the name already: afterwards either is there whole, even after a crash."""
    file.replace(onto)
    if os.name == "posix":  # elsewhere folders cannot be opened, and renames are journalled
        handle = os.open(onto.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def require_stamp(place: str, found: Stamp, expect: Stamp | None) -> None:
    """`StampMismatch` where an index is in another form than this version's, or was made with another backbone."""
    require_known_form(place, found.schema)
    if found.schema != SCHEMA_VERSION:
        raise StampMismatch(
            f"the index at {place} is stored in form {found.schema} and this version reads form {SCHEMA_VERSION}; "
            "index again into another place: lineage index DIR --store OTHER, "
            f"and take what people decided along: lineage copy {place} OTHER --decisions"
        )
    if expect and (found.backbone, found.weights, found.dim) != (expect.backbone, expect.weights, expect.dim):
        raise StampMismatch(
            f"the index at {place} was made with backbone {_named(found)}, not with {_named(expect)}; "
            f"ask with --backbone {found.backbone} and the weights it had, "
            f"or change the index: lineage reindex --backbone {expect.backbone} --store {place}"
        )


def require_known_form(place: str, schema: int) -> None:
    """`StampMismatch` where an index is of a form that this version cannot know."""
    if schema > SCHEMA_VERSION:
        raise StampMismatch(
            f"the index at {place} is stored in form {schema} by a newer version of lineage, and this one reads form "
            f"{SCHEMA_VERSION}; install the newer one"
        )


def _sum(facts: Mapping[str, Any]) -> int:
    return crc32(json.dumps(facts, sort_keys=True).encode())


def _named(stamp: Stamp) -> str:
    return f"{stamp.backbone} (weights {stamp.weights[:12]}, {stamp.dim} numbers)"
