"""Which pictures are the same: files of one picture, as TIFF and as JPEG or in two sizes, and plain ones."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from lineage.describe.hashes import MIN_PDQ_QUALITY, hamming
from lineage.read.originals import preview
from lineage.records import Entry, Hashes, Pixels

# Bits of PDQ that differ at most. Half the size and JPEG 75 change 2 in the median and 8 in 99 of 100 pictures (300
# photographs, packshots and scenes); the two nearest frames of 19 scenes differ in 22, and of 1,500 packshots, a third
# of them variants of one another, one in a hundred has another one within 24.
SAME = 16
# The same of one post, perhaps saved again. Another size and another compression of it change 1.5 of them; 3,799 pairs
# of frames of the same scene differ in 22 and more.
SAME_POST = 8
SIDE = 16  # cells across and down: what is finer is noise of compression in a picture without structure
MOST = 8.0  # grey levels of a channel in any cell: JPEG of quality 50 and the WebP of a preview move plain colours by 3
ASPECT = 0.02  # relative: previews are whole pixels


class SamePicture:
    """Which of many pictures show the same: one in several files, as TIFF and as JPEG, say, or in two sizes.

    Whole and not mirrored; pictures with too little structure for a PDQ are the same as nothing.
    """

    def __init__(self, hashes: Sequence[Hashes]) -> None:
        self._words = np.array([np.frombuffer(bytes.fromhex(one.pdq), np.uint64) for one in hashes]).reshape(-1, 4)
        self._clear = np.array([one.pdq_quality >= MIN_PDQ_QUALITY for one in hashes], np.bool_)
        self._first: dict[int, int] = {}

    def among(self, number: int, *, start: int = 0) -> npt.NDArray[np.intp]:
        """Indices, from `start` on, of pictures that show the same as picture `number`, itself included."""
        differing = np.bitwise_count(self._words[start:] ^ self._words[number]).sum(axis=1, dtype=np.int64)
        return start + np.flatnonzero((differing <= SAME) & self._clear[start:] & self._clear[number])

    def first(self, number: int) -> int:
        """Index of the first picture of the group of picture `number`, without grouping all others."""
        if number not in self._first:
            group, left = {number}, [number]
            while left:
                fresh = set(self.among(left.pop()).tolist()) - group
                group |= fresh
                left += fresh
            self._first |= dict.fromkeys(group, min(group))
        return self._first[number]

    def groups(self) -> npt.NDArray[np.int64]:
        """(N,) numbers, equal for pictures that show the same, if only by way of others."""
        from scipy.sparse import coo_array  # only libraries are grouped, and a query need not wait for the import
        from scipy.sparse.csgraph import connected_components

        near = [self.among(n, start=n + 1) for n in range(len(self._clear))]
        one, other = np.repeat(np.arange(len(near)), [len(found) for found in near]), np.concatenate([*near, []])
        graph = coo_array((np.ones(len(one)), (one, other.astype(np.intp))), shape=(len(near), len(near)))
        return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def same_post(one: Hashes, other: Hashes) -> bool:
    """Whether two files show the same post, perhaps saved again; without enough structure only equal hashes say so."""
    if min(one.pdq_quality, other.pdq_quality) >= MIN_PDQ_QUALITY:
        return hamming(one.pdq, other.pdq) <= SAME_POST
    return (one.phash, one.pdq) == (other.phash, other.pdq)


def looks_like(post: Pixels, asset: Pixels) -> bool:
    """Whether two pictures, (h, w, 3) and (H, W, 3), have one shape and nearly the same colours in the same places."""
    shapes = [picture.shape[1] / picture.shape[0] for picture in (post, asset)]
    if abs(np.log(shapes[0] / shapes[1])) > ASPECT:
        return False
    cells = [
        cv2.resize(picture.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_AREA) for picture in (post, asset)
    ]
    return bool(np.abs(cells[0] - cells[1]).max() <= MOST)


def one_picture(entry: Entry, other: Entry) -> bool:
    """Whether two assets are files of one picture."""
    same = SamePicture([entry.fingerprint.hashes, other.fingerprint.hashes])
    return len(same.among(0)) == 2 and show_the_same(entry, other)


def show_the_same(entry: Entry, other: Entry) -> bool:
    """PDQ sees no colours: one product in two of them has nearly the same hash."""
    return looks_like(preview(entry), preview(other))
