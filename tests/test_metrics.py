"""Figures against values worked out by hand and against scikit-learn."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from eval.corpora.corpus import Post, Rendered
from eval.scores.judged import judge
from eval.scores.metrics import measure, precision_recall, reliability
from eval.scores.predictions import Claim, Prediction


def post(name, asset):
    return Post(name, "crop", 0.5, asset, name, lambda: Rendered(np.zeros((8, 8, 3), np.uint8)))


def answer(name, *claims, verdict=None, **more):
    return Prediction(name, verdict, tuple(Claim(*claim) for claim in claims), **more)


def values(posts, predictions, **more):
    return {name: figure.value for name, figure in measure(judge(posts, predictions), resamples=10, **more).items()}


# Ranked: .9 right, .8 wrong, .7 right, .6 wrong (novel post). Of three known posts the third is never answered.
POSTS = [post("a", "1"), post("b", "2"), post("c", "3"), post("n", None)]
ANSWERS = [answer("a", ("1", 0.9)), answer("b", ("9", 0.8), ("2", 0.7)), answer("n", ("1", 0.6))]


def test_micro_average_precision_counts_unanswered_posts_as_missed():
    assert values(POSTS, ANSWERS)["uap"] == pytest.approx((1 / 1 + 2 / 3) / 3)


def test_recall_at_precision_takes_the_lowest_threshold_that_holds_it():
    found = values(POSTS, ANSWERS)
    assert found["recall@p90"] == found["recall@p99"] == pytest.approx(1 / 3)


def test_recall_at_precision_may_dip_below_the_level_on_the_way():
    posts = [post(f"p{n}", "1") for n in range(20)]
    answers = [answer("p0", ("x", 0.99))] + [answer(f"p{n}", ("1", 0.9 - n / 100)) for n in range(1, 20)]
    assert values(posts, answers)["recall@p90"] == pytest.approx(19 / 20)


def test_the_right_file_must_come_first():
    assert values(POSTS, ANSWERS)["right_file@1"] == pytest.approx(1 / 3)


def test_what_the_search_found_is_counted_whatever_came_first():
    told = [replace(one, proposed=("2", "9")) for one in ANSWERS]
    assert values(POSTS[:2] + POSTS[3:], told)["proposed"] == pytest.approx(1 / 2)
    assert "proposed" not in values(POSTS, ANSWERS)


def test_all_sources_of_a_collage_count():
    posts = [replace(post("wall", "1"), others=("2", "3", "4")), post("plain", "5")]
    wall = answer("wall", ("3", 0.9), ("1", 0.8), ("8", 0.7), verdict="known", named=("3", "1", "8"))
    found = values(posts, [wall, answer("plain", ("5", 0.95), verdict="known", named=("5",))])
    assert found["named"] == pytest.approx(2 / 4)
    assert found["uap"] == pytest.approx(3 / 5)
    assert found["right_file@1"] == 1.0


def test_auroc_compares_first_scores_and_ranks_unanswered_posts_last():
    assert values(POSTS, ANSWERS)["auroc"] == pytest.approx(2 / 3)  # a and b exceed n, the unanswered c does not


def test_equal_scores_enter_the_ranking_together():
    posts = [post("a", "1"), post("n", None)]
    found = values(posts, [answer("a", ("1", 0.5)), answer("n", ("1", 0.5))])
    assert found["uap"] == pytest.approx(1 / 2)
    assert found["auroc"] == pytest.approx(1 / 2)


def test_an_asset_claimed_twice_counts_once_with_its_best_score():
    found = values([post("a", "1")], [answer("a", ("1", 0.4), ("2", 0.5), ("1", 0.9))])
    assert found["uap"] == pytest.approx(1.0)
    assert found["right_file@1"] == 1.0


def test_verdicts_give_false_known_and_known_right():
    posts = [post("a", "1"), post("b", "2"), post("n", None), post("m", None)]
    answers = [
        answer("a", ("1", 0.9), verdict="known"),
        answer("b", ("2", 0.5), verdict="review"),
        answer("n", ("1", 0.9), verdict="known"),
        answer("m", verdict="novel"),
    ]
    found = values(posts, answers)
    assert found["false_known"] == found["known_right"] == 0.5


def test_calibration_error_is_the_weighted_gap_of_ten_bins():
    # Bin .9–1: mean probability .95, half right: gap .45 for two of three. Bin .2–.3: .25, none right: gap .25 for one.
    posts = [post("a", "1"), post("b", "2"), post("n", None)]
    answers = [answer(name, ("1", p), verdict="known") for name, p in (("a", 0.95), ("b", 0.95), ("n", 0.25))]
    assert values(posts, answers)["ece"] == pytest.approx((2 * 0.45 + 0.25) / 3)
    assert reliability(judge(posts, answers)) == [(0.25, 0.0, 1), (0.95, 0.5, 2)]


def test_scores_without_verdicts_are_not_taken_for_probabilities():
    assert not {"ece", "false_known", "known_right"} & set(values(POSTS, ANSWERS))


def test_region_iou_looks_at_right_first_claims_only():
    square, half = ((0, 0), (1, 0), (1, 1), (0, 1)), ((0, 0), (0.5, 0), (0.5, 1), (0, 1))
    posts = [post("a", "1"), post("b", "2")]
    answers = [answer("a", ("1", 0.9, half), true_region=square), answer("b", ("1", 0.9, square), true_region=square)]
    assert values(posts, answers)["region_iou"] == pytest.approx(0.5, abs=1e-3)


def test_a_right_claim_without_a_region_agrees_with_nothing_and_counts():
    square = ((0, 0), (1, 0), (1, 1), (0, 1))
    posts = [post("a", "1"), post("b", "2"), post("c", "3")]
    answers = [
        answer("a", ("1", 0.9, square), true_region=square),
        answer("b", ("2", 0.9), true_region=square),
        answer("c", ("3", 0.9, square)),  # nobody knows where it lies
    ]
    figure = measure(judge(posts, answers), resamples=10)["region_iou"]
    assert figure.value == pytest.approx(0.5)
    assert figure.posts == 2


def test_of_several_sources_the_one_whose_place_is_known_is_compared():
    left, right = ((0, 0), (0.5, 0), (0.5, 1), (0, 1)), ((0.5, 0), (1, 0), (1, 1), (0.5, 1))
    posts = [replace(post("wall", "1"), others=("2",))]
    answers = [answer("wall", ("2", 0.9, right), ("1", 0.8, left), true_region=left)]
    assert values(posts, answers)["region_iou"] == pytest.approx(1)


def test_who_never_tells_regions_is_not_measured_by_them():
    square = ((0, 0), (1, 0), (1, 1), (0, 1))
    assert "region_iou" not in values([post("a", "1")], [answer("a", ("1", 0.9), true_region=square)])


def test_figures_say_how_many_posts_they_come_from():
    posts = [post("a", "1"), post("b", "2"), post("n", None)]
    answers = [answer("a", ("1", 0.9), verdict="known"), answer("n", ("1", 0.2), verdict="novel")]
    found = measure(judge(posts, answers), resamples=10)
    sizes = {"uap": 2, "right_file@1": 2, "known_right": 2, "false_known": 1, "auroc": 1, "ece": 2}
    assert {name: found[name].posts for name in sizes} == sizes


def test_what_never_happened_may_still_happen():
    posts = [post(f"p{n}", "1") for n in range(50)] + [post(f"n{n}", None) for n in range(10)]
    answers = [answer(one.name, ("1", 0.9), verdict="known" if one.asset else "novel") for one in posts]
    found = measure(judge(posts, answers))
    assert found["known_right"].low == pytest.approx(1 - 3 / 50)
    assert found["known_right"].high == 1
    assert found["false_known"].low == 0
    assert found["false_known"].high == pytest.approx(3 / 10)


def test_a_suite_of_strangers_has_no_recall():
    assert set(values([post("n", None)], [answer("n", ("1", 0.3), verdict="review")])) == {"false_known", "ece"}


def random_case(seed, *, count=400):
    rng = np.random.default_rng(seed)
    posts = [post(f"p{n}", str(n) if rng.random() < 0.6 else None) for n in range(count)]
    answers = []
    for one in posts:
        claims = [(str(rng.integers(count)), float(rng.random())) for _ in range(5)]
        if one.asset and rng.random() < 0.7:
            claims.append((one.asset, float(rng.random() ** 0.5)))
        answers.append(answer(one.name, *claims))
    return judge(posts, answers)


@pytest.mark.parametrize("prior", [None, 0.2])
def test_ranking_figures_agree_with_scikit_learn(prior):
    judged = random_case(1)
    share = judged.known.mean()
    weights = np.ones(len(judged.known))
    if prior is not None:
        weights = np.where(judged.known, prior / share, (1 - prior) / (1 - share))
    each = weights[judged.post]
    reached = each[judged.hit].sum() / weights[judged.known].sum()  # scikit-learn knows only of what was claimed
    found = measure(judged, prior=prior, resamples=2)
    expected = average_precision_score(judged.hit, judged.score, sample_weight=each) * reached
    assert found["uap"].value == pytest.approx(expected)
    assert found["auroc"].value == pytest.approx(roc_auc_score(judged.known, judged.top, sample_weight=weights))


def test_fewer_known_posts_mean_less_precision():
    judged = random_case(2)
    plain, rare = measure(judged, resamples=2), measure(judged, prior=0.05, resamples=2)
    assert rare["uap"].value < plain["uap"].value
    assert rare["right_file@1"].value == pytest.approx(plain["right_file@1"].value)


def test_the_interval_holds_the_value_and_is_seeded():
    judged = random_case(3)
    first, again, other = (measure(judged, seed=seed)["uap"] for seed in (0, 0, 1))
    assert first.low < first.value < first.high
    assert first == again != other


def test_the_interval_of_a_share_is_the_textbook_one():
    posts = [post(f"p{n}", "1") for n in range(400)]
    answers = [answer(f"p{n}", ("1" if n % 4 else "2", 0.5)) for n in range(400)]
    figure = measure(judge(posts, answers))["right_file@1"]
    margin = 1.96 * np.sqrt(0.75 * 0.25 / 400)
    assert (figure.low, figure.high) == pytest.approx((0.75 - margin, 0.75 + margin), abs=0.01)


def test_a_thousand_resamples_of_a_thousand_posts_take_seconds():
    judged = random_case(4, count=1000)
    began = time.process_time()
    measure(judged)
    assert time.process_time() - began < 5


def test_the_curve_of_posts_with_several_sources_counts_these():
    posts = [replace(post("wall", "a"), others=("b", "c", "d"))]
    told = [answer("wall", ("a", 0.9), ("b", 0.8), ("x", 0.7), verdict="known")]
    precision, recall = precision_recall(judge(posts, told))
    assert recall.tolist() == [0.25, 0.5, 0.5]
    assert precision.tolist() == pytest.approx([1, 1, 2 / 3])


def test_the_curve_ends_at_the_recall_of_all_claims():
    precision, recall = precision_recall(judge(POSTS, ANSWERS))
    assert precision == pytest.approx([1, 1 / 2, 2 / 3, 1 / 2])
    assert recall == pytest.approx([1 / 3, 1 / 3, 2 / 3, 2 / 3])


def test_posts_that_show_nothing_of_their_source_are_counted_apart():
    shown = {"a": 1.0, "b": 0.019, "c": 0.02}
    told = [replace(one, shown=shown.get(one.post)) for one in [*ANSWERS, answer("c")]]
    figure = measure(judge(POSTS, told), resamples=10)["right_file@1_shown"]
    assert figure.value == pytest.approx(1 / 2)
    assert figure.posts == 2


def test_known_and_right_is_told_of_posts_that_show_something():
    told = [replace(one, verdict="known", shown=0.5 if one.post == "a" else 0.0) for one in ANSWERS]
    assert values(POSTS, told)["known_right_shown"] == 1


def test_where_nobody_knows_what_posts_show_nothing_is_counted_apart():
    assert "right_file@1_shown" not in values(POSTS, ANSWERS)
