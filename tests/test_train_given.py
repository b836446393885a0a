"""Posts with known truth that were given in a table, to fit a decision to."""

from __future__ import annotations

import pytest
from PIL import Image

from lineage.errors import UsageError
from lineage.store.memory import MemoryStore
from lineage.train.decision.given import given_posts, given_trials
from tests.command import call
from tests.conftest import draw
from tests.store_samples import asset, entry, stamp


@pytest.fixture
def store():
    made = MemoryStore(stamp())
    made.upsert([entry(seed) for seed in range(3)])
    return made


@pytest.fixture
def posts(tmp_path):
    for seed in range(4):
        Image.fromarray(draw(seed)).save(tmp_path / f"{seed}.png")
    return tmp_path


def trials(posts, store, table):
    (posts / "truth.csv").write_text(table)
    return [*given_trials(posts, posts / "truth.csv", store, longest=200)]


def test_a_post_is_of_its_asset_or_of_none(posts, store):
    one = asset(1)
    known, novel = trials(posts, store, f"post,asset\n0.png,{one.path}\n1.png,\n")
    assert (known.source, known.novel, novel.novel) == (one.id, False, True)
    assert max(known.pixels.shape) == 200


def test_posts_of_one_group_are_of_one_half_and_of_one_picture(posts, store):
    made = trials(posts, store, "post,asset,group\n0.png,,form\n1.png,,form\n2.png,,card\n3.png,,\n")
    assert made[0].held_back == made[1].held_back
    assert made[0].picture == made[1].picture != made[2].picture != made[3].picture


def test_a_table_that_names_what_is_not_there_is_refused(posts, store):
    with pytest.raises(UsageError, match=r"1 of 1 posts are not in .*, first 9\.png"):
        trials(posts, store, "post,asset\n9.png,\n")
    with pytest.raises(UsageError, match="1 of 1 assets are not in the index, first nowhere"):
        trials(posts, store, "post,asset\n0.png,nowhere\n")


def test_given_posts_are_others_when_one_of_their_pictures_is(posts):
    truth = posts / "truth.csv"
    truth.write_text("post,asset\n0.png,\n1.png,\n")
    count, digest = given_posts(posts, truth)
    assert (count, given_posts(posts, truth)[1]) == (2, digest)
    Image.fromarray(draw(9)).save(posts / "1.png")
    assert given_posts(posts, truth)[1] != digest


def test_given_and_judged_posts_count_for_the_bar(posts, tmp_path, monkeypatch):
    monkeypatch.setenv("LINEAGE_STORE", str(tmp_path / "index"))
    call("index", posts)
    call("confirm", posts / "2.png", "3.png")
    (posts / "truth.csv").write_text("post,asset\n0.png,\n1.png,\n")
    totals = []

    def noted(_, total):
        totals.append(total)
        raise KeyboardInterrupt

    monkeypatch.setattr("lineage.cli.train.decision.progress_bar", noted)
    given = "--given", posts, "--truth", posts / "truth.csv"
    assert (
        call("train", "decision", "--posts", "400", "--false-known", "0.1", *given, "--with-feedback").returncode == 130
    )
    assert totals == [400 + 2 + 1]


def test_posts_without_a_table_are_refused(tmp_path):
    done = call("train", "decision", "--given", tmp_path, "--output", tmp_path / "d.json")
    assert (done.returncode, "give both or none" in done.stderr) == (2, True)
