"""The pictures on which labels fail worst: wrong labels in the file, or what the heads cannot see."""

from __future__ import annotations

import numpy as np
from PIL import Image

from lineage.insight.labels.plots import NONE
from lineage.insight.labels.trial import RowOutcome
from lineage.insight.labels.truth import Truth
from lineage.read.images import decode
from lineage.reporting.contact_sheet import contact_sheet

SHOWN = 36
_SIDE = 180  # px


def draw_hardest(truth: Truth, outcome: RowOutcome) -> Image.Image:
    """The held-out pictures with the highest loss: what they show and what was said, with probabilities."""
    probabilities = outcome.judged.probabilities[:, 0].clip(1e-6, 1 - 1e-6)
    loss = -np.where(truth.marks, np.log(probabilities), np.log(1 - probabilities)).sum(1)
    given = outcome.labels()[:, 0]
    worst = [int(n) for n in np.argsort(-loss) if (given[n] != truth.marks[n]).any()][:SHOWN]
    cells = [
        (
            decode(truth.files[n], longest=2 * _SIDE).pixels,
            [
                truth.names[n],
                f"shown: {_named(truth, truth.marks[n], probabilities[n])}",
                f"said: {_named(truth, given[n], probabilities[n])}",
            ],
        )
        for n in worst
    ]
    return contact_sheet(cells, side=_SIDE, title="hardest held-out pictures")


def _named(truth: Truth, flags: np.ndarray, probabilities: np.ndarray) -> str:
    return ", ".join(f"{truth.classes[c]} {probabilities[c]:.2f}" for c in np.flatnonzero(flags)) or NONE
