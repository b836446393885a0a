"""One library, one version: the same verdicts to the last digit, however it was filled and posts are asked about."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import lineage
from lineage.records import Entry
from lineage.store import open_store
from tests.command import call
from tests.conftest import SAMPLES
from tests.serving import served
from tests.test_store import empty_place

pytestmark = pytest.mark.slow

PASSING = ("run", "time", "seconds", "answer", "evidence")
DRAWN = 60  # with the photographs more than a search looks at


def lasting(line: str) -> str:
    """An answer as it was written, without what is of one run or of one index only."""
    told = json.loads(line)
    told["versions"].pop("index")
    return json.dumps({name: value for name, value in told.items() if name not in PASSING})


def asked(*arguments: str | Path) -> list[str]:
    """The answers to all posts of the folder, in its order."""
    done = call("query", "posts", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return [*map(lasting, done.stdout.splitlines())]


@pytest.fixture(scope="module")
def place(tmp_path_factory, drawn) -> Path:
    """Drawings, photographs, frames that are nearly alike, and posts of all of them and of strangers."""
    place = tmp_path_factory.mktemp("place")
    for folder in ("library", "posts"):
        (place / folder).mkdir()
    for seed in range(DRAWN):
        Image.fromarray(drawn(seed, width=200, height=150)).save(place / "library" / f"{seed:02}.png")
    for number, photograph in enumerate(sorted((SAMPLES / "library").rglob("*.jpg"))[::6]):
        shutil.copy(photograph, place / "library" / f"photograph-{number}.jpg")
    frame = drawn(100)
    for number in range(3):
        shown = frame.copy()
        shown[60:120, 40 + 50 * number : 90 + 50 * number] = drawn(101 + number)[:60, :50]
        Image.fromarray(shown).save(place / "library" / f"frame-{number}.png")
    Image.fromarray(frame[10:230, 20:300]).save(place / "posts/frame.jpg", quality=85)
    Image.fromarray(drawn(7, width=200, height=150)[:, ::-1]).save(place / "posts/mirrored.png")
    Image.fromarray(drawn(9, width=200, height=150)[20:130, 30:180]).save(place / "posts/crop.jpg", quality=70)
    collage = np.hstack([drawn(11, width=200, height=150), drawn(12, width=200, height=150)])
    Image.fromarray(collage).save(place / "posts/collage.jpg", quality=90)
    Image.fromarray(drawn(999)).save(place / "posts/stranger.png")
    Image.fromarray(np.full((120, 160, 3), 200, np.uint8)).save(place / "posts/plain.png")
    for name in ("02", "04", "07"):
        shutil.copy(SAMPLES / "posts" / f"post-{name}.jpg", place / "posts")
    return place


@contextmanager
def within(place: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(place)
    try:
        yield
    finally:
        os.chdir(before)


def filled(place: Path, store: str, *paths: str, workers: int) -> None:
    with within(place), lineage.open(store, workers=workers) as index:
        for path in paths:
            index.index(path)


@pytest.fixture(scope="module")
def first(place) -> list[str]:
    """What is answered by an index that one process filled, one post after the other."""
    filled(place, "index", "library", workers=1)
    with within(place), lineage.open("index", threads=1) as index:
        posts = sorted(Path("posts").iterdir())
        return [lasting(json.dumps(index.query(post).as_json())) for post in posts]


def entries(store: str) -> dict[str, Entry]:
    with closing(open_store(store)) as opened:
        return {entry.asset.sha256: entry for batch in opened.scroll() for entry in batch}


def digits(store: str) -> dict[str, Any]:
    """All that an index keeps of its pictures, to the last bit."""
    return {
        key: (
            one.fingerprint.vector.tobytes(),
            one.fingerprint.hashes,
            one.fingerprint.keypoints.positions.tobytes(),
            one.fingerprint.keypoints.descriptors.tobytes(),
            one.fingerprint.words.indices.tobytes(),
            one.fingerprint.words.values.tobytes(),
            one.fingerprint.preview,
        )
        for key, one in entries(store).items()
    }


@pytest.fixture
def here(place, first, monkeypatch) -> Path:
    assert len({json.loads(line)["verdict"] for line in first}) >= 2
    monkeypatch.chdir(place)
    return place


def test_posts_of_a_folder_are_answered_as_one_by_one(here, first):
    assert asked("--store", "index") == first


def test_posts_in_any_order_are_answered_alike(here, first):
    posts = [*map(str, sorted(Path("posts").iterdir()))]
    order = random.Random(1).sample(range(len(posts)), len(posts))
    done = call("query", *(posts[n] for n in order), "--json", "--store", "index")
    assert [*map(lasting, done.stdout.splitlines())] == [first[n] for n in order]


@pytest.mark.parametrize("threads", [2, 4])
def test_posts_that_are_asked_about_at_once_are_answered_alike(here, first, monkeypatch, threads):
    monkeypatch.setattr("lineage.cli.asking.at_once", lambda: threads)
    assert asked("--store", "index") == first


def test_an_index_is_the_same_however_many_processes_filled_it(here, first):
    filled(here, "by-three", "library", workers=3)
    assert digits("by-three") == digits("index")
    assert asked("--store", "by-three") == first


@pytest.mark.parametrize("batch", [1, 5])
def test_an_index_is_the_same_in_whatever_batches_it_was_filled(here, first, monkeypatch, batch):
    monkeypatch.setattr("lineage.backbones.batches.BATCH", batch)
    monkeypatch.setattr("indexer.run.here.BATCH", batch)
    filled(here, f"by-{batch}", "library", workers=2)
    monkeypatch.undo()
    os.chdir(here)
    assert digits(f"by-{batch}") == digits("index")
    assert asked("--store", f"by-{batch}") == first


def test_an_index_is_the_same_in_whatever_order_files_came(here, first):
    files = [str(file) for file in Path("library").iterdir()]
    random.Random(2).shuffle(files)
    with lineage.open("shuffled", workers=2) as index:
        index.index(files[:30])
        index.index(files[30:])
    assert digits("shuffled") == digits("index")
    assert [_without_paths(line) for line in asked("--store", "shuffled")] == [*map(_without_paths, first)]


def _without_paths(line: str) -> str:
    return line.replace("library/", "")


def test_an_index_that_was_closed_and_opened_again_answers_alike(here, first):
    shutil.copytree("index", "copied")
    for _ in range(2):
        assert asked("--store", "copied") == first


def test_a_service_answers_alike(here, first):
    with served("index") as address:
        assert asked("--service", address) == first


@pytest.mark.parametrize("kind", ["stand-in", "server"])
def test_an_index_on_a_server_answers_alike(here, first, tmp_path, monkeypatch, kind):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with empty_place(kind, tmp_path) as url:
        assert call("copy", "index", url).returncode == 0
        assert asked("--store", url) == first
