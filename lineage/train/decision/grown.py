"""scikit-learn's boosted trees as the numbers that a calibration keeps."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from lineage.decide.forest import Forest
from lineage.errors import LineageError
from lineage.records import Floats

AGREED = 1e-6  # probabilities of both differ by less, or these trees are not those


def trees_of(boosted: HistGradientBoostingClassifier, table: Floats) -> Forest:
    """The trees of a fitted model of two classes.

    They are no part of scikit-learn's promised interface, so what they say of a table is compared with what it says.

    Args:
        boosted: fitted to columns without gaps or categories
        table: (N, columns) to compare by

    Raises:
        LineageError: another version of scikit-learn keeps its trees otherwise
    """
    try:
        forest = _forest(boosted)
        apart = np.abs(forest.probabilities(table) - boosted.predict_proba(table)[:, 1]).max()
    except (AttributeError, IndexError, KeyError, ValueError) as error:
        raise LineageError(f"the trees of this scikit-learn cannot be read: {error}") from error
    if not apart <= AGREED:
        raise LineageError(f"the trees of this scikit-learn say something else than it does, by {apart:.2g}")
    return forest


def _forest(boosted: HistGradientBoostingClassifier) -> Forest:
    trees = [tree.nodes for (tree,) in boosted._predictors]
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
        value=tuple(np.where(leaf, nodes["value"], 0.0).tolist()),
        bias=float(np.ravel(boosted._baseline_prediction)[0]),
    )
