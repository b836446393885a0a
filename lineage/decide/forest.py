"""Boosted trees as data: what `lineage train decision` fits and a calibration keeps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from lineage.records import Floats

_AT_ONCE = 256  # rows, whose way through all trees fits into the cache of a core
Numbers = npt.NDArray[np.int32]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Forest:
    """Decision trees whose leaves are added up; the nodes of all of them in a row.

    Attributes:
        roots: number of each tree's first node
        feature: of each node, the column that it looks at; any in a leaf
        threshold: of each node; what is not above it goes left
        left, right: numbers of the nodes that follow; a leaf's own
        value: what a leaf adds to the logit; any elsewhere
        bias: the logit without trees
    """

    roots: tuple[int, ...]
    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]
    bias: float

    def probabilities(self, table: Floats) -> Values:
        """(N, columns) → (N,) in 0..1; 0 where a column is not a number: what cannot be told is no evidence."""
        parts = [self._logits(table[n : n + _AT_ONCE]) for n in range(0, len(table), _AT_ONCE)]
        logits = np.concatenate([np.zeros(0), *parts])
        told = 1 / (1 + np.exp(-logits.clip(-700, 700)))
        return np.asarray(np.where(np.isnan(table).any(1), 0.0, told), np.float64)

    def _logits(self, table: Floats) -> Values:
        feature, threshold, left, right, value = self._nodes
        rows = np.arange(len(table))[:, None]
        node = np.tile(np.array(self.roots, np.int32), (len(table), 1))
        while True:
            following = np.where(table[rows, feature[node]] <= threshold[node], left[node], right[node])
            if np.array_equal(following, node):
                break
            node = following
        return np.asarray(self.bias + value[node].sum(1), np.float64)

    @cached_property
    def _nodes(self) -> tuple[Numbers, Values, Numbers, Numbers, Values]:
        feature, left, right = (np.array(one, np.int32) for one in (self.feature, self.left, self.right))
        return feature, np.array(self.threshold), left, right, np.array(self.value)

    def require_sound(self, columns: int) -> None:
        """`ValueError` where the numbers are no trees over so many columns."""
        nodes = np.arange(len(self.feature))
        lists = self.feature, self.threshold, self.left, self.right, self.value
        if len({len(one) for one in lists}) > 1 or not all(0 <= one < len(nodes) for one in self.roots):
            raise ValueError("lists of nodes of unequal length, or roots that are no nodes")
        left, right = np.array(self.left), np.array(self.right)
        leaves = (left == nodes) & (right == nodes)
        after = (left > nodes) & (right > nodes) & (np.maximum(left, right) < len(nodes))
        if not (leaves | after).all() or not all(0 <= one < columns for one in self.feature):
            raise ValueError("nodes that lead back, or to none")
