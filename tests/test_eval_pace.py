from __future__ import annotations

from dataclasses import replace

import pytest
from PIL import Image

from eval.corpora.corpus import Corpus
from eval.corpora.folder import read_folder, split
from eval.speed import pace
from eval.speed.pace import Milliseconds, Pace, measure
from eval.speed.pace_table import lines, markdown
from eval.suites.material import Material
from eval.suites.speed import speed
from lineage.errors import LineageError
from lineage.settings import Settings
from tests.command import call

MADE_UP = Pace(
    pictures=200,
    rate=20.0,
    memory=1_500_000_000,
    seconds={"workers": {"decode": 4.0, "waiting": 1.0}, "network": {"embed": 5.0, "waiting": 0.0}},
    bottleneck="network",
    help=0.25,
    start=2.25,
    posts=Milliseconds(310, 720),
    reuploads=Milliseconds(95, 130),
    alone={"lite0": 51.0},
)


def test_seconds_are_told_by_picture_and_waiting_by_its_share():
    told = dict(lines(MADE_UP))
    assert told["index, 200 pictures"] == "20.0/s"
    assert told["  workers: decode"] == "20.0 ms a picture"
    assert told["  workers: waiting"] == "20% of the time"
    assert told["  memory"] == "1,500 MB"
    assert told["a post, p50 (p95)"] == "310 (720) ms"
    assert (told["lineage --help"], told["start of lineage query"]) == ("0.25 s", "2.25 s")
    assert told["lite0 alone, embedding only"] == "51.0/s"


def test_memory_is_left_out_where_the_system_does_not_say():
    assert "  memory" not in dict(lines(replace(MADE_UP, memory=0)))


def test_the_published_table_has_the_same_lines():
    assert markdown(MADE_UP).count("\n| ") == len(list(lines(MADE_UP)))


@pytest.fixture
def corpus(tmp_path, drawn) -> Corpus:
    """Of eight pictures, and the posts that the suite `speed` makes of them."""
    (tmp_path / "library").mkdir()
    for seed in range(10):
        Image.fromarray(drawn(seed)).save(tmp_path / "library" / f"{seed}.png")
    known, held_out = split(read_folder(tmp_path / "library").sources, seed=0)
    (made,) = speed(Material(known, held_out, (), 0, tmp_path))
    return made


@pytest.mark.slow
def test_a_pace_is_measured_through_the_commands(corpus, monkeypatch):
    monkeypatch.setattr(pace, "ASKED", 2)
    monkeypatch.setattr(pace, "STARTS", 1)
    found = measure(corpus, Settings(), peers=("phash",))
    assert found.pictures == len(corpus.library)
    assert found.rate > 0
    assert found.memory > 0
    assert {"key points", "waiting"} < found.seconds["workers"].keys()
    assert 0 < found.reuploads.p50 <= found.reuploads.p95
    assert 0 < found.help < found.start
    assert list(found.alone) == [Settings().backbone]


def test_a_command_that_fails_says_why(corpus):
    with pytest.raises(LineageError, match="no such backbone"):
        measure(corpus, Settings(backbone="nothing"))


def test_the_suite_speed_shows_the_pace_and_keeps_it_with_the_report(tmp_path, drawn, monkeypatch):
    (tmp_path / "library").mkdir()
    for seed in range(4):
        Image.fromarray(drawn(seed)).save(tmp_path / "library" / f"{seed}.png")
    monkeypatch.setattr("eval.command.evaluate", lambda *_, **__: [])
    monkeypatch.setattr("eval.command.write_report", lambda *_, **__: None)
    monkeypatch.setattr("eval.command.measure", lambda *_, **__: MADE_UP)
    done = call("eval", "speed", "--library", tmp_path / "library", "--report", tmp_path / "report")
    assert "index, 200 pictures" in done.stdout
    assert (tmp_path / "report" / "speed.md").read_text() == markdown(MADE_UP)
