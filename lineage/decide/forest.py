"""Boosted trees as data: what `lineage train decision` fits and a calibration keeps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineage.records import Floats


@dataclass(frozen=True, slots=True)
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

    def probabilities(self, table: Floats) -> npt.NDArray[np.float64]:
        """(N, columns) → (N,) in 0..1; 0 where a column is not a number: what cannot be told is no evidence."""
        feature, threshold, left, right = map(np.array, (self.feature, self.threshold, self.left, self.right))
        rows = np.arange(len(table))[:, None]
        node = np.tile(np.array(self.roots, np.int64), (len(table), 1))
        while True:
            following = np.where(table[rows, feature[node]] <= threshold[node], left[node], right[node])
            if np.array_equal(following, node):
                break
            node = following
        logits = self.bias + np.array(self.value)[node].sum(1)
        told = 1 / (1 + np.exp(-logits.clip(-700, 700)))
        return np.asarray(np.where(np.isnan(table).any(1), 0.0, told), np.float64)

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
