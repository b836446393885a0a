"""Folders of posts: asked several at a time, answered as if they were asked one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.command import call


@pytest.fixture(scope="module")
def place(tmp_path_factory, drawn) -> Path:
    """An index of six pictures, and a folder of posts: crops of four of them, two strangers and a text."""
    place = tmp_path_factory.mktemp("place")
    (place / "library").mkdir()
    (place / "posts").mkdir()
    for seed in range(6):
        Image.fromarray(drawn(seed)).save(place / "library" / f"{seed}.png")
    for seed in (3, 1, 40, 5, 2, 41):
        Image.fromarray(drawn(seed)[10 + seed : 220, 20:300]).save(place / "posts" / f"{seed}.jpg", quality=70)
    (place / "posts" / "text.jpg").write_text("hello")
    assert call("index", place / "library", "--store", place / "index", "--workers", "1").returncode == 0
    return place


def ask(place: Path, *posts: Path) -> list[dict[str, Any]]:
    done = call("query", *posts, "--store", place / "index", "--read-only", "--json")
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def answers(place) -> list[dict[str, Any]]:
    return ask(place, place / "posts")


def test_a_folder_is_answered_in_its_order(place, answers):
    assert [answer["query"] for answer in answers] == [str(file) for file in sorted((place / "posts").iterdir())]


def test_posts_of_a_folder_are_answered_as_if_asked_one_by_one(place, answers):
    for answer in answers[:-1]:
        (alone,) = ask(place, Path(answer["query"]))
        assert (alone["verdict"], alone["probability"]) == (answer["verdict"], pytest.approx(answer["probability"]))
        assert [match["id"] for match in alone["matches"]] == [match["id"] for match in answer["matches"]]


def test_a_broken_post_has_its_line_in_its_place(answers):
    assert [answer["verdict"] for answer in answers][-1:] == [None]
    assert "known" in [answer["verdict"] for answer in answers]


def test_a_backbone_that_needs_no_torch_starts_without_it():
    import subprocess
    import sys

    code = "import sys, lineage.build, lineage.cli.query; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
