"""Which features of post and asset may be the same, by their descriptors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineage.records import Floats

Indices = npt.NDArray[np.intp]

RATIO = 0.9  # distance to the nearest over distance to the second nearest feature of the asset
SIMILAR = 0.65  # cosine from which features may be the same, once they lie where they should


@dataclass(frozen=True, slots=True)
class Matches:
    """Features of post and asset that may be the same: indices on either side, cosine of their descriptors."""

    post: Indices
    asset: Indices
    similarity: Floats

    def __len__(self) -> int:
        return len(self.post)

    def __getitem__(self, chosen: Indices | npt.NDArray[np.bool_]) -> Matches:
        return Matches(self.post[chosen], self.asset[chosen], self.similarity[chosen])


def clear_matches(similarity: Floats) -> Matches:
    """Mutually nearest features whose second nearest in the asset is clearly farther."""
    rows = np.arange(len(similarity))
    nearest = similarity.argmax(1)
    first = similarity[rows, nearest]
    similarity[rows, nearest] = -1  # for a moment: a copy would cost more than the search
    second = similarity.max(1)
    similarity[rows, nearest] = first
    clear = np.flatnonzero(1 - first < RATIO**2 * (1 - second))  # 1 - cosine is half the squared distance
    mutual = clear[first[clear] >= similarity[:, nearest[clear]].max(0)]
    return Matches(mutual, nearest[mutual], first[mutual])


def possible_matches(similarity: Floats) -> Matches:
    """All pairs that are similar enough, wherever they lie."""
    near = np.flatnonzero(similarity > SIMILAR)  # much faster than looking for both indices at once
    post, asset = np.divmod(near, similarity.shape[1])
    return Matches(post, asset, similarity.ravel()[near])
