"""scikit-learn's boosted trees as the numbers that a calibration keeps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier

from lineage.decide.forest import Forest
from lineage.errors import LineageError
from lineage.records import Floats

COMPARED = 1000  # rows, spread over the table
AGREED = 1e-6  # probabilities of both differ by less, or these trees are not those


def probabilities(models: Sequence[HistGradientBoostingClassifier], table: Floats) -> npt.NDArray[np.float64]:
    """(N, columns) → (N,) in 0..1: the mean of what fitted models say, as a logit."""
    logits = np.mean([boosted.decision_function(table) for boosted in models], axis=0)
    return np.asarray(1 / (1 + np.exp(-logits)), np.float64)


def trees_of(models: Sequence[HistGradientBoostingClassifier], table: Floats) -> Forest:
    """The trees of fitted models of two classes, which add up to the mean of what they say, as a logit.

    They are no part of scikit-learn's promised interface, so what they say of a table is compared with what it says.

    Args:
        models: fitted to columns without gaps or categories
        table: (N, columns) to compare by

    Raises:
        LineageError: another version of scikit-learn keeps its trees otherwise
    """
    asked = table[:: max(1, len(table) // COMPARED)]
    try:
        forest = _forest(models)
        apart = np.abs(forest.probabilities(asked) - probabilities(models, asked)).max()
    except (AttributeError, IndexError, KeyError, ValueError) as error:
        raise LineageError(f"the trees of this scikit-learn cannot be read: {error}") from error
    if not apart <= AGREED:
        raise LineageError(f"the trees of this scikit-learn say something else than it does, by {apart:.2g}")
    return forest


def _forest(models: Sequence[HistGradientBoostingClassifier]) -> Forest:
    trees = [tree.nodes for boosted in models for (tree,) in boosted._predictors]
    starts = np.cumsum([0, *map(len, trees)])[:-1]
    nodes = np.concatenate(trees)
    own, start = np.arange(len(nodes)), np.repeat(starts, [len(tree) for tree in trees])
    leaf = nodes["is_leaf"].astype(bool)
    return Forest(
        roots=tuple(starts.tolist()),
        feature=tuple(np.where(leaf, 0, nodes["feature_idx"]).tolist()),
        threshold=tuple(np.where(leaf, 0.0, nodes["num_threshold"]).tolist()),
        left=tuple(np.where(leaf, own, nodes["left"] + start).tolist()),
        right=tuple(np.where(leaf, own, nodes["right"] + start).tolist()),
        value=tuple(np.where(leaf, nodes["value"] / len(models), 0.0).tolist()),
        bias=float(np.mean([np.ravel(boosted._baseline_prediction)[0] for boosted in models])),
    )
