"""Fill an index to a size, in pieces if need be: what an interrupted piece wrote is found again by counting."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from eval.large.synthetic import Synthetic
from lineage.records import Stamp
from lineage.settings import Settings
from lineage.store import create_store, open_store, store_exists

PIECES = "pieces.jsonl"


def fill(
    folder: Path, settings: Settings, stamp: Stamp, library: Synthetic, size: int, *, progress: Callable[[int], None]
) -> None:
    """Write entries until the index holds `size` of them; what each piece took is added to a list in the folder.

    Args:
        folder: for the list
        settings: name the place of the index
        stamp: for an index that is made now
        library: the entries, in their order
        size: how many in the end
        progress: called with the number of entries written since the last call
    """
    there = store_exists(settings.store)
    store = open_store(settings.store) if there else create_store(settings.store, stamp)
    start = done = store.count()
    seconds = 0.0
    try:
        with closing(store):
            for entries in library.entries(start, size):
                began = time.perf_counter()
                store.upsert(entries)
                seconds += time.perf_counter() - began
                done += len(entries)
                progress(len(entries))
            began = time.perf_counter()
        seconds += time.perf_counter() - began  # closing packs
    finally:
        if done > start:
            with (folder / PIECES).open("a", encoding="utf-8") as file:
                file.write(json.dumps({"start": start, "stop": done, "seconds": seconds}) + "\n")


def rate(folder: Path) -> float:
    """Entries a second that the store took, over all pieces."""
    pieces = [json.loads(line) for line in (folder / PIECES).read_text(encoding="utf-8").splitlines()]
    return float(sum(piece["stop"] - piece["start"] for piece in pieces) / sum(piece["seconds"] for piece in pieces))
