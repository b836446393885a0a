"""An index is asked with the backbone that it was made with, whether somebody names it or not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import call
from tests.indexed import indexed


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """An index that `lite0` made, and its library."""
    return indexed(tmp_path_factory.mktemp("place"), 3, "--backbone", "lite0")


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
