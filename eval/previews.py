"""The previews of an index as a library: for measuring where the files themselves are out of reach."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from eval.corpus import Folder, Source
from lineage.errors import UsageError
from lineage.protocols import Store
from lineage.records import Entry


def read_index(store: Store, folder: Path, *, limit: int | None = None, seed: int = 0) -> Folder:
    """Write the previews of an index's assets, or of a random `limit` of them, into `folder`.

    Raises:
        UsageError: the index holds fewer than two assets
    """
    count = store.count()
    if count < 2:
        raise UsageError(f"an index of {count} assets cannot be evaluated; at least two are needed")
    drawn = set(np.random.default_rng(seed).permutation(count)[:limit].tolist())
    entries = (entry for batch in store.scroll() for entry in batch)
    sources: list[Source] = []
    twins: dict[str, str] = {}
    for n, entry in enumerate(entries):
        if n in drawn:
            sources.append(_write(entry, folder))
            twins |= {location.path: entry.asset.path for location in entry.asset.locations[1:]}
    return Folder(folder, tuple(sorted(sources, key=lambda source: source.asset)), {}, twins)


def _write(entry: Entry, folder: Path) -> Source:
    path = folder / f"{entry.asset.id}.webp"
    preview = entry.fingerprint.preview
    path.write_bytes(preview)
    return Source(path, entry.asset.path, hashlib.sha256(preview).hexdigest())
