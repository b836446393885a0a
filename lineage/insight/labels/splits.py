"""Ten parts of the pictures; what belongs together lies in one of them.

Part by part is held out for the test (10 %), while the other nine take turns as validation (10 %) for heads that are
fitted to the remaining eight (80 %).
"""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedGroupKFold

from lineage.errors import UsageError
from lineage.insight.labels.truth import Truth

PARTS = 10


def split(truth: Truth, *, seed: int) -> npt.NDArray[np.int64]:
    """(N,) the part of each picture, 0..9, every class spread over as many parts as its groups allow.

    Raises:
        UsageError: too few pictures or groups of them, of all classes or of one
    """
    groups, rarest = len(np.unique(truth.groups)), _rarest(truth)
    if groups < PARTS or np.bincount(rarest).max() < PARTS:
        raise UsageError(
            f"{len(truth.names)} pictures in {groups} groups are too few to fit and to test labels; "
            f"at least {PARTS} groups, and {PARTS} pictures of the commonest class, are needed"
        )
    folds = StratifiedGroupKFold(PARTS, shuffle=True, random_state=seed)
    parts = np.empty(len(truth.names), np.int64)
    with warnings.catch_warnings(action="ignore", category=UserWarning):  # that a class has fewer members than parts
        for part, (_, held_out) in enumerate(folds.split(truth.marks, rarest, truth.groups)):
            parts[held_out] = part
    for label, shown in zip(truth.classes, truth.marks.T, strict=True):
        if len(np.unique(parts[shown])) < 2:
            raise UsageError(
                f"{label}: its {shown.sum()} pictures cannot be divided, so nothing would be tested; "
                "add pictures of it or leave it out"
            )
    return parts


def _rarest(truth: Truth) -> npt.NDArray[np.int64]:
    """(N,) of the classes that a picture shows the one with the fewest pictures; C where it shows none."""
    counts = np.where(truth.marks, truth.marks.sum(0), len(truth.names) + 1)
    return np.where(truth.none, len(truth.classes), counts.argmin(1))
