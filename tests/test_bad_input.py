"""Whatever is handed over, at each door: each file is a picture or one sentence, and none is passed over unsaid."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from lineage.read import local
from lineage.read.places import files
from tests.bad_asked import by_api, by_index, by_page, by_query
from tests.bad_input import write_all, write_things
from tests.fuzzing import seeds
from tests.here import Here
from tests.indexed import indexed
from tests.serving import served

HARMLESS = ("two jpegs.jpg", "jpeg and zip.jpg", "png, as it is called.png", "file.svg")
SENTENCES = {
    "jpeg 0.jpg": "empty",
    "60000.png": "megapixels of the setting pixel_limit",
    "VP8X.webp": "the setting pixel_limit raises that",
    "forms.pdf": "the setting pixel_limit raises",
    "frame.gif": "the setting pixel_limit can allow",
    "zip and jpeg.jpg": "not a picture of a supported format",
    "nested.svg": "the SVG is damaged",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("bad")


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("store") / "index"


def test_each_file_of_a_library_is_a_picture_or_one_sentence(folder, store):
    names, passed_over = {*write_all(folder)}, write_things(folder)
    told, skipped = by_index(folder, store)
    assert skipped == passed_over
    assert {*told} == names - {".. .jpg", "\udcff.jpg"}
    assert not [name for name in HARMLESS if told.get(name)]
    assert {name: words for name, words in SENTENCES.items() if words not in told[name]} == {}


@pytest.fixture(scope="module")
def few(tmp_path_factory) -> Path:
    """One in nine of them, so that no format and no share of it is left out, and half of the names."""
    folder = tmp_path_factory.mktemp("few")
    write_all(folder, every=9)
    return folder


@pytest.fixture(scope="module")
def client(tmp_path_factory) -> Iterator[httpx.Client]:
    store = indexed(tmp_path_factory.mktemp("place"), 2) / "index"
    with served(store, rate_limit="100000") as address, httpx.Client(base_url=address, timeout=120) as client:
        yield client


def test_each_post_of_a_folder_is_answered_or_one_sentence(few, tmp_path):
    told = by_query(few, indexed(tmp_path, 2) / "index")
    assert {*told} == {file.name for file in few.iterdir()} - {".. .jpg", "\udcff.jpg"}


def test_each_post_is_answered_or_one_sentence_and_the_same_to_a_program_and_on_the_page(few, client):
    told = {file.name: (by_api(client, file), by_page(client, file)) for file in few.iterdir()}
    different = {name: said for name, said in told.items() if said[0] != said[1]}
    assert all(said[0].endswith("the file is empty") for said in different.values()), different  # or nothing was chosen
    assert {bool(said) for said, _ in told.values()} == {True, False}


@pytest.fixture
def restless(monkeypatch) -> None:
    """Files called gone… are gone when they are opened, and files called grows… have grown when they are read."""
    before = local.opened

    @contextmanager
    def opened(file: Path, name: str) -> Iterator[object]:
        if file.name.startswith("gone"):
            file.unlink()
        with before(file, name) as stream:
            if file.name.startswith("grows"):
                with file.open("ab") as more:
                    more.write(bytes(100))
            yield stream

    monkeypatch.setattr(files, "opened", opened)
    monkeypatch.setattr("indexer.run.here.Workers", Here)


@pytest.mark.usefixtures("restless")
def test_a_file_that_vanishes_or_grows_meanwhile_fails_alone(tmp_path):
    (tmp_path / "library").mkdir()
    for name in ("gone.jpg", "grows.jpg", "stays.jpg"):
        (tmp_path / "library" / name).write_bytes(seeds()["jpeg"])
    told, _ = by_index(tmp_path / "library", tmp_path / "index")
    assert told == {"gone.jpg": "no such file or directory", "grows.jpg": "", "stays.jpg": ""}
