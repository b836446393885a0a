"""Near-duplicates: one picture in several files, as TIFF and as JPEG, say, or in two sizes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from eval.corpus import Source
from lineage.hashes import SamePicture, perceptual_hashes
from lineage.images import decode
from lineage.records import Hashes

LONGEST = 128  # px at which pictures are compared


def near_duplicates(sources: Sequence[Source]) -> list[tuple[Source, ...]]:
    """Groups of two or more sources that show the same picture, whole and not mirrored.

    Pictures with too little structure for a hash are alike to nothing.
    """
    hashes = [perceptual_hashes(decode(source.path, longest=LONGEST).pixels) for source in sources]
    pairs = _pairs(hashes)
    graph = coo_array((np.ones(len(pairs)), pairs.T), shape=(len(sources), len(sources)))
    _, groups = connected_components(graph, directed=False)
    members = [np.flatnonzero(groups == group) for group in np.unique(groups[pairs])]
    return [tuple(sources[int(n)] for n in group) for group in members]


def _pairs(hashes: Sequence[Hashes]) -> npt.NDArray[np.int64]:
    """(P, 2) indices of pictures whose hashes nearly agree, the smaller one first."""
    same = SamePicture(hashes)
    found = [np.zeros((0, 2), np.int64)]
    for n in range(len(hashes)):
        near = same.among(n, start=n + 1)
        found.append(np.column_stack([np.full(len(near), n), near]))
    return np.concatenate(found)
