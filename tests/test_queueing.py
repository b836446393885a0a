"""`lineage query --queue`: what a nightly run keeps for people to look at."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

import lineage
from lineage.store.queue import open_queue
from tests.command import call


@pytest.fixture(scope="module")
def place(tmp_path_factory, drawn) -> Path:
    """An index of two pictures, one of them under quarantine, and a post made from each."""
    place = tmp_path_factory.mktemp("place")
    for folder in ("library", "posts"):
        (place / folder).mkdir()
    for seed in (0, 1):
        Image.fromarray(drawn(seed)).save(place / "library" / f"{seed}.png")
        Image.fromarray(drawn(seed)[10:230, 20:310]).save(place / "posts" / f"post-{seed}.jpg", quality=80)
    with lineage.open(place / "index", workers=1) as index:
        index.index(place / "library")
    assert call("quarantine", "1.png", "--store", place / "index").returncode == 0
    return place


@pytest.fixture
def waiting(place):
    """What is in the queue, which is empty again afterwards."""
    with closing(open_queue(str(place / "index"))) as queue:
        yield queue
        queue.drop([one.id for one in queue.reviews()])


def test_posts_to_be_reviewed_are_kept_where_that_is_asked(place, waiting):
    asked = "query", place / "posts", "--json", "--store", place / "index"
    told = [json.loads(line) for line in call(*asked).stdout.splitlines()]
    assert [one["verdict"] for one in told] == ["known", "review"]
    assert not waiting.reviews()
    for _ in ("tonight", "tomorrow night"):
        assert call(*asked, "--queue").returncode == 0
        (kept,) = waiting.reviews()
        assert (Path(kept.query).name, kept.path, kept.rests_on) == ("post-1.jpg", "1.png", "quarantine")
    report = waiting.report(kept.id)
    assert report is not None
    assert report.as_json()["matches"] == told[1]["matches"]
    assert waiting.kept(kept.id, "post").startswith(b"RIFF")
    assert waiting.kept(kept.id, "file") == b""


def test_the_file_of_a_post_is_kept_where_a_setting_says_so(place, waiting, monkeypatch):
    monkeypatch.setenv("LINEAGE_KEEP_POSTS", "true")
    assert call("query", place / "posts", "--queue", "--store", place / "index").returncode == 0
    (kept,) = waiting.reviews()
    assert waiting.kept(kept.id, "file") == (place / "posts" / "post-1.jpg").read_bytes()


def test_nothing_is_kept_of_a_run_that_writes_nothing(place):
    done = call("query", place / "posts", "--queue", "--read-only", "--store", place / "index")
    assert (done.returncode, "--read-only" in done.stderr) == (2, True)
