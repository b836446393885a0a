"""The arithmetic of labels against scikit-learn's and against answers worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score, roc_auc_score

from lineage.errors import UsageError
from lineage.insight.labels.fit import Judged, average, fit_head, fit_rule, nearest, out_of_fold
from lineage.insight.labels.fitting import Fitted
from lineage.insight.labels.head import HeadRecipe, calibrate
from lineage.insight.labels.model import LabelModel
from lineage.insight.labels.plots import confusion
from lineage.insight.labels.resampling import Figure, auroc, interval, macro_f1, rate, resamples, share
from lineage.insight.labels.rule import NEVER, Rule, choose_rule
from lineage.insight.labels.splits import PARTS, split
from lineage.insight.labels.tables import aligned_columns, trial_lines
from lineage.insight.labels.truth import Truth, with_negatives

RNG = np.random.default_rng(0)


def truth(marks, groups=None) -> Truth:
    number = len(marks)
    names = tuple(map(str, range(number)))
    classes = tuple("abc"[: marks.shape[1]])
    return Truth(tuple(map(Path, names)), names, classes, marks, np.arange(number) if groups is None else groups, False)


def test_macro_f1_is_that_of_scikit_learn():
    marks, given = RNG.random((2, 40, 3)) > 0.6
    weights = RNG.integers(0, 4, (5, 40)).astype(float)
    expected = [f1_score(marks, given, average="macro", sample_weight=row, zero_division=0) for row in weights]
    assert macro_f1(marks, given, weights) == pytest.approx(expected)


def test_auroc_is_that_of_scikit_learn_ties_included():
    positive, scores = RNG.random(60) > 0.5, RNG.integers(0, 6, 60) / 5
    weights = RNG.integers(1, 4, (3, 60)).astype(float)
    expected = [roc_auc_score(positive, scores, sample_weight=row) for row in weights]
    assert auroc(positive, scores, weights) == pytest.approx(expected)


def test_a_group_is_drawn_or_left_out_as_a_whole():
    weights = resamples(np.array([0, 0, 1, 2, 2]))
    assert (weights[0] == 1).all()
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 3] == weights[:, 4]).all()


def test_the_interval_of_a_share_is_that_of_a_binomial():
    found = interval(share(np.arange(400) < 100, resamples(np.arange(400))))
    assert found.value == 0.25
    assert found.low == pytest.approx(0.25 - 1.96 * 0.0217, abs=0.006)  # sqrt(.25 · .75 / 400)
    assert found.high == pytest.approx(0.25 + 1.96 * 0.0217, abs=0.006)


@pytest.mark.parametrize(("flag", "low", "high"), [(False, 0, 0.02696), (True, 1 - 0.02696, 1)])
def test_a_rate_of_nothing_or_of_all_has_the_exact_interval(flag, low, high):
    groups = np.arange(135)
    found = rate(np.full(135, flag), resamples(groups), groups)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)  # 1 - .025^(1/135)


def test_posts_of_one_picture_back_a_rate_of_nothing_as_one():
    groups = np.repeat(np.arange(45), 3)
    found = rate(np.zeros(135, np.bool_), resamples(groups), groups)
    assert found.high == pytest.approx(1 - 0.025 ** (1 / 45))


def test_a_rate_between_has_the_interval_of_its_resamples():
    groups = np.arange(400)
    flags, weights = groups < 100, resamples(groups)
    assert rate(flags, weights, groups) == interval(share(flags, weights))


def test_a_class_that_a_resample_does_not_show_is_left_out_of_its_mean():
    marks = np.array([[1, 0], [1, 0], [0, 1]], np.bool_)
    found = macro_f1(marks, marks, np.array([[1.0, 1, 1], [2, 1, 0], [0, 0, 3]]))
    assert found.tolist() == [1, 1, 1]


def test_what_belongs_together_is_never_split_and_every_part_is_a_tenth():
    groups = np.repeat(np.arange(100), 3)
    shown = np.repeat(np.arange(100) % 4, 3)
    parts = split(truth(shown[:, None] == np.arange(3), groups), seed=0)
    assert all(len(np.unique(parts[groups == group])) == 1 for group in range(100))
    assert np.bincount(parts, minlength=PARTS).tolist() == pytest.approx([30] * PARTS, abs=6)


def test_a_class_of_one_group_is_one_sentence():
    shown = np.zeros((60, 2), np.bool_)
    shown[:40:2, 0] = shown[50:53, 1] = True
    groups = np.arange(60)
    groups[50:53] = 50
    with pytest.raises(UsageError, match="b: its 3 pictures cannot be divided"):
        split(truth(shown, groups), seed=0)


def test_negatives_show_nothing_and_belong_to_nobody():
    before = truth(np.eye(3, dtype=np.bool_))
    after = with_negatives(before, [Path("x.jpg"), Path("y.jpg")])
    assert after.none.tolist() == [False] * 3 + [True] * 2
    assert len(set(after.groups.tolist())) == 5
    assert after.names[3:] == ("x.jpg", "y.jpg")


def rule_for(none_scores, false_labels: float) -> Rule:
    """A rule from one class that is always right, and pictures of none with these scores."""
    number = len(none_scores)
    marks = np.r_[np.ones(50, np.bool_), np.zeros(number, np.bool_)][:, None]
    probabilities = np.r_[np.ones(50), none_scores][:, None]
    known, near = probabilities[:, 0], np.ones(50 + number)
    return choose_rule(marks, probabilities, known, near, versions=1, single=False, false_labels=false_labels)


def test_where_the_classes_refuse_all_of_none_the_open_threshold_refuses_nothing_more():
    assert rule_for(np.linspace(0.1, 0.9, 19), 0.1).known_from == pytest.approx(0, abs=1e-9)


def test_too_few_pictures_of_none_back_no_threshold_and_nothing_gets_a_label():
    assert rule_for(np.linspace(0.1, 0.9, 5), 0.1).known_from == NEVER


def test_the_share_holds_on_fresh_pictures_of_none():
    rng = np.random.default_rng(1)
    labelled = []
    for _ in range(200):
        marks = np.r_[np.ones(100, np.bool_), np.zeros(99, np.bool_)]
        scores = rng.beta(np.where(marks, 4, 2), np.where(marks, 2, 4))
        rule = choose_rule(
            marks[:, None], scores[:, None], scores, np.ones(199), versions=1, single=False, false_labels=0.05
        )
        fresh = rng.beta(2, 4, 50)
        labelled.append(rule.labels(fresh[:, None], fresh, np.ones(50)).mean())
    assert np.mean(labelled) <= 0.05 + 0.01


def test_the_versions_of_a_picture_back_the_share_as_one_sample():
    marks = np.repeat([True, False], [50, 15])[:, None]
    scores = np.repeat(np.r_[np.ones(50), np.linspace(0.1, 0.9, 15)], 3).reshape(-1, 3)
    unseen = Judged(scores[..., None], scores, np.ones_like(scores))
    assert fit_rule(marks, unseen, single=False, false_labels=0.05).known_from == NEVER


def test_the_share_holds_for_the_worst_version_of_a_fresh_picture_of_none():
    rng = np.random.default_rng(3)
    labelled = []
    for _ in range(200):
        marks = np.repeat([True, False], [100, 99])
        scores = rng.beta(np.where(marks, 4, 2), np.where(marks, 2, 4), (3, 199)).T
        unseen = Judged(scores[..., None], scores, np.ones_like(scores))
        rule = fit_rule(marks[:, None], unseen, single=False, false_labels=0.05)
        fresh = rng.beta(2, 4, 150)
        labelled.append(rule.labels(fresh[:, None], fresh, np.ones(150)).reshape(50, 3).any(1).mean())
    assert np.mean(labelled) <= 0.05 + 0.01


def test_a_picture_unlike_all_training_pictures_gets_no_label():
    rule = Rule(np.array([0.5]), 0.0, near_from=0.3, single=False)
    given = rule.labels(np.array([[0.9], [0.9]]), np.array([0.9, 0.9]), np.array([0.31, 0.29]))
    assert given.tolist() == [[True], [False]]


def test_of_single_labels_only_the_most_probable_is_given():
    rule = Rule(np.array([0.2, 0.2]), 0.0, -1.0, single=True)
    assert rule.labels(np.array([[0.4, 0.6]]), np.ones(1), np.ones(1)).tolist() == [[False, True]]


def test_confusion_counts_by_hand():
    marks = np.array([[1, 0], [1, 0], [0, 1], [0, 0], [0, 0]], np.bool_)
    given = np.array([[1, 0], [0, 1], [0, 0], [0, 1], [0, 0]], np.bool_)
    assert confusion(truth(marks), given, given * 0.9).tolist() == [[1, 1, 0], [0, 0, 1], [0, 1, 1]]


def test_calibrated_probabilities_are_right_on_the_average():
    rng = np.random.default_rng(2)
    shown = rng.random((2000, 1)) < 0.3
    scores = rng.normal(np.where(shown, 0.4, 0.1), 0.15)
    slope, offset = calibrate(scores, shown)
    probabilities = 1 / (1 + np.exp(-(scores * slope + offset)))
    high = probabilities[:, 0] > 0.5
    assert probabilities.mean() == pytest.approx(0.3, abs=0.03)
    assert shown[high].mean() == pytest.approx(probabilities[high].mean(), abs=0.05)


def test_every_part_is_scored_by_what_was_fitted_to_the_others():
    vectors = np.arange(6, dtype=np.float32).reshape(6, 1, 1)
    parts = np.array([0, 0, 1, 1, 2, 2])
    means = out_of_fold(
        vectors, np.ones((6, 1), np.bool_), parts, lambda seen, _, rest: np.full((len(rest), 1), seen.mean())
    )
    assert means[:, 0, 0].tolist() == [3.5, 3.5, 2.5, 2.5, 1.5, 1.5]


def test_an_ensemble_is_the_mean_of_its_members():
    one, other = (Judged(np.full((1, 1, 2), p), np.full((1, 1), p), np.full((1, 1), p)) for p in (0.2, 0.6))
    both = average([one, other])
    assert both.probabilities.tolist() == [[[0.4, 0.4]]]
    assert both.known.item() == pytest.approx(0.4)
    assert both.near.item() == 0.2


def test_a_head_tells_classes_apart_and_the_search_takes_the_best_recipe():
    marks = np.arange(120)[:, None] % 3 == np.arange(2)
    centres = np.eye(3, 8)[np.arange(120) % 3]
    vectors = (centres + 0.1 * RNG.normal(size=centres.shape)).astype(np.float32)[:, None]
    recipes = (HeadRecipe(), HeadRecipe(alpha=3.0))
    fitted = fit_head(vectors, marks, np.arange(120) % 10, recipes, seed=0)
    assert ((fitted.unseen.probabilities[:, 0] > 0.5) == marks).mean() > 0.95
    assert set(fitted.tried) == set(recipes)


def test_the_nearest_training_vector_is_found_in_chunks():
    training = np.eye(4, dtype=np.float32)
    assert nearest(np.tile(training, (600, 1)), training).tolist() == [1.0] * 2400


def fitted(test: int, right: Figure, f1: Figure, wrong: Figure | None) -> Fitted:
    model = LabelModel((), (), (), Rule(np.zeros(0), 0.0, 0.0, single=False), np.zeros((0, 2), np.float32))
    return Fitted(model, test, right, f1, wrong)


def test_few_held_out_pictures_say_that_they_are_too_few():
    few = fitted(12, Figure(1.0, 0.5, 1.0), Figure(1.0, 0.0, 1.0), None)
    assert list(trial_lines(few)) == [
        "12 held-out pictures: too few to say how often it is right; `lineage labels report` tests it on every picture"
    ]


def test_held_out_pictures_say_what_each_percentage_is_a_share_of():
    many = fitted(98, Figure(0.57, 0.47, 0.67), Figure(0.643, 0.608, 0.67), Figure(0.0, 0.0, 0.25))
    assert list(trial_lines(many)) == [
        "98 held-out pictures: labels exactly right on 57 % (47–67 %) of them; "
        "mean F1 of the classes 0.643 (0.608–0.670)",
        "of those that show none of the classes 0 % (0–25 %) get a label",
    ]


TABLE = [["pictures", "macro F1", "exactly right"], ["lite", "0.95", "0.94"], ["neighbours", "0.9", "1"]]


def test_a_table_that_fits_is_one():
    assert (
        aligned_columns(TABLE, room=35)
        == aligned_columns(TABLE)
        == [
            "pictures    macro F1  exactly right",
            "lite        0.95      0.94",
            "neighbours  0.9       1",
        ]
    )


def test_columns_without_room_stand_below_beside_the_first_one():
    assert aligned_columns(TABLE, room=34) == [
        "pictures    macro F1",
        "lite        0.95",
        "neighbours  0.9",
        "pictures    exactly right",
        "lite        0.94",
        "neighbours  1",
    ]
