"""Stamp files: what an embedded index was written with, and which folder beside the file holds its shard."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from lineage.errors import StoreError
from lineage.records import Stamp

CURRENT = "stamp.json"
SHARD = "shard"  # where the file names none


@dataclass(frozen=True, slots=True)
class Written:
    """What a stamp file says.

    Attributes:
        stamp: what the index was written with
        shard: name of the folder with the engine's files, beside the stamp file
    """

    stamp: Stamp
    shard: str


def read(folder: Path, name: str = CURRENT) -> Written:
    """A stamp file of that folder; `StoreError` where it cannot be read."""
    try:
        facts = json.loads((folder / name).read_text(encoding="utf-8"))
        shard = facts.pop("shard", SHARD)
        return Written(Stamp(**facts), shard)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise StoreError(f"the index at {folder} is damaged: {name} cannot be read ({error})") from error


def write(folder: Path, name: str, written: Written) -> None:
    """Write a stamp file whole or not at all, and have it on the disk."""
    part = folder / f"{name}.part"
    with part.open("w", encoding="utf-8") as file:
        file.write(json.dumps({**asdict(written.stamp), "shard": written.shard}, indent=2) + "\n")
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
