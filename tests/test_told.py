"""What a person is told of a report, kept and read again."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

import lineage
from lineage.tell.told import told, told_of
from lineage.tell.wording import chances
from tests.conftest import draw


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """An index of two drawn pictures, and a post made of one of them."""
    folder = tmp_path_factory.mktemp("told")
    (folder / "library").mkdir()
    for seed in (1, 2):
        Image.fromarray(draw(seed)).save(folder / "library" / f"{seed}.png")
    with lineage.open(folder / "index") as index:
        index.index(folder / "library")
        yield told(index.query(np.ascontiguousarray(draw(1)[:, ::-1][40:, 60:]), name="post.png"))


def test_a_known_post_is_told_with_its_asset_where_it_lies_and_what_was_done(asked):
    best = asked.matches[0]
    assert (asked.decision, asked.relation, best.path, best.claimed) == ("known", "made from", "1.png", True)
    assert "mirrored" in best.edits
    assert len(best.in_post) >= 4
    assert np.array(best.asset_to_post).shape == (3, 3)
    assert all(0 <= value <= 1 for row in best.departures for value in row)


def test_the_runner_up_comes_after_what_is_drawn_first(asked):
    assert asked.shown == 1
    assert asked.rival in (None, 1)
    if asked.rival:
        assert asked.matches[asked.rival].objection


def test_what_is_told_survives_being_kept_as_json(asked):
    assert told_of(json.loads(json.dumps(asked.as_json()))) == asked


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
