"""Near-duplicates: one picture in several files, as TIFF and as JPEG, say, or in two sizes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from eval.corpus import Source
from lineage.hashes import MIN_PDQ_QUALITY, perceptual_hashes
from lineage.images import decode
from lineage.records import Hashes

# Of the 256 bits of PDQ. Half the size and JPEG 75 change 2 bits in the median and 8 in 99 of 100 pictures (300
# photographs, packshots and scenes); the two nearest frames of 19 scenes differ in 22, and of 1,500 packshots, a third
# of them variants of one another, one in a hundred has another one within 24.
DIFFERING = 16
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
    words = np.array([np.frombuffer(bytes.fromhex(one.pdq), np.uint64) for one in hashes])
    clear = np.array([one.pdq_quality >= MIN_PDQ_QUALITY for one in hashes])
    found = [np.zeros((0, 2), np.int64)]
    for n in np.flatnonzero(clear):
        differing = np.bitwise_count(words[n + 1 :] ^ words[n]).sum(axis=1, dtype=np.int64)
        near = n + 1 + np.flatnonzero((differing <= DIFFERING) & clear[n + 1 :])
        found.append(np.column_stack([np.full(len(near), n), near]))
    return np.concatenate(found)
