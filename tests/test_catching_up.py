"""Runs that are cut off after the store has written and before the ledger has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from PIL import Image

from indexer.ledger import Ledger
from indexer.opening import create_index, load_embedder
from indexer.pipeline import Pipeline, Summary
from lineage.settings import Settings
from tests.here import Here


@pytest.fixture(scope="module")
def embedder() -> Any:
    return load_embedder(Settings())


@pytest.fixture
def index(tmp_path, embedder, monkeypatch):
    """`index(folder)`: a run."""
    monkeypatch.setattr("indexer.pipeline.Workers", Here)
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


WHOLE = [["autumn/c.webp"], ["spring/a.jpg"], ["spring/b.png"]]


def test_a_new_file_that_changes_after_a_run_was_cut_off_leaves_nothing_behind(library, index, places, drawn):
    with cut_off():
        index(library)
    Image.fromarray(drawn(50)).save(library / "spring/a.jpg")
    summary = index(library)
    assert (summary.added, summary.unchanged) == (1, 2)
    assert places() == WHOLE


def test_a_file_that_changes_twice_around_a_run_that_was_cut_off_leaves_nothing_behind(library, index, places, drawn):
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
    with mock.patch("lineage.store.embedded.EmbeddedStore.ids", side_effect=AssertionError):
        assert index(library).unchanged == 3
