"""Fingerprints of library files, kept from run to run: a peer reads a file once, until it or its code changes."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.corpora.corpus import Source
from lineage.machine.provenance import digest
from lineage.records import Pixels

Array = npt.NDArray[Any]
_COMMIT = 200  # files between commits: an interrupted run loses at most so many


def recall(
    folder: Path, made_by: Mapping[str, str], sources: Sequence[Source], make: Callable[[Pixels], Array]
) -> list[Array]:
    """The fingerprint of each source: remembered by the picture's SHA-256, or made now and remembered.

    Args:
        folder: of the memories
        made_by: what fingerprints depend on besides the picture; each change begins a memory of its own
        sources: in any order
        make: pixels → fingerprint
    """
    folder.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(folder / f"{digest(made_by)[:32]}.sqlite")) as memory:
        memory.execute("CREATE TABLE IF NOT EXISTS fingerprint (sha256 TEXT PRIMARY KEY, array BLOB NOT NULL)")
        found = []
        for n, source in enumerate(sources, 1):
            found.append(_recall(memory, source, make))
            if n % _COMMIT == 0:
                memory.commit()
        memory.commit()
    return found


def _recall(memory: sqlite3.Connection, source: Source, make: Callable[[Pixels], Array]) -> Array:
    row = memory.execute("SELECT array FROM fingerprint WHERE sha256 = ?", (source.sha256,)).fetchone()
    if row is not None:
        return np.asarray(np.load(io.BytesIO(row[0]), allow_pickle=False))
    array = make(source.pixels())
    with io.BytesIO() as buffer:
        np.save(buffer, array, allow_pickle=False)
        memory.execute("INSERT INTO fingerprint VALUES (?, ?)", (source.sha256, buffer.getvalue()))
    return array
