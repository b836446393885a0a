"""Figures of merit of labels, each with the 95 % interval that the pictures back (bootstrap over their groups)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_fscore_support, roc_auc_score

from lineage.insight.labels.head import Array
from lineage.insight.labels.resampling import Figure, auroc, interval, macro_f1, rate, resamples
from lineage.insight.labels.trial import RowOutcome
from lineage.insight.labels.truth import Flags, Truth


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One class on held-out pictures; nan where there is nothing to tell apart."""

    name: str
    pictures: int
    precision: float
    recall: float
    f1: float
    roc_auc: float
    average_precision: float


def summary(truth: Truth, outcome: RowOutcome, *, version: int | None = 0) -> dict[str, Figure]:
    """Figures of one row.

    Args:
        truth: N pictures
        outcome: what the row said
        version: 0: of the pictures themselves; None: of all the posts made from them

    Returns:
        macro_f1, accuracy (the labels given are exactly those shown), known_auroc and false_labels (pictures of none
        that get a label), as far as there are pictures of none; mean_ap, roc_auc (macro) and cross_entropy (nats a
        class; with one class a picture, nats a picture that shows one) have no interval
    """
    weights = resamples(truth.groups)
    chosen = [0] if version == 0 else list(range(1, outcome.judged.known.shape[1]))
    marks = np.repeat(truth.marks, len(chosen), 0)
    given = outcome.labels()[:, chosen].reshape(marks.shape)
    probabilities = outcome.judged.probabilities[:, chosen].reshape(marks.shape)
    known = outcome.judged.known[:, chosen].ravel()
    weights, groups = np.repeat(weights, len(chosen), 1), np.repeat(truth.groups, len(chosen))
    figures = {
        "macro_f1": interval(macro_f1(marks, given, weights)),
        "accuracy": rate((given == marks).all(1), weights, groups),
        "mean_ap": Figure(float(average_precision_score(marks, probabilities, average="macro"))),
        "roc_auc": Figure(float(roc_auc_score(marks, probabilities, average="macro"))),
        "cross_entropy": Figure(_cross_entropy(truth, marks, probabilities)),
    }
    none = np.repeat(truth.none, len(chosen))
    if none.any():
        figures["known_auroc"] = interval(auroc(~none, known, weights))
        figures["false_labels"] = rate(given[none].any(1), weights[:, none], groups[none])
    return figures


def difference(truth: Truth, one: RowOutcome, other: RowOutcome, name: str) -> Figure:
    """How much higher `macro_f1` or `known_auroc` is for one row than for the other, on the same resamples."""
    weights = resamples(truth.groups)
    if name == "macro_f1":
        values = [macro_f1(truth.marks, row.labels()[:, 0], weights) for row in (one, other)]
    else:
        values = [auroc(~truth.none, row.judged.known[:, 0], weights) for row in (one, other)]
    return interval(values[0] - values[1])


def by_class(truth: Truth, outcome: RowOutcome) -> list[ClassFigures]:
    """Figures of each class, on the pictures themselves."""
    given, probabilities = outcome.labels()[:, 0], outcome.judged.probabilities[:, 0]
    precision, recall, f1, support = precision_recall_fscore_support(truth.marks, given, average=None, zero_division=0)
    return [
        ClassFigures(
            name,
            int(support[n]),
            float(precision[n]),
            float(recall[n]),
            float(f1[n]),
            float(roc_auc_score(truth.marks[:, n], probabilities[:, n])),
            float(average_precision_score(truth.marks[:, n], probabilities[:, n])),
        )
        for n, name in enumerate(truth.classes)
    ]


GUARDS: Mapping[str, tuple[bool, bool]] = {
    "thresholds of the classes alone": (False, False),
    "and the distance": (False, True),
    "and 'any of the classes'": (True, False),
    "and both, as shipped": (True, True),
}


def guards(truth: Truth, outcome: RowOutcome) -> dict[str, dict[str, Figure]]:
    """What each guard of the open world buys and costs: false labels among none and strangers, macro F1."""
    weights, none = resamples(truth.groups), truth.none
    rows: dict[str, dict[str, Figure]] = {}
    for title, (known, near) in GUARDS.items():
        given = outcome.labels(known=known, near=near)[:, 0]
        rows[title] = {"macro_f1": interval(macro_f1(truth.marks, given, weights))}
        if none.any():
            rows[title]["none"] = rate(given[none].any(1), weights[:, none], truth.groups[none])
        foreign = outcome.stranger_labels(known=known, near=near).any(2).mean(1)
        if len(foreign):
            each = np.arange(len(foreign))
            rows[title]["strangers"] = rate(foreign, resamples(each), each)
    return rows


def _cross_entropy(truth: Truth, marks: Flags, probabilities: Array) -> float:
    inside = probabilities.clip(1e-6, 1 - 1e-6)
    if not truth.single:
        return float(-np.where(marks, np.log(inside), np.log(1 - inside)).mean())
    shown = marks.any(1)
    return float(-np.log((inside[shown] * marks[shown]).sum(1) / inside[shown].sum(1)).mean())
