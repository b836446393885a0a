"""Fill an index to a size, in several runs if need be: what an interrupted one wrote is found again by counting."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from eval.speed.large.synthetic import Synthetic
from lineage.errors import UsageError
from lineage.records import Stamp
from lineage.settings import Settings
from lineage.store import create_store, open_store, store_exists

PIECES = "pieces.jsonl"


def fill(
    folder: Path, settings: Settings, stamp: Stamp, library: Synthetic, size: int, *, progress: Callable[[int], None]
) -> None:
    """Write entries until the index holds `size` of them; what each batch took is added to a list in the folder.

    Args:
        folder: for the list
        settings: name the place of the index
        stamp: for an index that is made now
        library: the entries, in their order
        size: how many in the end
        progress: called with the number of entries written since the last call

    Raises:
        UsageError: the index holds other entries as well, or has lost some
    """
    there = store_exists(settings.store)
    store = open_store(settings.store) if there else create_store(settings.store, stamp)
    with (folder / PIECES).open("a", encoding="utf-8") as pieces:
        try:
            for entries in library.entries(store.count(), size):
                with _timed(pieces, len(entries)):
                    store.upsert(entries)
                progress(len(entries))
            if store.count() != size:
                raise UsageError(f"{settings.store}: holds {store.count()} assets and not {size}; name another folder")
        finally:
            with _timed(pieces, 0):  # closing packs
                store.close()


def rate(folder: Path) -> float:
    """Entries a second that the store took, over all pieces."""
    pieces = [json.loads(line) for line in (folder / PIECES).read_text(encoding="utf-8").splitlines()]
    return float(sum(piece["entries"] for piece in pieces) / sum(piece["seconds"] for piece in pieces))


@contextmanager
def _timed(pieces: TextIO, entries: int) -> Iterator[None]:
    """Note how long something took with so many entries."""
    began = time.perf_counter()
    yield
    pieces.write(json.dumps({"entries": entries, "seconds": time.perf_counter() - began}) + "\n")
    pieces.flush()
