"""The previews of an index as a library: for measuring where the files themselves are out of reach."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import numpy as np

from eval.corpora.corpus import Source
from eval.corpora.folder import Folder
from lineage.errors import UsageError
from lineage.protocols import Store
from lineage.records import Asset, Entry, Location


def read_index(store: Store, folder: Path, *, limit: int | None = None, seed: int = 0) -> Folder:
    """Write the previews of an index's assets, or of a random `limit` of them, into `folder`.

    Assets whose previews are the same bytes are one source: nobody could tell posts made from them apart.

    Raises:
        UsageError: the index holds fewer than two assets that look different
    """
    drawn = set(np.random.default_rng(seed).permutation(store.count())[:limit].tolist())
    assets: list[Asset] = []
    written: dict[str, tuple[Path, str]] = {}  # id → where its preview lies, SHA-256
    for n, entry in enumerate(entry for batch in store.scroll() for entry in batch):
        assets.append(entry.asset)
        if n in drawn:
            written[entry.asset.id] = _write(entry, folder)
    names = _names(assets)
    sources: dict[str, Source] = {}
    by_content, twins, undrawn = dict[str, str](), dict[str, str](), set[str]()
    for asset in assets:
        places = [names[location.root, location.path] for location in asset.locations]
        if asset.id not in written:
            undrawn.update(places)
            continue
        path, sha256 = written[asset.id]
        source = sources.setdefault(sha256, Source(path, places[0], sha256))
        by_content[asset.sha256] = source.asset
        twins |= {place: source.asset for place in places if place != source.asset}
    if len(sources) < 2:
        raise UsageError(f"{len(sources)} different pictures in the index; an evaluation needs at least two")
    ordered = tuple(sorted(sources.values(), key=lambda source: source.asset))
    return Folder(folder, ordered, {}, twins, by_content, frozenset(undrawn))


def _write(entry: Entry, folder: Path) -> tuple[Path, str]:
    path = folder / f"{entry.asset.id}.webp"
    path.write_bytes(entry.fingerprint.preview)
    return path, hashlib.sha256(entry.fingerprint.preview).hexdigest()


def _names(assets: list[Asset]) -> dict[tuple[str, str], str]:
    """Root and path → name: the path, with the root before it where two roots hold the same path."""
    places: list[Location] = [location for asset in assets for location in asset.locations]
    uses = Counter(place.path for place in places)
    return {
        (place.root, place.path): place.path
        if uses[place.path] == 1
        else Path(place.root, place.path).as_posix().lstrip("/")
        for place in places
    }
