from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from unittest import mock

import pytest
from PIL import Image

from indexer.books.opening import create_index
from indexer.pipeline import Pipeline, Summary
from indexer.run.workers import Job, Outcome, Workers, read
from lineage.errors import UsageError
from lineage.machine.child_processes import Begin
from lineage.settings import Settings


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(store=str(tmp_path / "index"), workers=1)


def index(settings: Settings, *targets: Path, retry: bool = False) -> Summary:
    with create_index(settings) as (store, ledger, embedder):
        pipeline = Pipeline(store=store, ledger=ledger, embedder=embedder, settings=settings)
        return pipeline.run(targets, retry=retry)


def assets(settings: Settings) -> dict[str, list[str]]:
    """Paths of every asset in the index, by its first path."""
    with create_index(settings) as (store, _, _):
        entries = [entry for batch in store.scroll() for entry in batch]
    return {entry.asset.path: [place.path for place in entry.asset.locations] for entry in entries}


def test_every_picture_of_a_folder_becomes_an_asset(library, settings):
    summary = index(settings, library)
    assert (summary.found, summary.added, summary.failed) == (3, 3, ())
    assert sorted(assets(settings)) == ["autumn/c.webp", "spring/a.jpg", "spring/b.png"]


def test_a_second_run_reads_nothing(library, settings):
    index(settings, library)
    for file in library.rglob("*.*"):
        stat = file.stat()
        file.write_bytes(b"\0" * stat.st_size)  # a reader would notice
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    summary = index(settings, library)
    assert (summary.unchanged, summary.added, summary.failed) == (3, 0, ())


def test_a_folder_given_twice_is_read_once(library, settings):
    assert index(settings, library, library / ".." / library.name).found == 3


def test_a_touched_file_is_found_unchanged_by_its_bytes(library, settings):
    index(settings, library)
    os.utime(library / "spring/a.jpg")
    summary = index(settings, library)
    assert (summary.unchanged, summary.added) == (3, 0)


def test_a_changed_file_takes_the_place_of_its_former_asset(library, settings, drawn):
    index(settings, library)
    Image.fromarray(drawn(99)).save(library / "spring/a.jpg")
    assert index(settings, library).added == 1
    assert len(assets(settings)) == 3


def test_equal_files_are_one_asset_with_two_paths(library, settings):
    shutil.copy(library / "spring/a.jpg", library / "spring/z.jpg")
    summary = index(settings, library)
    assert (summary.added, summary.located) == (3, 1)
    assert assets(settings)["spring/a.jpg"] == ["spring/a.jpg", "spring/z.jpg"]


def test_an_equal_file_added_later_joins_its_asset(library, settings):
    index(settings, library)
    shutil.copy(library / "spring/a.jpg", library / "spring/z.jpg")
    assert index(settings, library).located == 1
    assert assets(settings)["spring/a.jpg"] == ["spring/a.jpg", "spring/z.jpg"]


def test_a_broken_file_is_reported_and_the_rest_is_indexed(library, settings):
    (library / "spring/broken.jpg").write_bytes(b"not a picture")
    summary = index(settings, library)
    assert summary.added == 3
    assert [path for path, _ in summary.failed] == ["spring/broken.jpg"]


def test_a_broken_file_is_reported_again_without_being_read_again(library, settings):
    (library / "spring/broken.jpg").write_bytes(b"not a picture")
    first = index(settings, library)
    assert index(settings, library).failed == first.failed


def test_retry_reads_a_broken_file_again(library, settings, drawn):
    file = library / "spring/broken.jpg"
    Image.fromarray(drawn(7)).save(file)
    good, stat = file.read_bytes(), file.stat()
    file.write_bytes(b"\0" * stat.st_size)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert len(index(settings, library).failed) == 1
    file.write_bytes(good)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert index(settings, library, retry=True).added == 1


def unplugged(job: Job, begin: Begin) -> Outcome:
    """Stands for a disk that goes away."""
    with mock.patch("lineage.read.places.files.os.open", side_effect=OSError(5, "Input/output error")):
        return read(job, begin)


def test_a_file_that_could_not_be_had_is_read_again(library, settings, monkeypatch):
    monkeypatch.setattr(
        "indexer.run.here.Workers", lambda count, *, limit, memory: Workers(count, limit=limit, task=unplugged)
    )
    assert {reason for _, reason in index(settings, library).failed} == {"input/output error"}
    monkeypatch.undo()
    assert index(settings, library).added == 3


def test_a_file_that_breaks_keeps_its_asset(library, settings):
    index(settings, library)
    (library / "spring/a.jpg").write_bytes(b"half a pic")
    assert len(index(settings, library).failed) == 1
    assert "spring/a.jpg" in assets(settings)


def test_a_run_that_ends_while_embedding_remembers_only_what_it_stored(library, settings, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with create_index(settings) as (store, ledger, embedder):
        monkeypatch.setattr(type(embedder), "embed", interrupted)
        with pytest.raises(KeyboardInterrupt):
            Pipeline(store=store, ledger=ledger, embedder=embedder, settings=settings).run([library])
    monkeypatch.undo()
    assert index(settings, library).added == 3


def test_a_missing_folder_is_wrong_usage(tmp_path, settings):
    with pytest.raises(UsageError, match="there is no such file or folder"):
        index(settings, tmp_path / "nowhere")


@pytest.mark.slow
def test_a_killed_run_is_completed_by_the_next(tmp_path, settings, drawn):
    root = tmp_path / "many"
    root.mkdir()
    for seed in range(300):
        Image.fromarray(drawn(seed)).save(root / f"{seed:03}.jpg")
    command = [sys.executable, "-m", "lineage.cli", "index", str(root), "--store", settings.store]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    ledger = Path(settings.store)
    deadline = time.monotonic() + 300
    while not _rows(ledger) and time.monotonic() < deadline:
        time.sleep(0.05)
    run.kill()
    run.communicate()
    before = _rows(ledger)
    assert 0 < before < 300
    summary = index(settings, root)
    assert summary.unchanged >= before
    assert len(assets(settings)) == 300


def _rows(folder: Path) -> int:
    import sqlite3

    for file in folder.glob("ledger-*.sqlite"):
        try:
            with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
                return int(database.execute("SELECT count(*) FROM files").fetchone()[0])
        except sqlite3.OperationalError:  # not created yet
            return 0
    return 0
