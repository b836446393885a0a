"""Plots of a labels report: PNG bytes. Needs matplotlib, which comes with the extra `reports`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_curve

from lineage.insight.labels.figures import ClassFigures
from lineage.insight.labels.trial import RowOutcome
from lineage.insight.labels.truth import Flags, Truth
from lineage.reporting.plots import as_written, canvas, png

NONE = "none"


def confusion(truth: Truth, given: Flags, probabilities: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """(C + 1, C + 1) counts: rows what is shown, columns what was said; the last of each is none.

    A class that is shown and given counts on the diagonal; one that is missed counts where the most probable label
    went that is not shown.
    """
    classes = len(truth.classes)
    wrong = np.where(given & ~truth.marks, probabilities, -1.0)
    said = np.where(wrong.max(1) >= 0, wrong.argmax(1), classes)
    table = np.zeros((classes + 1, classes + 1), np.int64)
    for n, c in np.argwhere(truth.marks):
        table[c, c if given[n, c] else said[n]] += 1
    np.add.at(table[classes], said[truth.none], 1)
    return table


def draw_confusion(truth: Truth, outcome: RowOutcome) -> bytes:
    """Counts of held-out pictures: what they show against what was said."""
    table = confusion(truth, outcome.labels()[:, 0], outcome.judged.probabilities[:, 0])
    names = [*map(as_written, truth.classes), NONE]
    side = 2.2 + 0.3 * len(names)
    figure, axes = canvas((side, side))
    axes.imshow(table / np.maximum(table.sum(1, keepdims=True), 1), cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=7)
    axes.set_yticks(range(len(names)), names, fontsize=7)
    axes.set(xlabel="said", ylabel="shown")
    axes.set_title("held-out pictures", fontsize=10)
    for (row, column), count in np.ndenumerate(table):
        if count:
            colour = "white" if count > 0.6 * table[row].sum() else "black"
            axes.text(column, row, int(count), ha="center", va="center", fontsize=6, color=colour)
    return png(figure)


def draw_classes(figures: Sequence[ClassFigures]) -> bytes:
    """Precision, recall and F1 of each class, the best F1 on top."""
    ordered = sorted(figures, key=lambda one: one.f1)
    figure, axes = canvas((6, 1 + 0.28 * len(ordered)))
    places = np.arange(len(ordered))
    axes.barh(places, [one.f1 for one in ordered], color="#9ab8d8", label="F1")
    axes.scatter([one.precision for one in ordered], places, marker="|", s=60, color="#c0392b", label="precision")
    axes.scatter([one.recall for one in ordered], places, marker="o", s=14, color="#1b1b1f", label="recall")
    axes.set_yticks(places, [f"{as_written(one.name)} ({one.pictures})" for one in ordered], fontsize=7)
    axes.set(xlim=(0, 1.02), xlabel="on held-out pictures; in brackets how many show the class")
    axes.legend(fontsize=7, loc="lower right")
    return png(figure)


def draw_open_world(truth: Truth, outcomes: Mapping[str, RowOutcome]) -> bytes:
    """Known class against none: the ROC curve of each row."""
    figure, axes = canvas((4.6, 4.4))
    for name, outcome in outcomes.items():
        wrong, right, _ = roc_curve(~truth.none, outcome.judged.known[:, 0])
        axes.plot(wrong, right, label=as_written(name), linewidth=1.4)
    axes.set(
        xlabel="pictures of none that pass", ylabel="pictures of a class that pass", xlim=(-0.01, 1), ylim=(0, 1.01)
    )
    axes.set_title("any of the classes, or none?", fontsize=10)
    axes.legend(fontsize=8, loc="lower right")
    return png(figure)


def draw_learning(curve: Mapping[int, Mapping[str, float]]) -> bytes:
    """Mean average precision on the fitted, the validation and the test pictures over the number of fitted ones."""
    figure, axes = canvas((5, 3.6))
    for name in next(iter(curve.values())):
        axes.plot(list(curve), [values[name] for values in curve.values()], marker="o", label=name)
    axes.set(xlabel="pictures fitted to", ylabel="mean average precision", ylim=(0, 1.02))
    axes.legend(fontsize=8)
    return png(figure)
