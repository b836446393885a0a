"""An index is asked with the backbone that it was made with, whether somebody names it or not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.command import call


@pytest.fixture(scope="module")
def place(tmp_path_factory, drawn) -> Path:
    """An index that `lite0` made, and its library."""
    place = tmp_path_factory.mktemp("place")
    (place / "library").mkdir()
    for seed in range(3):
        Image.fromarray(drawn(seed)).save(place / "library" / f"{seed}.png")
    done = call("index", place / "library", "--store", place / "index", "--backbone", "lite0", "--workers", "1")
    assert done.returncode == 0, done.stderr
    return place


def test_a_query_needs_no_flag(place):
    done = call("query", place / "library/1.png", "--store", place / "index", "--json", "--read-only")
    answer = json.loads(done.stdout)
    assert (answer["verdict"], answer["versions"]["backbone"].split()[0]) == ("known", "lite0")


@pytest.mark.parametrize("command", ["index", "sync"])
def test_what_writes_the_index_needs_no_flag(place, command):
    done = call(command, place / "library", "--store", place / "index", "--json")
    assert (done.returncode, json.loads(done.stdout)["unchanged"]) == (0, 3)


def test_a_named_backbone_that_is_another_is_refused(place, monkeypatch):
    monkeypatch.setenv("LINEAGE_BACKBONE", "lite")
    done = call("query", place / "library/1.png", "--store", place / "index")
    assert done.returncode == 3
    assert "made with backbone lite0" in done.stderr
