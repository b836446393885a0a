"""The baseline: the labels of the nearest training pictures, weighted by nearness."""

from __future__ import annotations

import numpy as np
from scipy.special import expit
from sklearn.metrics import average_precision_score
from sklearn.neighbors import NearestNeighbors

from lineage.insight.labels.fit import Judged, Parts, flat, nearest, out_of_fold, with_any
from lineage.insight.labels.head import Array, calibrate
from lineage.insight.labels.truth import Flags
from lineage.records import Floats

COUNTS = (1, 3, 5, 10, 20, 40)


def judge_by_neighbours(vectors: Floats, marks: Flags, parts: Parts, others: Floats) -> tuple[Judged, Judged]:
    """What neighbours say of the unseen parts of (N, K, D) vectors, and of (M, K, D) others.

    Calibrated like a head; how many neighbours are asked is chosen by mean average precision on the unseen parts.
    """
    targets = with_any(marks)
    repeated = np.repeat(targets, vectors.shape[1], 0)
    tried = out_of_fold(vectors, targets, parts, _votes)
    votes = np.split(tried, len(COUNTS), 2)
    best = int(np.argmax([average_precision_score(targets, scores[:, 0], average="macro") for scores in votes]))
    slope, offset = calibrate(flat(votes[best]), repeated)
    near = out_of_fold(vectors, targets, parts, lambda seen, _, rest: nearest(rest, seen)[:, None])[..., 0]
    foreign = np.split(_votes(flat(vectors), repeated, flat(others)), len(COUNTS), 1)[best]
    far = nearest(flat(others), flat(vectors)).reshape(others.shape[:2])
    shaped = foreign.reshape(*others.shape[:2], targets.shape[1])
    return _calibrated(votes[best], slope, offset, near), _calibrated(shaped, slope, offset, far)


def _votes(vectors: Floats, targets: Flags, others: Floats) -> Array:
    """(N, D), (N, T), (M, D) → (M, counts · T) share of the votes, for each number of neighbours."""
    most = min(max(COUNTS), len(vectors))
    asked = NearestNeighbors(n_neighbors=most, metric="cosine", algorithm="brute").fit(vectors)
    distances, found = asked.kneighbors(others)
    weights = 1 / np.maximum(distances, 1e-6)
    sums = np.cumsum(weights[..., None] * targets[found], 1) / np.cumsum(weights, 1)[..., None]
    return np.concatenate([sums[:, min(count, most) - 1] for count in COUNTS], 1)


def _calibrated(scores: Array, slope: Array, offset: Array, near: Array) -> Judged:
    probabilities = expit(scores * slope + offset)
    return Judged(probabilities[..., :-1], probabilities[..., -1], near)
