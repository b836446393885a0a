"""Report → JSON, CSV, text."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from lineage.decide.calibration import Calibration
from lineage.decide.decider import ForestDecider
from lineage.decide.features import FEATURES
from lineage.decide.objections import with_objections
from lineage.errors import ImageError
from lineage.records import Edit, Evidence, Objection, Point, Report, Verdict
from lineage.tell.report import as_text
from lineage.tell.rows import COLUMNS, failure_row, rows
from lineage.tell.wording import chances, chances_in_short, objection_in_short
from tests.test_decide import COPY, TOY_NETWORK, evidence
from tests.toy_forest import staircases

WEIGHTS = {"residual": 10.0, "log_inliers": 0.1}
TOY = Calibration(
    name="toy",
    features=FEATURES,
    forest=staircases(FEATURES, WEIGHTS, bias=-5.0, top=6.0),
    false_known=0.01,
    novel=(0.1,) * 999,
    backbone=TOY_NETWORK,
)


def at(region: tuple[Point, ...], name: str = "first") -> Evidence:
    """A copy in one part of the post."""
    found = evidence(name, inliers=200, agreement=0.95)
    return replace(found, alignment=found.alignment and replace(found.alignment, region_in_post=region))


def asked(*candidates, network: str = TOY_NETWORK) -> Report:
    verdict = with_objections(ForestDecider(TOY, network=network).decide(candidates))
    return Report("post.jpg", verdict, {"search": 0.1}, {"calibration": "x"})


LEFT, RIGHT = (((x, 0.0), (x + 0.5, 0.0), (x + 0.5, 0.5), (x, 0.5)) for x in (0.0, 0.5))
WALL = replace(asked(at(LEFT), at(RIGHT, "second"), evidence("other")), size=(400, 200))
KNOWN = asked(COPY, evidence("other"))
ELSEWHERE = asked(COPY, evidence("other"), network=f"other {'1' * 64}")
NOVEL = asked(evidence("sibling", inliers=20), evidence("other"))


def record(report: Report) -> dict[str, Any]:
    return json.loads(json.dumps(report.as_json()))


def test_json_holds_the_promise_about_novel_posts():
    promised = record(KNOWN)["false_known"]
    assert set(promised) == {"share", "level", "novel_posts", "group", "measured_on", "known_from", "review_from"}
    assert (promised["share"], promised["level"], promised["novel_posts"]) == (0.002994, 0.01, 999)


def test_json_names_what_speaks_against_every_match_that_is_not_claimed():
    claimed, other = record(KNOWN)["matches"]
    assert claimed["objection"] is None
    assert other["objection"]["test"] == "location"


def test_json_lists_relatives_of_a_novel_post_only():
    assert record(KNOWN)["relatives"] == []
    assert record(NOVEL)["relatives"] == [{"asset": "sibling.jpg", "id": "sibling"}]


def test_people_read_how_rare_the_score_is_among_novel_posts():
    assert "false-match risk ≤ 0.3 % of novel posts (limit 1 %, measured on 999 such posts)" in as_text(KNOWN).plain


def test_people_read_why_nothing_is_promised_in_the_place_of_the_promise():
    promised, other = (as_text(one).plain.splitlines() for one in (KNOWN, ELSEWHERE))
    changed = [line.strip() for line, before in zip(other, promised, strict=True) if line != before]
    assert changed == [
        "false-match risk unknown: the decision was fitted with toy, not with other; fit one with: "
        "lineage train decision"
    ]


def test_json_promises_nothing_of_another_backbone():
    assert record(ELSEWHERE)["false_known"] is None
    assert record(ELSEWHERE)["verdict"] == "known"


def test_people_read_why_the_runner_up_is_not_the_source():
    assert "not other.jpg  (p 0.007): no part of it was found in the post" in as_text(KNOWN).plain


def test_people_read_a_line_for_each_of_several_sources():
    lines = [line.strip() for line in as_text(WALL).plain.splitlines()]
    assert lines[1:3] == [
        "made from first.jpg  (p 0.994) · at the left · shows all of the asset",
        "and from second.jpg  (p 0.994) · at the right · shows all of the asset",
    ]
    assert lines[4] == "not other.jpg  (p 0.007): no part of it was found in the post"


def test_json_tells_of_every_match_whether_it_is_claimed():
    assert [match["claimed"] for match in record(WALL)["matches"]] == [True, True, False]
    assert [match["claimed"] for match in record(NOVEL)["matches"]] == [False, False]


def test_people_read_which_test_the_nearest_asset_failed_and_who_the_relatives_are():
    text = as_text(NOVEL).plain
    assert "nearest sibling.jpg" in text
    assert ": differs all over, in 100 % of what can be compared" in text
    assert "shows something of, but was not made from: sibling.jpg" in text


ABOUT = {"run": "one", "time": "2026-11-29T10:00:00+00:00"}


def table(report: Report) -> list[dict[str, object]]:
    return rows(report, evidence=None, about=ABOUT)


def test_a_post_without_any_candidate_has_words_and_a_row():
    empty = Report("post.jpg", Verdict("novel", 0.0, ()))
    assert "nothing in the library resembles it" in as_text(empty).plain
    (row,) = table(empty)
    assert (row["verdict"], row["asset"], row["nearest"], row["claims"]) == ("novel", "", "", 0)
    assert record(empty)["false_known"] is None


def test_a_row_names_the_asset_that_is_claimed():
    (row,) = table(KNOWN)
    assert tuple(row) == COLUMNS
    assert (row["verdict"], row["asset"], row["asset_id"], row["nearest"]) == ("known", "copy.jpg", "copy", "")
    assert (row["claim"], row["claims"], row["false_match_risk"], row["edits"]) == (1, 1, 0.002994, "")
    assert (row["run"], row["time"], row["calibration"]) == (*ABOUT.values(), "x")


def test_what_is_not_claimed_stands_in_a_column_of_its_own():
    (row,) = table(NOVEL)
    assert (row["verdict"], row["asset"], row["nearest"], row["nearest_id"]) == ("novel", "", "sibling.jpg", "sibling")
    assert (row["claim"], row["claims"]) == ("", 0)


def test_a_row_has_edits_only_where_an_asset_may_have_been_edited():
    crop = (Edit("c2pa.cropped", "shows 38 % of the asset", 0.38, "cropped"),)
    sibling = asked(replace(evidence("sibling", inliers=20), edits=crop))
    told = [table(asked(replace(COPY, edits=crop)))[0], table(sibling)[0]]
    assert [(row["verdict"], row["edits"]) for row in told] == [("known", "shows 38 % of the asset"), ("novel", "")]


def test_a_collage_has_a_row_for_each_source():
    told = [(row["asset"], row["claim"], row["claims"]) for row in table(WALL)]
    assert told == [("first.jpg", 1, 2), ("second.jpg", 2, 2)]


def test_a_post_that_could_not_be_read_has_a_row_with_the_reason():
    row = failure_row(ImageError("post.jpg", "text, not a picture"), versions={"index": "i"}, about=ABOUT)
    assert tuple(row) == COLUMNS
    assert (row["query"], row["verdict"], row["error"]) == ("post.jpg", "failed", "text, not a picture")
    assert (row["index"], row["run"]) == ("i", "one")


@pytest.mark.parametrize("report", [KNOWN, WALL, NOVEL], ids=["one", "several", "none"])
def test_a_verdict_that_rests_on_something_else_shows_no_probability(report):
    told = replace(report, verdict=report.verdict.overruled("person"))
    assert "(p " not in as_text(told).plain
    assert "risk" not in as_text(told).plain
    assert (record(told)["probability"], record(told)["rests_on"]) == (None, "person")
    shown = {(row["rests_on"], row["probability"], row["false_match_risk"]) for row in table(told)}
    assert shown == {("person", "", "")}
    assert all(isinstance(match["probability"], float) for match in record(told)["matches"])


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.9996, "more than 995 of 1,000"),
        (0.97, "about 970 of 1,000"),
        (0.5, "about 50 of 100"),
        (0.021, "about 20 of 1,000"),
        (0.0001, "fewer than 5 of 1,000"),
    ],
)
def test_a_probability_is_told_as_so_many_posts(probability, words):
    assert chances(probability) == f"{words} posts with such evidence were made from it"


@pytest.mark.parametrize(("probability", "words"), [(0.5, "50 of 100"), (0.9999, "more than 995 of 1,000")])
def test_a_probability_in_short_is_of_how_many_posts(probability, words):
    assert chances_in_short(probability) == words


def test_an_objection_in_short_has_no_figures():
    assert objection_in_short(Objection("score", "not sure enough (known from p 0.970)")) == "not sure enough"


@pytest.mark.parametrize("test", ["quarantine", "rival"])
def test_an_objection_in_short_has_all_words_of_a_reason_or_name(test):
    assert objection_in_short(Objection(test, "a (bad) scan")) == "a (bad) scan"
