"""Share of voice: whose labels do the posts show that are not made from the library?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lineage.insight.exposure.answers import Answer
from lineage.insight.exposure.count import RESAMPLES
from lineage.reporting.interval import Interval, interval

_SEED = 0


@dataclass(frozen=True, slots=True)
class Voice:
    """One label among novel posts.

    Attributes:
        label: its name
        mentions: expected number of novel posts that show it: the sum of the probabilities of the labels given
        share: of all mentions in novel posts, 0..1
    """

    label: str
    mentions: float
    share: Interval


def voices(answers: Sequence[Answer]) -> list[Voice]:
    """Share of voice of every label that a novel post was given, the loudest first; doubted as exposures are."""
    novel = [answer.labels for answer in answers if answer.verdict == "novel" and answer.labels]
    names = sorted({label for labels in novel for label in labels})
    if not names:
        return []
    table = np.array([[labels.get(name, 0.0) for name in names] for labels in novel])
    rng = np.random.default_rng(_SEED)
    draws = np.array([(rng.random(table.shape) < table).sum(0) for _ in range(RESAMPLES)], np.float64)
    heard = draws[draws.sum(1) > 0]
    portions = heard / heard.sum(1, keepdims=True)
    mentions = table.sum(0)
    found = [
        Voice(name, float(mentions[n]), interval(float(mentions[n] / mentions.sum()), portions[:, n]))
        for n, name in enumerate(names)
    ]
    return sorted(found, key=lambda voice: (-voice.mentions, voice.label))
