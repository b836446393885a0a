from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lineage.decide.thresholds import (
    finest_level,
    novel_share,
    samples_needed,
    sure_share,
    sure_threshold,
    threshold,
)

SCORES = tuple(n / 100 for n in range(1, 100))  # .01 … .99


@pytest.mark.parametrize(("score", "share"), [(1.0, 0.01), (0.99, 0.02), (0.5, 0.51), (0.0, 1.0)])
def test_the_share_counts_the_post_itself_and_all_that_score_as_high(score, share):
    assert novel_share(SCORES, score) == pytest.approx(share)


def test_without_any_sample_nothing_is_promised():
    assert novel_share((), 1.0) == 1.0
    assert threshold((), 0.5) == inf


@pytest.mark.parametrize(("level", "needed"), [(0.5, 1), (0.1, 9), (0.05, 19), (0.01, 99), (0.001, 999), (0.003, 333)])
def test_the_samples_that_a_level_needs(level, needed):
    assert samples_needed(level) == needed
    assert threshold([0.0] * needed, level) < inf
    assert threshold([0.0] * (needed - 1), level) == inf


def test_the_finest_level_is_the_one_that_needs_these_samples():
    assert samples_needed(finest_level(999)) == 999


def test_the_finest_level_as_it_is_written_is_backed():
    assert all(samples_needed(float(f"{finest_level(samples):g}")) <= samples for samples in range(1, 3000))


@pytest.mark.parametrize("samples", [25, 98, 99, 100, 333, 500, 998, 999, 1000, 9998, 9999])
def test_the_finest_level_is_backed_as_it_is_written_and_no_two_digits_below_are(samples):
    written = f"{finest_level(samples):.2g}"
    assert samples_needed(float(written)) <= samples
    below = float(written) - 10.0 ** (np.floor(np.log10(float(written))) - 1)
    assert samples_needed(below) > samples


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60).map(sorted), st.floats(0.01, 1), st.floats(0, 1))
def test_a_score_passes_the_threshold_just_where_its_share_is_within_the_level(novel, level, score):
    passes = score >= threshold(novel, level)
    assert passes == (novel_share(novel, score) <= level * (1 + 1e-9))


@pytest.mark.parametrize(("level", "samples"), [(0.01, 99), (0.01, 1000), (0.1, 50)])
def test_on_average_at_most_the_level_of_fresh_scores_passes(level, samples):
    rng = np.random.default_rng(0)
    passed = []
    for _ in range(400):
        limit = threshold(np.sort(rng.normal(size=samples)).tolist(), level)
        passed.append((rng.normal(size=500) >= limit).mean())
    assert np.mean(passed) <= 1.1 * level
    assert np.mean(passed) >= 0.7 * level * int(level * (samples + 1)) / (level * (samples + 1))


@pytest.mark.parametrize(("samples", "level"), [(299, 0.01), (1000, 0.01), (5000, 0.001), (60, 0.2)])
def test_nineteen_of_twenty_calibrations_let_through_no_more_than_the_level(samples, level):
    rng = np.random.default_rng(0)
    limits = [sure_threshold(np.sort(rng.normal(size=samples)).tolist(), level) for _ in range(2000)]
    broken = (stats.norm.sf(limits) > level).mean()
    assert 0.01 < broken < 0.06


@pytest.mark.parametrize("samples", [99, 150, 298, 299])
def test_of_few_novel_posts_the_highest_is_the_limit(samples):
    novel = [n / samples for n in range(samples)]
    assert novel[-1] < sure_threshold(novel, 0.01) < novel[-1] + 1e-9


def test_too_few_novel_posts_back_no_threshold():
    assert sure_threshold([0.5] * 98, 0.01) == inf


@pytest.mark.parametrize(("samples", "as_high"), [(300, 1), (877, 5), (1000, 400), (50, 49)])
def test_the_share_that_surely_holds_is_the_upper_limit_of_clopper_and_pearson(samples, as_high):
    novel = [0.0] * (samples - as_high) + [0.9] * as_high
    assert sure_share(novel, 0.9, level=0.0001) == pytest.approx(stats.beta.ppf(0.95, as_high + 1, samples - as_high))


def test_all_of_them_may_score_as_high_where_all_do():
    assert sure_share([0.9] * 20, 0.5, level=0.1) == 1.0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=400).map(sorted), st.floats(0.004, 0.5), st.floats(0, 1))
def test_a_score_passes_the_sure_threshold_just_where_its_share_is_within_the_level(novel, level, score):
    assert (score >= sure_threshold(novel, level)) == (sure_share(novel, score, level=level) <= level)
