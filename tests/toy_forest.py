"""Trees that come close to a weighted sum, for tests that want a decision which a person can follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from lineage.decide.forest import Forest

STEPS = 200  # of each staircase


def staircases(features: Sequence[str], weights: Mapping[str, float], *, bias: float, top: float = 1.0) -> Forest:
    """A staircase from 0 to `top` for each weighted feature, a tree of one question for each step."""
    asked = [features.index(name) for name in weights for _ in range(STEPS)]
    steps = np.tile((np.arange(STEPS) + 0.5) * top / STEPS, len(weights))
    rises = np.repeat([weight * top / STEPS for weight in weights.values()], STEPS)
    roots = 3 * np.arange(len(asked))
    return Forest(
        roots=tuple(roots.tolist()),
        feature=tuple(column for one in asked for column in (one, 0, 0)),
        threshold=tuple(edge for one in steps.tolist() for edge in (one, 0.0, 0.0)),
        left=tuple(node for root in roots.tolist() for node in (root + 1, root + 1, root + 2)),
        right=tuple(node for root in roots.tolist() for node in (root + 2, root + 1, root + 2)),
        value=tuple(value for rise in rises.tolist() for value in (0.0, 0.0, rise)),
        bias=bias,
    )
