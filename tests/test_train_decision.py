from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from lineage.decide import FEATURES
from lineage.errors import UsageError
from lineage.store.memory import MemoryStore
from lineage.train.decision import Table, fit, found_share, require_backing
from lineage.train.trials import draw_trials
from tests.store_samples import entry, stamp


def table(posts: int, *, seed: int = 0) -> Table:
    """Posts with three candidates; the first feature tells the source from the rest, with noise."""
    rng = np.random.default_rng(seed)
    novel, held_back = np.arange(posts) % 2 == 1, np.arange(posts) % 4 >= 2
    right = np.zeros((posts, 3), bool)
    right[~novel, 0] = True
    features = rng.normal(0, 1, (posts, 3, len(FEATURES)))
    features[..., 0] += 5 * right
    flat = features.reshape(-1, len(FEATURES)).astype(np.float32)
    return Table(flat, right.ravel(), np.repeat(np.arange(posts), 3), novel, held_back)


def highest(calibration, made: Table) -> np.ndarray:
    best = np.zeros(len(made.novel))
    np.maximum.at(best, made.post, calibration.probabilities(made.features))
    return best


def test_sources_get_high_probabilities_and_others_low_ones():
    made = table(600)
    p = fit(made, name="x", false_known=0.02).probabilities(made.features)
    assert p[made.right].mean() > 0.8
    assert p[~made.right].mean() < 0.1


@pytest.mark.parametrize("level", [0.01, 0.1])
def test_the_false_known_level_holds_on_fresh_posts(level):
    seen = []
    for seed in range(6):
        calibration = fit(table(2000, seed=seed), name="x", false_known=level)
        fresh = table(6000, seed=100 + seed)
        seen.append((highest(calibration, fresh)[fresh.novel] >= calibration.guarantee.known_from).mean())
    assert np.mean(seen) <= 1.5 * level
    assert np.mean(seen) > 0


def test_posts_that_were_fitted_do_not_back_the_level():
    made = table(2000)
    calibration = fit(made, name="x", false_known=0.01)
    scores = highest(calibration, made)
    assert calibration.novel == tuple(np.sort(scores[made.novel & made.held_back]).tolist())


def test_posts_that_are_held_back_do_not_change_the_model():
    made = table(800)
    spoilt = np.where(made.held_back[made.post][:, None], made.features + 9, made.features)
    fitted, other = (fit(one, name="x", false_known=0.02) for one in (made, replace(made, features=spoilt)))
    assert fitted.coefficients == other.coefficients
    assert fitted.novel != other.novel


def test_review_is_asked_below_known():
    guarantee = fit(table(600), name="x", false_known=0.02).guarantee
    assert guarantee.review_from < guarantee.known_from


def test_what_is_found_is_counted_on_held_back_posts():
    made = table(800)
    calibration = fit(made, name="x", false_known=0.1)
    assert 0.5 < found_share(calibration, made) <= 1
    nothing = replace(made, right=np.zeros_like(made.right))
    assert found_share(calibration, nothing) == 0


def test_too_few_posts_are_refused_with_the_number_that_is_needed():
    with pytest.raises(UsageError, match="10 posts are too few to fit a decision; at least 100"):
        fit(table(10), name="x", false_known=0.02)


def test_a_level_that_the_posts_cannot_back_is_refused_with_the_number_that_would():
    with pytest.raises(UsageError, match=r"0.001 needs 999 novel posts .* of 2000 posts 500 are.*--posts 3996"):
        require_backing(posts=2000, false_known=0.001)
    require_backing(posts=3996, false_known=0.001)


@pytest.fixture(scope="module")
def trials(drawn):
    import cv2

    with closing(MemoryStore(stamp())) as store:
        kept = [entry(number) for number in range(12)]
        preview = cv2.imencode(".webp", drawn(1, width=64, height=48))[1].tobytes()
        store.upsert([replace(one, fingerprint=replace(one.fingerprint, preview=preview)) for one in kept])
        yield list(draw_trials(store, count=40, longest=64, seed=0))


def test_a_quarter_of_the_posts_is_novel_and_held_back(trials):
    assert sum(trial.novel and trial.held_back for trial in trials) == 10
    assert sum(trial.novel for trial in trials) == sum(trial.held_back for trial in trials) == 20


def test_no_asset_is_the_source_of_posts_on_both_sides(trials):
    sides = [{trial.source for trial in trials if trial.held_back is side} for side in (False, True)]
    assert not sides[0] & sides[1]


def test_foreign_pictures_of_a_post_are_hidden_and_its_source_is_where_it_is_novel(trials):
    assert all(len(trial.hidden - {trial.source}) == 4 for trial in trials)
