"""Ledgers that do not say what the store holds: after a run that was cut off, a restored store, a lost home."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from PIL import Image

from indexer.books.ledger import Ledger
from indexer.books.opening import create_index, load_embedder
from indexer.pipeline import Pipeline, Summary
from lineage.protocols import Store
from lineage.settings import Settings
from lineage.store import open_store
from tests.command import call
from tests.here import Here
from tests.qdrant_standin import standin
from tests.store_samples import entry


@pytest.fixture(scope="module")
def embedder() -> Any:
    return load_embedder(Settings())


@pytest.fixture
def index(tmp_path, embedder, monkeypatch):
    """`index(folder)`: a run."""
    monkeypatch.setattr("indexer.run.here.Workers", Here)
    monkeypatch.setattr("indexer.books.opening.load_embedder", lambda settings: embedder)
    settings = Settings(store=str(tmp_path / "index"), workers=1)

    def run(folder: Path) -> Summary:
        with create_index(settings, embedder) as (store, ledger, _):
            return Pipeline(store=store, ledger=ledger, embedder=embedder, settings=settings).run([folder])

    return run


@pytest.fixture
def places(tmp_path, embedder):
    """`places()`: where the assets lie, of each asset."""

    def found() -> list[list[str]]:
        with create_index(Settings(store=str(tmp_path / "index")), embedder) as (store, _, _):
            assets = [entry.asset for batch in store.scroll() for entry in batch]
        return sorted([place.path for place in asset.locations] for asset in assets)

    return found


@contextmanager
def cut_off() -> Iterator[None]:
    """The run ends when it would write its ledger."""
    with mock.patch.object(Ledger, "write", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        yield


@contextmanager
def opened(place: str | Path) -> Iterator[Store]:
    """The store behind the ledger's back."""
    with closing(open_store(str(place))) as store:
        yield store


def forget_everything(place: Path) -> None:
    """Lose the ledger of an embedded index."""
    for file in place.glob("ledger-*"):
        file.unlink()


WHOLE = [["autumn/c.webp"], ["spring/a.jpg"], ["spring/b.png"]]


def test_a_new_file_that_changes_after_a_run_was_cut_off_leaves_nothing_behind(library, index, places, drawn):
    with cut_off():
        index(library)
    Image.fromarray(drawn(50)).save(library / "spring/a.jpg")
    summary = index(library)
    assert (summary.added, summary.unchanged) == (1, 2)
    assert places() == WHOLE


@pytest.mark.parametrize("page", [1, 4096])
def test_a_file_that_changes_twice_around_a_run_that_was_cut_off_leaves_nothing_behind(
    library, index, places, drawn, monkeypatch, page
):
    monkeypatch.setattr("lineage.store.paged._IDS", page)
    index(library)
    for seed in (50, 51):
        Image.fromarray(drawn(seed)).save(library / "spring/a.jpg")
        if seed == 50:
            with cut_off():
                index(library)
    index(library)
    assert places() == WHOLE


def test_a_file_that_changes_back_is_found_again(library, index, places, drawn):
    index(library)
    before = (library / "spring/a.jpg").read_bytes()
    Image.fromarray(drawn(50)).save(library / "spring/a.jpg")
    with cut_off():
        index(library)
    (library / "spring/a.jpg").write_bytes(before)
    index(library)
    assert places() == WHOLE
    assert index(library).unchanged == 3


def test_a_run_that_came_to_its_end_is_not_looked_at_again(library, index):
    index(library)
    with mock.patch("indexer.books.catching_up._compare", side_effect=AssertionError):
        assert index(library).unchanged == 3


def test_a_copy_that_changes_after_a_run_was_cut_off_leaves_its_asset(library, index, places, drawn):
    index(library)
    copied = library / "spring/y.jpg"
    shutil.copy(library / "spring/a.jpg", copied)
    with cut_off():
        index(library)
    assert places() == [["autumn/c.webp"], ["spring/a.jpg", "spring/y.jpg"], ["spring/b.png"]]
    Image.fromarray(drawn(50)).save(copied)
    index(library)
    assert places() == [*WHOLE, ["spring/y.jpg"]]


@pytest.mark.parametrize("page", [1, 4096])
def test_a_place_that_two_assets_claim_is_settled_by_its_file(library, index, places, tmp_path, monkeypatch, page):
    monkeypatch.setattr("lineage.store.paged._IDS", page)
    index(library)
    with opened(tmp_path / "index") as store:
        one, other, _ = (entry.asset for batch in store.scroll() for entry in batch)
        outdated = [replace(place, mtime_ns=1) for place in one.locations]
        store.relocate([replace(other, locations=(*other.locations, *outdated))])
    forget_everything(tmp_path / "index")
    index(library)
    assert places() == WHOLE


