"""Shorter vectors after training: what a principal component more costs is room in the index, for ever."""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import nn

from lineage.backbones.heads import Head
from lineage.errors import UsageError
from lineage.records import Floats


def require_kept(keep: int, *, dim: int, pictures: int) -> None:
    """Refuse to keep more components of vectors of length `dim` than so many pictures have.

    Raises:
        UsageError: there are not as many
    """
    if not 0 < keep <= min(dim, pictures):
        raise UsageError(f"{keep} numbers cannot be kept of vectors of {dim} on {pictures} pictures")


def shorten(head: Head, vectors: Floats, *, keep: int) -> Head:
    """A head whose vectors are the first `keep` principal components of what `head` yields.

    Not centred, so that cosines change as little as `keep` numbers allow.

    Args:
        head: what makes them
        vectors: (N, dim) of pictures, L2 norm 1
        keep: numbers of the new vectors

    Raises:
        UsageError: there are not as many
    """
    require_kept(keep, dim=vectors.shape[1], pictures=len(vectors))
    _, _, components = np.linalg.svd(vectors, full_matrices=False)
    kept = torch.from_numpy(np.ascontiguousarray(components[:keep])).to(head.weight)
    shorter = copy.deepcopy(head)
    shorter.out_features = keep
    with torch.no_grad():
        shorter.weight, shorter.bias = nn.Parameter(kept @ head.weight), nn.Parameter(kept @ head.bias)
    return shorter
