"""Boosted trees as data: what `lineage train decision` fits and a calibration keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from lineage.records import Floats

_AT_ONCE = 256  # rows, whose way through all trees fits into the cache of a core
Numbers = npt.NDArray[np.intp]
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
        feature, threshold, following, value = self._nodes
        order, deeper = self._deepest_first
        rows = np.tile(table.shape[1] * np.arange(len(table)), len(order))
        node = np.repeat(np.array(self.roots, np.intp)[order], len(table))
        for trees in deeper:  # by `take`, which is three times as fast as indexing
            asked = slice(trees * len(table))
            above = table.take(rows[asked] + feature.take(node[asked])) > threshold.take(node[asked])
            node[asked] = following.take(2 * node[asked] + above)
        leaves = np.empty((len(table), len(order)))
        leaves[:, order] = value.take(node).reshape(len(order), len(table)).T
        return np.asarray(self.bias + leaves.sum(1), np.float64)

    @cached_property
    def _nodes(self) -> tuple[Numbers, Values, Numbers, Values]:
        """Of each node its feature, its threshold, the left and the right node that follow, and its value."""
        following = np.stack([self.left, self.right], axis=1)
        return np.array(self.feature, np.intp), np.array(self.threshold), following, np.array(self.value)

    @cached_property
    def _deepest_first(self) -> tuple[Numbers, Sequence[int]]:
        """The trees from the deepest on, and at each level how many of them ask there."""
        left, right = np.array(self.left), np.array(self.right)
        inner, depth = left != np.arange(len(left)), np.zeros(len(left), np.intp)
        while not np.array_equal(deeper := inner * (1 + np.maximum(depth[left], depth[right])), depth):
            depth = deeper
        levels = depth[list(self.roots)]
        return np.argsort(-levels), [int((levels > one).sum()) for one in range(levels.max(initial=0))]

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
