"""Assets that are parts of one photograph: naming one of them for another is no mistake.

Hashes tell files of one picture as a whole; libraries also hold the same photograph closer cropped, or with a border.
To a fit such a pair would say that look-alikes score like copies.
"""

from __future__ import annotations

import numpy as np

from lineage.describe.post import both_ways
from lineage.protocols import Store
from lineage.read.originals import preview
from lineage.records import Entry, Map, Pixels
from lineage.verify.changes import changes
from lineage.verify.locate import locate
from lineage.verify.overlay import grey
from lineage.verify.refine import refine
from lineage.verify.residual import residual

NEAREST = 4  # assets by vector that are compared
AGREES, STRUCTURE, HUE = 0.95, 0.03, 0.1  # trimmed correlation at least; contradicted structure and hue at most
MOVED = 0.0006  # of the longer side, cells on average at most: the next frame of a shoot moves by more


def crops_of(store: Store, entry: Entry) -> frozenset[str]:
    """Ids of the nearest assets that show the very photograph of an asset, or a part of it."""
    hits = store.search_vectors(entry.fingerprint.vector[None], limit=NEAREST + 1)[0]
    others = store.entries([hit.id for hit in hits if hit.id != entry.asset.id])
    return frozenset(key for key, other in others.items() if _same_photograph(entry, other))


def _same_photograph(entry: Entry, other: Entry) -> bool:
    picture, asset = preview(entry), preview(other)
    own, size = entry.fingerprint.keypoints, (picture.shape[1], picture.shape[0])
    features = both_ways(own, size)
    located = locate(features, [other.fingerprint.keypoints])[0]
    if located is None:
        return False
    start = located.whole(size)
    exact = refine(grey(picture), grey(asset), start)
    return any(_agrees(picture, asset, found) for found in (start, exact) if found is not None)


def _agrees(picture: Pixels, asset: Pixels, found: Map) -> bool:
    rest, differs = residual(picture, asset, found), changes(picture, asset, found)
    if rest is None or differs is None:
        return False
    alike = rest.trimmed >= AGREES and rest.moved <= MOVED
    return bool(np.all([alike, differs.structure <= STRUCTURE, differs.hue <= HUE]))
