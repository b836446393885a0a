"""Near-duplicates: one picture in several files, as TIFF and as JPEG, say, or in two sizes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eval.corpora.corpus import Source
from lineage.describe.hashes import perceptual_hashes
from lineage.describe.same_picture import SamePicture
from lineage.read.images import decode

LONGEST = 128  # px at which pictures are compared


def near_duplicates(sources: Sequence[Source]) -> list[tuple[Source, ...]]:
    """Groups of two or more sources that show the same picture, whole and not mirrored.

    Pictures with too little structure for a hash are alike to nothing.
    """
    hashes = [perceptual_hashes(decode(source.path, longest=LONGEST).pixels) for source in sources]
    groups = SamePicture(hashes).groups()
    members = [np.flatnonzero(groups == group) for group in np.flatnonzero(np.bincount(groups) > 1)]
    return [tuple(sources[int(n)] for n in group) for group in members]
