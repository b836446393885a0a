"""The previews of an index as a library: for measuring where the files themselves are out of reach."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from eval.corpus import Folder, Source
from lineage.errors import UsageError
from lineage.protocols import Store


def read_index(store: Store, folder: Path, *, limit: int | None = None, seed: int = 0) -> Folder:
    """Write the previews of an index's assets, or of a random `limit` of them, into `folder`.

    Raises:
        UsageError: the index holds fewer than two assets
    """
    ids = [entry.asset.id for batch in store.scroll() for entry in batch]
    if len(ids) < 2:
        raise UsageError(f"the index holds {len(ids)} assets; an evaluation needs at least two")
    if limit is not None:
        ids = [ids[n] for n in np.random.default_rng(seed).permutation(len(ids))[:limit]]
    wanted = set(ids)
    sources = []
    for batch in store.scroll():
        for entry in batch:
            if entry.asset.id in wanted:
                path = folder / f"{entry.asset.id}.webp"
                path.write_bytes(entry.fingerprint.preview)
                sources.append(Source(path, entry.asset.path, entry.asset.sha256))
    return Folder(folder, tuple(sorted(sources, key=lambda source: source.asset)), {}, {})
