"""The learning curve: what more pictures would buy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from sklearn.metrics import average_precision_score

from lineage.insight.labels.fit import Parts, flat
from lineage.insight.labels.head import HeadRecipe, fit_features, fit_scores
from lineage.insight.labels.splits import PARTS
from lineage.insight.labels.truth import Flags, Truth
from lineage.records import Floats

TEST, VALIDATION = 0, 1
Curve = Mapping[int, Mapping[str, float]]
"""By the number of pictures fitted to: mean average precision on `fitted`, `validation` and `test` pictures."""


def learning_curve(truth: Truth, vectors: Floats, parts: Parts, recipe: HeadRecipe, *, seed: int) -> Curve:
    """Fit to 1, 2, 4, 6 and 8 of ten parts of (N, K, D) vectors; validate on the ninth, test on the tenth."""
    curve = {}
    for count in (1, 2, 4, 6, PARTS - 2):
        fitted = np.isin(parts, np.arange(2, 2 + count))
        rows = {"fitted": fitted, "validation": parts == VALIDATION, "test": parts == TEST}
        features = fit_features(flat(vectors[fitted]), recipe, seed=seed)
        targets = np.repeat(truth.marks[fitted], vectors.shape[1], 0)
        weights, bias = fit_scores(features(flat(vectors[fitted])), targets, recipe)
        scores = {name: features(vectors[chosen, 0]) @ weights + bias for name, chosen in rows.items()}
        curve[int(fitted.sum())] = {name: _precision(truth.marks[rows[name]], scores[name]) for name in rows}
    return curve


def _precision(marks: Flags, scores: Floats) -> float:
    """Mean over the classes that these pictures show."""
    there = marks.any(0)
    return float(average_precision_score(marks[:, there], scores[:, there], average="macro")) if there.any() else 0.0
