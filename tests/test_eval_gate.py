"""The regression gate lets noise pass and stops what left its interval."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from eval.corpora.corpus import Corpus, Post, Rendered
from eval.scores.gate import regressions, require_comparable
from eval.scores.judged import judge
from eval.scores.metrics import Figure, measure
from eval.scores.predictions import Claim, Header, Prediction
from eval.scores.results import score
from lineage.errors import UsageError

HEADER = Header("lineage", "digest", {}, {})


def post(number):
    asset = str(number) if number % 2 else None
    return Post(f"p{number}", "crop", 0.5, asset, str(number), lambda: Rendered(np.zeros((8, 8, 3), np.uint8)))


@pytest.fixture(scope="module")
def corpus():
    return Corpus("copies", (), tuple(post(n) for n in range(40)))


@pytest.fixture(scope="module")
def result(corpus):
    answers = [
        Prediction(one.name, "known", (Claim(one.asset or "x", 0.9 - n / 100),), {"search": 0.01})
        for n, one in enumerate(corpus.posts)
    ]
    (found,) = score(corpus, HEADER, answers, seed=0)
    return found


@pytest.fixture
def baseline(tmp_path, result):
    def write(**changes):
        path = tmp_path / "report.json"
        path.write_text(json.dumps({"results": [replace(result, **changes).as_json()]}))
        return path

    return write


def with_figure(result, name, value):
    return replace(result, figures={**result.figures, name: Figure(value, value, value, 20)})


def test_equal_results_pass(result, baseline):
    assert regressions([result], baseline()) == []


@pytest.mark.parametrize(("value", "falls"), [(0.85, False), (0.75, True), (0.99, False)])
def test_a_figure_may_move_within_its_interval_and_rise(result, baseline, value, falls):
    path = baseline(figures={**result.figures, "uap": Figure(0.9, 0.8, 0.95, 20)})
    assert bool(regressions([with_figure(result, "uap", value)], path)) is falls


@pytest.mark.parametrize("name", ["false_known", "ece"])
def test_errors_may_fall_and_not_rise(result, baseline, name):
    path = baseline(figures={**result.figures, name: Figure(0.02, 0.01, 0.03, 20)})
    assert regressions([with_figure(result, name, 0.0)], path) == []
    assert regressions([with_figure(result, name, 0.04)], path) == [
        f"worse: copies, lineage: {name} is 0.040, was 0.010–0.030"
    ]


def test_a_figure_at_the_realistic_prior_may_not_fall_either(result, baseline):
    path = baseline(at_prior={**result.at_prior, "uap": Figure(0.9, 0.8, 0.95, 20)})
    low = replace(result, at_prior={**result.at_prior, "uap": Figure(0.7, 0.6, 0.8, 20)})
    assert regressions([low], path) == ["worse: copies, lineage: uap at 20% known is 0.700, was 0.800–0.950"]


def test_a_figure_that_only_one_of_both_has_is_missing(result, baseline):
    fewer = {name: figure for name, figure in result.figures.items() if name != "uap"}
    assert regressions([replace(result, figures=fewer)], baseline()) == [
        "missing: copies, lineage: uap is there no more"
    ]
    assert regressions([result], baseline(figures=fewer)) == ["missing: copies, lineage: uap has no baseline"]


def test_a_row_that_only_one_of_both_has_is_missing(result, tmp_path):
    path = tmp_path / "report.json"
    rows = [result, replace(result, recogniser="pdq")]
    path.write_text(json.dumps({"results": [row.as_json() for row in rows]}))
    assert regressions([result], path) == ["missing: copies, pdq stands in the baseline and was not measured now"]
    assert regressions([*rows, replace(result, part="x")], path) == [
        "missing: copies, x, lineage was measured now and does not stand in the baseline"
    ]


def test_one_failure_where_there_was_none_in_few_posts_is_within_the_interval():
    def measured(wrong):
        posts = [Post(f"p{n}", "crop", 0.5, str(n), "", post(1).render) for n in range(20)]
        answers = [Prediction(f"p{n}", None, (Claim("x" if n < wrong else str(n), 0.5),)) for n in range(20)]
        return measure(judge(posts, answers))["right_file@1"]

    assert (measured(0).low, measured(0).high) == (pytest.approx(1 - 3 / 20), 1)
    assert measured(2).value > measured(0).low > measured(4).value


def test_a_baseline_of_the_same_posts_is_comparable(corpus, baseline):
    require_comparable(baseline(), [corpus, replace(corpus, name="chains", posts=())])


def test_a_baseline_of_other_posts_is_refused(corpus, baseline):
    with pytest.raises(UsageError, match="the posts of copies were made from other pictures, with another seed or by"):
        require_comparable(baseline(digest="other"), [corpus])


def test_a_baseline_without_these_corpora_is_refused(corpus, baseline):
    with pytest.raises(UsageError, match="holds nothing of what is to be measured: copies"):
        require_comparable(baseline(corpus="chains"), [corpus])


@pytest.mark.parametrize("damage", [{"digest": None}, {"figures": {"uap": 1}}, {"figures": {"uap": {"value": None}}}])
def test_a_damaged_row_is_refused(tmp_path, result, corpus, damage):
    row = {name: value for name, value in {**result.as_json(), **damage}.items() if value is not None}
    path = tmp_path / "report.json"
    path.write_text(json.dumps({"results": [row]}))
    with pytest.raises(UsageError, match="not a report of an evaluation, or one of another version"):
        require_comparable(path, [corpus])


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"results": [1]}', '{"results": [{"corpus": "copies"}]}'])
def test_another_file_is_not_taken_for_a_baseline(tmp_path, corpus, text):
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(UsageError, match="not a report of an evaluation"):
        require_comparable(path, [corpus])


def test_a_baseline_that_is_not_there_is_refused(tmp_path, corpus):
    with pytest.raises(UsageError, match="cannot be read"):
        require_comparable(tmp_path / "none.json", [corpus])


def test_cells_count_posts_and_verdicts(result):
    (cell,) = result.cells
    assert (cell.known, cell.right, cell.found, cell.sure, cell.novel, cell.false) == (20, 20, 20, 20, 20, 20)


def test_the_worst_false_alarm_is_the_surest(result):
    assert result.misses == ()
    assert [mistake.post for mistake in result.false_alarms][:2] == ["p0", "p2"]


@pytest.mark.parametrize(
    ("asset", "claim", "verdict", "mistaken"),
    [
        ("a", "a", "known", False),
        ("a", "a", "novel", True),  # right, and nobody gets to see it
        ("a", "b", "known", True),
        ("a", None, "novel", True),
        (None, "b", "novel", False),  # the nearest relative is no claim
        (None, "b", "review", True),
        (None, "b", None, True),
        (None, None, None, False),
    ],
)
def test_a_mistake_is_a_wrong_claim_or_a_source_dismissed(asset, claim, verdict, mistaken):
    corpus = Corpus("copies", (), (Post("p", "crop", 0.5, asset, "", post(1).render),))
    answer = Prediction("p", verdict, (Claim(claim, 0.5),) if claim else ())
    (found,) = score(corpus, HEADER, [answer], seed=0)
    assert len(found.misses + found.false_alarms) == mistaken
    assert bool(found.false_alarms) is (mistaken and asset is None)


@pytest.mark.parametrize(
    ("claim", "named", "verdict", "truth", "unnamed"),
    [
        ("b", ("a", "b"), "known", (), ()),
        ("b", ("b",), "known", ("a",), (1,)),
        ("b", (), "novel", ("a",), (2,)),
        ("b", (), None, (), ()),  # a peer names nothing; one of the sources first is right
        ("x", (), None, ("a",), (0,)),
    ],
)
def test_a_post_of_several_sources_is_a_miss_until_all_are_named(claim, named, verdict, truth, unnamed):
    wall = Post("p", "2 tiles", 0.5, "a", "", post(1).render, others=("b",))
    told = Prediction("p", verdict, (Claim(claim, 0.5),), named=named)
    (found,) = score(Corpus("collages", (), (wall,)), HEADER, [told], seed=0)
    assert tuple(miss.truth for miss in found.misses) == truth
    assert tuple(miss.unnamed for miss in found.misses) == unnamed


def test_of_two_posts_of_several_sources_the_one_that_hides_more_is_the_worse():
    walls = tuple(Post(name, "3 tiles", 0.5, "a", "", post(1).render, others=("b", "c")) for name in ("one", "two"))
    told = [
        Prediction("one", "known", (Claim("a", 0.9),), named=("a", "b")),
        Prediction("two", "known", (Claim("a", 0.8),), named=("a",)),
    ]
    (found,) = score(Corpus("collages", (), walls), HEADER, told, seed=0)
    assert [miss.post for miss in found.misses] == ["two", "one"]


def test_times_are_summed_over_stages(result):
    assert result.milliseconds == {"search": pytest.approx((10, 10)), "total": pytest.approx((10, 10))}
