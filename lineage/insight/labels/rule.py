"""Probabilities → labels, or none: a picture must look like a class, like any class, and not like nothing seen so far.

Each class has the threshold with the best F1 on unseen pictures. *Open world*: what shows none of the classes must come
out as none. Two guards see to that: the probability of "any of the classes", whose threshold leaves at most a given
share of the pictures of none with a label (split-conformal quantile, Vovk et al. 2005), and the cosine with the nearest
training vector, below which the heads were never asked. A picture and the posts made from it are one sample for the
quantile, with the highest of their scores. Pictures of one group are a sample each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import precision_recall_curve

from lineage.insight.labels.head import Array
from lineage.insight.labels.truth import Flags

TOO_FAR = 0.02  # share of the pictures of a class that the distance may refuse
NEVER = 1.1  # a threshold that no probability reaches


@dataclass(frozen=True, slots=True)
class Rule:
    """When a label is given.

    Attributes:
        thresholds: (C,) least probability of each class
        known_from: least probability that any class is shown; 0 where no picture of none was given
        near_from: least cosine with the nearest training vector
        single: only the most probable class counts
    """

    thresholds: Array
    known_from: float
    near_from: float
    single: bool

    @property
    def never(self) -> bool:
        """Whether too few pictures of none were given to back the share, so that nothing gets a label."""
        return self.known_from >= NEVER

    def labels(self, probabilities: Array, known: Array, near: Array) -> Flags:
        """(N, C) probabilities of classes, (N,) of any, (N,) cosines → (N, C) the labels given."""
        open_ = (known >= self.known_from) & (near >= self.near_from)
        return np.asarray(self._passing(probabilities) & open_[:, None])

    def _passing(self, probabilities: Array) -> Flags:
        passing = probabilities >= self.thresholds
        if self.single:
            passing &= probabilities == probabilities.max(1, keepdims=True)
        return np.asarray(passing)


def choose_rule(
    marks: Flags, probabilities: Array, known: Array, near: Array, *, versions: int, single: bool, false_labels: float
) -> Rule:
    """Thresholds from N pictures that no head has seen, each in several versions.

    Args:
        marks: (N · versions, C) what they show, the versions of a picture one after the other
        probabilities, known, near: as for `Rule.labels`
        versions: of each picture
        single: only the most probable class counts
        false_labels: share of the pictures of none that may get a label
    """
    best = np.array([_best_f1(column, shown) for column, shown in zip(probabilities.T, marks.T, strict=True)])
    labelled, none = marks.any(1), ~marks.any(1)
    near_from = float(np.quantile(near[labelled], TOO_FAR))
    rule = Rule(best, 0.0, near_from, single)
    would_be = np.where(rule.labels(probabilities, known, near).any(1), known, 0.0)
    worst = would_be[none].reshape(-1, versions).max(1)
    return Rule(best, _conformal(worst, false_labels), near_from, single) if none.any() else rule


def _best_f1(probabilities: Array, shown: Flags) -> float:
    precision, recall, thresholds = precision_recall_curve(shown, probabilities)
    with np.errstate(invalid="ignore"):
        f1 = np.nan_to_num(2 * precision * recall / (precision + recall))[:-1]
    return float(thresholds[f1.argmax()])


def _conformal(scores: Array, share: float) -> float:
    """Lowest threshold that the next picture of none reaches with at most this probability."""
    rank = int(np.ceil((len(scores) + 1) * (1 - share)))
    return NEVER if rank > len(scores) else float(np.nextafter(np.sort(scores)[rank - 1], 2.0))
