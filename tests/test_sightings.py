"""What posts showed, counted from what an index was asked."""

from __future__ import annotations

import numpy as np
import pytest

from lineage.describe.hashes import perceptual_hashes
from lineage.insight.exposure.seen import answers_of, weeks_of
from lineage.records import Sighting
from lineage.web.catalogue import read_catalogue
from lineage.web.pages.plots import LEFT, RIGHT, WIDTH, curve
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


def test_a_single_week_is_drawn_in_the_middle_and_told_in_words():
    drawn = curve(weeks_of(answers_of([seen(1)]), {}))
    ((x, _, said),) = drawn.points
    assert x == pytest.approx(LEFT + (WIDTH - LEFT - RIGHT) / 2)
    assert said in drawn.words


@pytest.mark.parametrize(("path", "campaign"), [("spring/a.tif", "easter"), ("spring/b.tif", "spring"), ("c.tif", "")])
def test_the_campaign_of_an_asset_is_that_of_the_catalogue_else_its_first_folder(tmp_path, path, campaign):
    file = tmp_path / "catalogue.csv"
    file.write_text("asset,campaign,label\nspring/a.tif,easter,eggs\n")
    assert read_catalogue(file).campaign(path) == campaign
    assert read_catalogue(file).labels == {"spring/a.tif": "eggs"}
