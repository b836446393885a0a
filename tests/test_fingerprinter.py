"""What an actor of a cluster does, without the cluster; `test_ray.py` has both."""

from __future__ import annotations

import pickle
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest

from indexer.books.opening import create_index, load_embedder
from indexer.run.fingerprinter import Fingerprinter, Task
from indexer.run.workers import Job, read
from indexer.run.writer import Batch, Writer
from lineage.errors import StampMismatch
from lineage.records import Location
from lineage.settings import Settings
from lineage.store import open_store
from tests.qdrant_standin import standin


@pytest.fixture(scope="module")
def embedder():
    return load_embedder(Settings())


class Here:
    """Stands for the worker processes, which take seconds to start and have tests of their own."""

    def __init__(self, count, *, limit, memory):
        self.outcomes = partial(map, read)


@pytest.fixture(autouse=True)
def quick(embedder, monkeypatch, tmp_path):
    monkeypatch.setattr("indexer.run.fingerprinter.load", lambda name, threads: embedder)
    monkeypatch.setattr("indexer.run.fingerprinter.Workers", Here)
    monkeypatch.setattr("indexer.books.opening.user_data_path", lambda name: tmp_path / "user" / name)


@pytest.fixture
def index(embedder):
    """An index on a stand-in server: settings, store and ledger."""
    with standin() as server:
        settings = Settings(store=server.url)
        with create_index(settings, embedder) as (store, ledger, _):
            yield settings, store, ledger


def place(file: Path) -> Location:
    stat = file.stat()
    return Location(str(file.parent), file.name, stat.st_size, stat.st_mtime_ns)


def fingerprinted(task: Task, *files: Path) -> Batch:
    """What an actor of its own makes of files."""
    jobs = [Job(place(file), "", 512, 224, 10**8) for file in files]
    rows = Fingerprinter(task)(pa.table({"job": [pickle.dumps(job) for job in jobs]}))
    return pickle.loads(rows["done"].to_pylist()[0])


@pytest.fixture
def pair(library) -> tuple[Path, Path]:
    """A file and its copy."""
    copy = library / "spring/z.jpg"
    copy.write_bytes((library / "spring/a.jpg").read_bytes())
    return library / "spring/a.jpg", copy


def test_of_equal_files_of_two_actors_one_is_entered_and_both_are_booked(index, pair):
    settings, store, ledger = index
    one, other = (fingerprinted(Task(settings, store.stamp, 1), file) for file in pair)
    assert (one.entered, other.entered) == ({place(pair[0])}, frozenset())
    with Writer(store, ledger) as writer:
        for batch in (other, one):  # in whatever order they come
            writer.write(batch)
    assert (writer.added, writer.located) == (1, 1)
    (asset,) = [entry.asset for batch in store.scroll() for entry in batch]
    assert {found.path for found in asset.locations} == {"a.jpg", "z.jpg"}


def test_what_a_run_that_was_cut_off_has_entered_is_booked_by_the_next(index, pair):
    settings, store, ledger = index
    fingerprinted(Task(settings, store.stamp, 1), pair[0])
    with Writer(store, ledger) as writer:
        writer.write(fingerprinted(Task(settings, store.stamp, 1), pair[0]))
    assert (writer.added, writer.located, store.count()) == (1, 0, 1)
    assert ledger.find(str(pair[0].parent), "a.jpg") is not None


def test_an_asset_that_is_dropped_while_its_copy_travels_is_written_again(index, pair):
    settings, store, ledger = index
    first, second = (fingerprinted(Task(settings, store.stamp, 1), file) for file in pair)
    store.delete([entry.asset.id for batch in store.scroll() for entry in batch])
    with Writer(store, ledger) as writer:
        writer.write(second)
    assert first.entered
    assert store.count() == 1


def test_for_a_folder_the_fingerprints_travel(embedder, pair, tmp_path):
    settings = Settings(store=str(tmp_path / "index"))
    with create_index(settings, embedder) as (store, ledger, _), Writer(store, ledger) as writer:
        writer.write(fingerprinted(Task(settings, store.stamp, 1), *pair))
        assert (writer.added, writer.located) == (1, 1)
    with closing(open_store(settings.store)) as opened:
        assert opened.count() == 1


def test_an_actor_with_other_weights_than_the_index_says_so(index, pair):
    settings, store, _ = index
    stamp = replace(store.stamp, weights="f" * 64)
    assert isinstance(fingerprinted(Task(settings, stamp, 1), pair[0]), StampMismatch)
