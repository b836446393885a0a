"""What posts showed, counted from what an index was asked."""

from __future__ import annotations

import numpy as np
import pytest

from lineage.describe.hashes import perceptual_hashes
from lineage.insight.exposure.report import make_report
from lineage.insight.exposure.seen import answers_of, weeks_of
from lineage.records import Sighting
from lineage.web.catalogue import read_catalogue
from lineage.web.pages.sightings import Charts, charts_of
from tests.conftest import draw


def seen(seed: int, *, query: str = "instagram/a.jpg", day: int = 2, path: str = "spring/a.tif", score=0.9) -> Sighting:
    when, decision = f"2026-11-{day:02}T12:00:00.000000+00:00", "known" if path else "novel"
    hashes = perceptual_hashes(draw(seed))
    vector = np.zeros(0, np.float32)
    return Sighting("id", when, "index", path and "A", path, vector, None, False, hashes, decision, score, query=query)


def test_a_sighting_is_a_post_of_its_day_and_of_the_folder_that_it_lies_in():
    (answer,) = answers_of([seen(1, day=2)])
    assert (answer.post.day.isoformat(), answer.post.channel) == ("2026-11-02", "instagram")
    assert [(one.asset, one.probability) for one in answer.showings] == [("spring/a.tif", 0.9)]


def test_a_post_that_was_asked_about_again_counts_once():
    assert len(answers_of([seen(1), seen(1, day=9), seen(2)])) == 2


def test_a_known_post_without_a_probability_surely_shows_its_asset():
    (answer,) = answers_of([seen(1, score=None)])
    assert answer.showings[0].probability == 1.0


def test_weeks_are_counted_for_all_posts_or_for_those_of_a_campaign():
    answers = answers_of([seen(1), seen(2, day=16), seen(3, path="autumn/b.tif"), seen(4, path="")])
    assert [(week.name, round(week.exposures.value, 3)) for week in weeks_of(answers, {})] == [
        ("2026-11-02", 1.8),
        ("2026-11-09", 0.0),
        ("2026-11-16", 0.9),
    ]
    assert [round(week.exposures.value, 3) for week in weeks_of(answers, {}, campaign="autumn")] == [0.9, 0.0, 0.0]


def test_weeks_of_a_channel_are_those_of_all():
    answers = answers_of([seen(1, day=2), seen(2, day=16, query="forum/a.jpg")])
    counted = weeks_of(answers, {}, channel="forum")
    assert [(week.name, week.of) for week in counted] == [("2026-11-02", 0), ("2026-11-09", 0), ("2026-11-16", 1)]


def charts(*sightings: Sighting) -> Charts:
    answers = answers_of(sightings)
    return charts_of(answers, make_report(answers, {}), {})


def test_curves_of_one_chart_are_on_one_scale():
    many = [seen(seed, day=2 + seed) for seed in range(1, 9)]
    (_, (whole,)), (_, campaigns), (_, channels) = charts(*many, seen(20, day=16, path="autumn/b.tif"))
    assert [name for name, _ in campaigns] == ["spring", "autumn"]
    spring, autumn = (curve.levels for _, curve in campaigns)
    assert spring == autumn
    assert [name for name, _ in channels] == ["instagram"]
    assert channels[0][1].words == whole[1].words


def test_of_a_single_week_no_curve_is_drawn():
    assert charts(seen(1), seen(2)) == []


@pytest.mark.parametrize(("path", "campaign"), [("spring/a.tif", "easter"), ("spring/b.tif", "spring"), ("c.tif", "")])
def test_the_campaign_of_an_asset_is_that_of_the_catalogue_else_its_first_folder(tmp_path, path, campaign):
    file = tmp_path / "catalogue.csv"
    file.write_text("asset,campaign,label\nspring/a.tif,easter,eggs\n")
    assert read_catalogue(file).campaign(path) == campaign
    assert read_catalogue(file).labels == {"spring/a.tif": "eggs"}
