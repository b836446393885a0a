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
    nearest = similarity.argmax(1)
    first = similarity[np.arange(len(similarity)), nearest]
    mutual = np.flatnonzero(first >= similarity.max(0)[nearest])
    others = similarity[mutual]  # few are mutual: to copy their rows is cheaper than to look at all of them again
    others[np.arange(len(mutual)), nearest[mutual]] = -1
    clear = mutual[1 - first[mutual] < RATIO**2 * (1 - others.max(1))]  # 1 - cosine is half the squared distance
    return Matches(clear, nearest[clear], first[clear])


def possible_matches(similarity: Floats) -> Matches:
    """All pairs that are similar enough, wherever they lie."""
    near = np.flatnonzero(similarity > SIMILAR)  # much faster than looking for both indices at once
    post, asset = np.divmod(near, similarity.shape[1])
    return Matches(post, asset, similarity.ravel()[near])
