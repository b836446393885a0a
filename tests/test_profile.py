from __future__ import annotations

import json
from multiprocessing import get_context

import pytest

from indexer.run.profile import WAITING, Part, Profile, peak_memory
from tests.command import call

STAGES = {"read", "decode", "key points", "words", "hashes", "preview", "squeeze"}


def profile(*, workers: float, network: float, processors: float = 0.5) -> Profile:
    """Of a run of 10 seconds with two workers; what each part was busy with, in seconds."""
    parts = (
        Part("workers", 2, {"decode": workers / 4, "key points": 3 * workers / 4}, wall=10),
        Part("network", 1, {"embed": network}, wall=10),
    )
    return Profile(parts, pictures=100, processors=processors, memory=0)


def test_a_part_waits_for_as_long_as_its_stages_leave():
    part = Part("workers", 2, {"decode": 4.0, "words": 1.0}, wall=10)
    assert (part.seconds[WAITING], part.waiting) == (15.0, 0.75)


def test_the_bottleneck_is_who_waits_least_and_where_it_spends_most():
    assert profile(workers=19, network=5).bottleneck.startswith("workers (5% of the time waiting), most of it in key")
    assert profile(workers=8, network=9).bottleneck.startswith("network (10% of the time waiting), most of it in embed")


def test_where_all_processors_are_busy_more_processes_are_no_advice():
    assert "only more of them would help" in profile(workers=19, network=5, processors=0.97).bottleneck
    assert "only more of them would help" not in profile(workers=19, network=5).bottleneck


def test_memory_counts_every_process():
    alone = peak_memory()
    with get_context("spawn").Pool(1) as pool:
        pool.apply(abs, (1,))
        assert peak_memory() > alone + 5_000_000


@pytest.fixture(scope="module")
def indexed(tmp_path_factory, drawn):
    from PIL import Image

    place = tmp_path_factory.mktemp("profiled")
    (place / "library").mkdir()
    for seed in range(4):
        Image.fromarray(drawn(seed)).save(place / "library" / f"{seed}.jpg")
    return call("index", place / "library", "--store", place / "index", "--workers", "1", "--profile", "--json")


def test_every_stage_of_a_run_is_told(indexed):
    told = json.loads(indexed.stdout)["profile"]
    assert STAGES | {"start", WAITING} == set(told["seconds"]["workers"])
    assert set(told["seconds"]["network"]) == {"scan", "embed", WAITING}
    assert set(told["seconds"]["writer"]) == {"store", "ledger", WAITING}
    assert (told["pictures"], told["processes"]["workers"]) == (4, 1)


def test_people_get_a_line_a_stage_and_who_held_the_run_up(indexed):
    lines = indexed.stderr.splitlines()
    assert any("key points" in line and "%" in line for line in lines)
    assert lines[-1].startswith("bottleneck: ")


def test_a_run_that_reads_nothing_has_a_profile_too(tmp_path):
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "broken.jpg").write_text("hello")
    done = call("index", tmp_path / "library", "--store", tmp_path / "index", "--workers", "1", "--profile", "--json")
    assert json.loads(done.stdout)["profile"]["seconds"]["workers"].keys() == {"start", "read", "decode", WAITING}
