from __future__ import annotations

import numpy as np
import pytest

from lineage.decide import FEATURES
from lineage.errors import UsageError
from lineage.train.decision import Table, fit


def table(posts: int, *, seed: int = 0) -> Table:
    """Posts with three candidates; the first feature tells the source from the rest, with noise."""
    rng = np.random.default_rng(seed)
    novel = np.arange(posts) % 2 == 0
    right = np.zeros((posts, 3), bool)
    right[~novel, 0] = True
    features = rng.normal(0, 1, (posts, 3, len(FEATURES)))
    features[..., 0] += 5 * right
    return Table(
        features.reshape(-1, len(FEATURES)).astype(np.float32), right.ravel(), np.repeat(np.arange(posts), 3), novel
    )


def highest(calibration, made: Table) -> np.ndarray:
    best = np.zeros(len(made.novel))
    np.maximum.at(best, made.post, calibration.probabilities(made.features))
    return best


def test_sources_get_high_probabilities_and_others_low_ones():
    made = table(600)
    p = fit(made, name="x", false_known=0.02).probabilities(made.features)
    assert p[made.right].mean() > 0.8
    assert p[~made.right].mean() < 0.1


@pytest.mark.parametrize("level", [0.02, 0.1])
def test_the_false_known_level_holds_on_posts_that_were_not_fitted(level):
    calibration = fit(table(2000), name="x", false_known=level)
    fresh = table(2000, seed=1)
    false_known = (highest(calibration, fresh)[fresh.novel] >= calibration.known).mean()
    assert false_known <= 1.6 * level  # a binomial with 1000 posts stays below that


def test_review_is_asked_below_known():
    calibration = fit(table(600), name="x", false_known=0.02)
    assert calibration.review < calibration.known


def test_too_few_posts_are_refused_with_the_number_that_is_needed():
    with pytest.raises(UsageError, match="10 posts are too few to fit a decision; at least 100"):
        fit(table(10), name="x", false_known=0.02)
