"""Trees as data: they say what scikit-learn says, and what is no tree is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from lineage.decide.calibration_file import SHIPPED, load_calibration
from lineage.decide.features import FEATURES
from lineage.decide.forest import Forest
from lineage.errors import LineageError
from lineage.train.decision.fit import FALLING, FREE, UNSOUND
from lineage.train.decision.grown import trees_of
from tests.toy_forest import staircases

# One question: is the second column above 2?
STUMP = Forest((0,), (1, 0, 0), (2.0, 0.0, 0.0), (1, 1, 2), (2, 1, 2), (0.0, -1.0, 3.0), 0.5)


def drawn(count: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(count, 4)).astype(np.float32)
    return table, table[:, 0] + table[:, 1] ** 2 + rng.normal(0, 0.3, count) > 1


def logit(p: np.ndarray) -> np.ndarray:
    return np.log(p / (1 - p))


def test_a_question_sends_what_is_above_to_the_right_and_the_rest_to_the_left():
    table = np.array([[9, 2.0], [0, 2.5], [0, -1]], np.float32)
    np.testing.assert_allclose(logit(STUMP.probabilities(table)), [-0.5, 3.5, -0.5])


def test_trees_of_any_depth_stand_in_any_order():
    """A leaf alone, and before it a tree that asks twice."""
    mixed = Forest(
        roots=(5, 0),
        feature=(0, 0, 1, 0, 0, 0),
        threshold=(1.0, 0.0, 2.0, 0.0, 0.0, 0.0),
        left=(1, 1, 3, 3, 4, 5),
        right=(2, 1, 4, 3, 4, 5),
        value=(0.0, 1.0, 0.0, 10.0, 100.0, 0.25),
        bias=-3.0,
    )
    assert mixed._logits(np.array([(1.0, 9.0), (2.0, 2.0), (2.0, 3.0)])).tolist() == [-1.75, 7.25, 97.25]


def test_what_is_not_a_number_is_no_evidence():
    assert STUMP.probabilities(np.array([[0, np.nan]], np.float32)).tolist() == [0.0]


def test_no_candidate_has_no_probability():
    assert STUMP.probabilities(np.zeros((0, 2), np.float32)).shape == (0,)


def test_fitted_trees_say_of_fresh_tables_what_scikit_learn_says():
    boosted = HistGradientBoostingClassifier(max_iter=40).fit(*drawn(800, seed=0))
    fresh, _ = drawn(500, seed=1)
    forest = trees_of([boosted], fresh)
    np.testing.assert_allclose(forest.probabilities(fresh), boosted.predict_proba(fresh)[:, 1], atol=1e-6)


def test_trees_that_are_read_wrongly_are_noticed(monkeypatch):
    table, right = drawn(400, seed=0)
    boosted = HistGradientBoostingClassifier(max_iter=5).fit(table, right)
    monkeypatch.setattr(boosted, "_baseline_prediction", boosted._baseline_prediction + 1)
    forest = trees_of([boosted], table)
    monkeypatch.setattr("lineage.train.decision.grown._forest", lambda _: replace(forest, bias=forest.bias - 1))
    with pytest.raises(LineageError, match="say something else than it does, by 0"):
        trees_of([boosted], table)


@pytest.mark.parametrize(
    "broken",
    [
        replace(STUMP, left=(0, 1, 2)),
        replace(STUMP, right=(7, 1, 2)),
        replace(STUMP, feature=(2, 0, 0)),
        replace(STUMP, value=(0.0,)),
        replace(STUMP, roots=(3,)),
    ],
    ids=["back to itself", "to none", "no such column", "too short", "no such root"],
)
def test_what_is_no_tree_is_refused(broken):
    with pytest.raises(ValueError, match=r"nodes"):
        broken.require_sound(2)


def test_sound_trees_pass():
    STUMP.require_sound(2)
    staircases(("a", "b"), {"b": 2.0}, bias=0.0).require_sound(2)


@pytest.mark.parametrize("name", sorted(set(FEATURES) - FREE - UNSOUND))
def test_more_agreement_never_lowers_a_shipped_probability(name):
    calibration = load_calibration(SHIPPED)
    forest, column = calibration.forest, calibration.features.index(name)
    splits = [n for n, feature in enumerate(forest.feature) if feature == column and forest.left[n] != n]
    for split in splits:
        less, more = (leaves(forest, side[split]) for side in (forest.left, forest.right))
        less, more = (more, less) if name in FALLING else (less, more)
        assert max(less) <= min(more)


def leaves(forest: Forest, node: int) -> list[float]:
    if forest.left[node] == node:
        return [forest.value[node]]
    return [*leaves(forest, forest.left[node]), *leaves(forest, forest.right[node])]
