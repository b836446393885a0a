"""Vectors and truth → heads and a rule. Whatever is chosen is chosen on pictures that no head has seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from sklearn.metrics import average_precision_score

from lineage.insight.labels.head import Array, HeadRecipe, LabelHead, calibrate, fit_features, fit_scores
from lineage.insight.labels.rule import Rule, choose_rule
from lineage.insight.labels.truth import Flags
from lineage.records import Floats

Number = TypeVar("Number", np.float32, np.float64)
Parts = npt.NDArray[np.int64]
Score = Callable[[Floats, Flags, Floats], Array]
"""Fits on vectors (N, D) and targets (N, T), scores others (M, D) → (M, T)."""
_CHUNK = 1024  # vectors compared with all training vectors at once


@dataclass(frozen=True, slots=True)
class Judged:
    """What heads said about N pictures in K versions.

    Attributes:
        probabilities: (N, K, C)
        known: (N, K) probability that any class is shown
        near: (N, K) cosine with the nearest training vector
    """

    probabilities: Array
    known: Array
    near: Array


@dataclass(frozen=True, slots=True)
class FittedHead:
    """A head, and what heads like it said about the pictures that they were not fitted to.

    Attributes:
        head: fitted to all pictures
        unseen: of all pictures
        tried: mean average precision on unseen pictures, by recipe; the head was made by the best
    """

    head: LabelHead
    unseen: Judged
    tried: Mapping[HeadRecipe, float]

    @property
    def recipe(self) -> HeadRecipe:
        """The best of those tried, of equal ones the first."""
        return max(self.tried, key=lambda one: self.tried[one])


def with_any(marks: Flags) -> Flags:
    """(N, C) → (N, C + 1): the last target is whether any class is shown."""
    return np.column_stack([marks, marks.any(1)])


def fit_head(vectors: Floats, marks: Flags, parts: Parts, recipes: Sequence[HeadRecipe], *, seed: int) -> FittedHead:
    """Fit one head.

    Args:
        vectors: (N, K, D) L2 norm 1, K versions of each picture
        marks: (N, C) what it shows
        parts: (N,) the parts, each of which in turn is not fitted but judged
        recipes: at least one; the best on unseen pictures is taken
        seed: of the landmarks
    """
    targets, versions = with_any(marks), vectors.shape[1]
    repeated = np.repeat(targets, versions, 0)
    best, tried = -1.0, {}
    for one in recipes:
        features = fit_features(flat(vectors), one, seed=seed)
        mapped = features(flat(vectors)).reshape(*vectors.shape[:2], -1)
        scores = out_of_fold(mapped, targets, parts, _ridge(one))
        tried[one] = float(average_precision_score(marks, scores[:, 0, :-1], average="macro"))
        if tried[one] > best:
            best, chosen = tried[one], (one, features, mapped, scores)
    recipe, features, mapped, scores = chosen
    slope, offset = calibrate(flat(scores), repeated)
    head = LabelHead(features, *fit_scores(flat(mapped), repeated, recipe), slope, offset)
    near = out_of_fold(vectors, targets, parts, lambda seen, _, others: nearest(others, seen)[:, None])
    probabilities = expit(scores * slope + offset)
    unseen = Judged(probabilities[..., :-1], probabilities[..., -1], near[..., 0])
    return FittedHead(head, unseen, tried)


def _ridge(recipe: HeadRecipe) -> Score:
    def score(seen: Floats, shown: Flags, others: Floats) -> Array:
        weights, bias = fit_scores(seen, shown, recipe)
        return np.asarray(others @ weights + bias, np.float64)

    return score


def average(judged: Sequence[Judged]) -> Judged:
    """The ensemble: the mean of the members' probabilities; near as the first member says."""
    probabilities, known = (np.mean([getattr(one, name) for one in judged], 0) for name in ("probabilities", "known"))
    return Judged(probabilities, known, judged[0].near)


def fit_rule(marks: Flags, unseen: Judged, *, single: bool, false_labels: float) -> Rule:
    """The rule from what was said about unseen pictures, all versions of them."""
    versions = unseen.known.shape[1]
    return choose_rule(
        np.repeat(marks, versions, 0),
        flat(unseen.probabilities),
        unseen.known.ravel(),
        unseen.near.ravel(),
        versions=versions,
        single=single,
        false_labels=false_labels,
    )


def out_of_fold(vectors: Floats, targets: Flags, parts: Parts, score: Score) -> Array:
    """(N, K, D), (N, T), (N,) → (N, K, T): each part scored by what was fitted to the others."""
    number, versions, length = vectors.shape
    found: Array | None = None
    for part in np.unique(parts):
        held = parts == part
        scores = score(flat(vectors[~held]), np.repeat(targets[~held], versions, 0), vectors[held].reshape(-1, length))
        if found is None:
            found = np.empty((number, versions, scores.shape[1]))
        found[held] = scores.reshape(-1, versions, scores.shape[1])
    if found is None:
        raise ValueError("no pictures")
    return found


def nearest(vectors: Floats, training: Floats) -> Array:
    """(N, D), (M, D) → (N,) cosine with the nearest of them."""
    chunks = [(vectors[n : n + _CHUNK] @ training.T).max(1) for n in range(0, len(vectors), _CHUNK)]
    return np.concatenate([np.zeros(0), *chunks])


def flat(table: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """(N, K, T) → (N K, T)."""
    return table.reshape(-1, table.shape[-1])