# The store holds less than the ledger says


def test_an_asset_that_somebody_else_has_dropped_is_stored_again(library, index, places, tmp_path):
    index(library)
    with opened(tmp_path / "index") as store:
        store.delete(next(store.ids())[:1])
    summary = index(library)
    assert (summary.missing, summary.added, summary.unchanged) == (1, 1, 2)
    assert places() == WHOLE
    assert index(library).missing == 0


def test_a_copy_of_its_asset_that_is_unchanged_is_looked_at_again_too(library, index, places, tmp_path):
    shutil.copy(library / "spring/a.jpg", library / "spring/y.jpg")
    index(library)
    with opened(tmp_path / "index") as store:
        store.delete([entry.asset.id for batch in store.scroll() for entry in batch])
    summary = index(library)
    assert (summary.missing, summary.added, summary.located) == (3, 3, 1)
    assert [path for some in places() for path in some] == [
        "autumn/c.webp",
        "spring/a.jpg",
        "spring/y.jpg",
        "spring/b.png",
    ]


def test_an_older_state_of_the_store_is_brought_up_to_date(library, index, places, drawn, tmp_path):
    store, older = tmp_path / "index", tmp_path / "older"
    index(library)
    shutil.copytree(store, older)
    for path in ("spring/a.jpg", "spring/new.jpg"):
        Image.fromarray(drawn(len(path))).save(library / path)
    index(library)
    for ledger in store.glob("ledger-*"):
        ledger.replace(older / ledger.name)
    shutil.rmtree(store)
    older.rename(store)
    assert index(library).missing == 2
    assert places() == [*WHOLE, ["spring/new.jpg"]]


def test_a_store_that_holds_as_many_assets_and_other_ones_is_noticed(library, index, places, tmp_path):
    index(library)
    with opened(tmp_path / "index") as store:
        store.delete(next(store.ids())[:1])
        store.upsert([entry(1, dim=store.stamp.dim)])
    assert index(library).missing == 1
    assert {*map(tuple, WHOLE)} <= {*map(tuple, places())}


def test_what_is_missing_is_told_in_a_sentence(library, index, tmp_path):
    index(library)
    with opened(tmp_path / "index") as store:
        store.delete(next(store.ids())[:1])
    done = call("index", library, "--store", tmp_path / "index")
    assert (done.returncode, done.stderr.count("\n")) == (0, 1)
    assert "the index had lost 1 asset that" in done.stderr


# The ledger is lost


def test_a_lost_ledger_is_made_again_from_the_store(library, drawn, embedder, tmp_path, monkeypatch):
    monkeypatch.setattr("indexer.run.here.Workers", Here)
    monkeypatch.setattr("indexer.books.opening.load_embedder", lambda settings: embedder)
    monkeypatch.setattr("indexer.books.opening.user_data_path", lambda name: tmp_path / "user")
    with standin() as server:
        command = ("sync", library, "--store", server.url, "--workers", "1", "--json")
        call(*command)
        shutil.rmtree(tmp_path / "user")
        Image.fromarray(drawn(50)).save(library / "spring/a.jpg")
        (library / "spring/b.png").unlink()
        synced = json.loads(call(*command).stdout)
        with opened(server.url) as store:
            found = [place.path for batch in store.scroll() for entry in batch for place in entry.asset.locations]
    assert [synced[what] for what in ("added", "unchanged", "gone", "dropped")] == [1, 1, 1, 1]
    assert sorted(found) == ["autumn/c.webp", "spring/a.jpg"]


def test_a_lost_ledger_does_not_let_a_bare_folder_empty_the_index(library, index, places, tmp_path):
    index(library)
    forget_everything(tmp_path / "index")
    library.rename(tmp_path / "elsewhere")
    library.mkdir()
    done = call("sync", library, "--store", tmp_path / "index")
    assert (done.returncode, places()) == (2, WHOLE)
    assert "is everything mounted?" in done.stderr


def test_a_catching_up_that_was_cut_off_is_done_again(library, index, places, drawn, tmp_path):
    index(library)
    forget_everything(tmp_path / "index")
    Image.fromarray(drawn(50)).save(library / "spring/a.jpg")
    with mock.patch.object(Ledger, "end", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        index(library)
    index(library)
    assert places() == WHOLE
