from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event, Timer
from typing import Any

import pytest
from PIL import Image

from indexer.books.opening import load_embedder
from indexer.follow.watching import EVERYWHERE, changes
from indexer.pipeline import Pipeline
from lineage.settings import Settings
from lineage.store import open_store
from tests.command import call
from tests.here import Here
from tests.mounts import own_mounts


@pytest.fixture(scope="module")
def embedder():
    return load_embedder(Settings())


@pytest.fixture(autouse=True)
def quick(embedder, monkeypatch):
    monkeypatch.setattr("indexer.books.opening.load_embedder", lambda settings: embedder)
    monkeypatch.setattr("indexer.run.here.Workers", Here)


@pytest.fixture
def store(tmp_path) -> Path:
    return tmp_path / "index"


def sync(library: Path, store: Path, *options: str) -> dict[str, Any]:
    done = call("sync", library, "--store", store, "--workers", "1", "--json", *options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def entries(store: Path) -> dict[str, list[str]]:
    """Every asset with the paths it has, by id."""
    with closing(open_store(str(store))) as opened:
        found = [entry.asset for batch in opened.scroll() for entry in batch]
    return {asset.id: [place.path for place in asset.locations] for asset in found}


def paths(store: Path) -> list[str]:
    return sorted(path for places in entries(store).values() for path in places)


def test_a_first_sync_indexes_everything(library, store):
    assert sync(library, store)["added"] == 3
    assert paths(store) == ["autumn/c.webp", "spring/a.jpg", "spring/b.png"]


def test_new_and_changed_files_are_taken_in(library, store, drawn):
    sync(library, store)
    Image.fromarray(drawn(8)).save(library / "new.jpg")
    Image.fromarray(drawn(9)).save(library / "spring/a.jpg")
    answer = sync(library, store)
    assert (answer["added"], answer["unchanged"], answer["gone"]) == (2, 2, 0)
    assert paths(store) == ["autumn/c.webp", "new.jpg", "spring/a.jpg", "spring/b.png"]


def test_a_moved_file_keeps_its_asset_and_is_not_decoded(library, store):
    sync(library, store)
    before = entries(store)
    (library / "winter").mkdir()
    (library / "spring/a.jpg").rename(library / "winter/z.jpg")
    answer = sync(library, store)
    assert (answer["moved"], answer["added"], answer["gone"], answer["dropped"]) == (1, 0, 0, 0)
    assert entries(store).keys() == before.keys()
    assert paths(store) == ["autumn/c.webp", "spring/b.png", "winter/z.jpg"]


def test_a_moved_file_that_index_meets_first_lies_where_it_is_now_and_is_no_file_that_is_gone(library, store):
    sync(library, store)
    (library / "spring/a.jpg").rename(library / "autumn/z.jpg")
    answer = json.loads(call("index", library, "--store", store, "--json").stdout)
    assert (answer["moved"], answer["added"], answer["located"]) == (1, 0, 0)
    assert paths(store) == ["autumn/c.webp", "autumn/z.jpg", "spring/b.png"]
    assert "3 assets from 3 files" in call("status", "--store", store).stdout
    answer = sync(library, store)
    assert (answer["gone"], answer["unchanged"]) == (0, 3)


def test_of_two_copies_one_may_move_while_the_other_goes(library, store):
    shutil.copy2(library / "spring/a.jpg", library / "copy.jpg")
    sync(library, store)
    (library / "copy.jpg").unlink()
    (library / "spring/a.jpg").rename(library / "z.jpg")
    answer = sync(library, store)
    assert (answer["moved"], answer["gone"], answer["dropped"]) == (1, 1, 0)


def test_a_moved_folder_keeps_its_assets_however_large_it_is(library, store):
    sync(library, store)
    before = entries(store)
    for name in ("spring", "autumn"):
        (library / name).rename(library / f"{name}-2024")
    assert sync(library, store)["moved"] == 3
    assert entries(store).keys() == before.keys()


def test_a_file_moved_with_a_new_time_keeps_its_asset_too(library, store):
    sync(library, store)
    before = entries(store)
    shutil.copy(library / "spring/a.jpg", library / "z.jpg")
    (library / "spring/a.jpg").unlink()
    answer = sync(library, store)
    assert (answer["located"], answer["dropped"]) == (1, 0)
    assert entries(store).keys() == before.keys()


def test_two_files_that_change_names_keep_their_assets(library, store):
    sync(library, store)
    before = entries(store)
    for old, new in (("spring/a.jpg", "x"), ("spring/b.png", "spring/a.jpg"), ("x", "spring/b.png")):
        (library / old).rename(library / new)
    sync(library, store)
    assert entries(store).keys() == before.keys()
    assert paths(store) == ["autumn/c.webp", "spring/a.jpg", "spring/b.png"]


def test_a_file_moved_to_the_place_of_another_takes_it(library, store):
    sync(library, store)
    (library / "spring/b.png").rename(library / "spring/a.jpg")
    before = entries(store)
    sync(library, store)
    assert paths(store) == ["autumn/c.webp", "spring/a.jpg"]
    assert entries(store).keys() < before.keys()


def test_a_deleted_copy_takes_its_location_along_and_leaves_the_asset(library, store):
    shutil.copy(library / "spring/a.jpg", library / "copy.jpg")
    sync(library, store)
    (library / "spring/a.jpg").unlink()
    answer = sync(library, store)
    assert (answer["gone"], answer["dropped"]) == (1, 0)
    assert paths(store) == ["autumn/c.webp", "copy.jpg", "spring/b.png"]


def test_the_last_location_takes_the_asset_along(library, store):
    shutil.copy(library / "spring/a.jpg", library / "copy.jpg")
    sync(library, store)
    (library / "spring/a.jpg").unlink()
    (library / "copy.jpg").unlink()
    answer = sync(library, store)
    assert (answer["gone"], answer["dropped"]) == (2, 1)
    assert paths(store) == ["autumn/c.webp", "spring/b.png"]


def test_a_deleted_file_is_indexed_again_when_it_is_back(library, store):
    sync(library, store)
    file = library / "spring/a.jpg"
    content = file.read_bytes()
    file.unlink()
    assert sync(library, store)["dropped"] == 1
    file.write_bytes(content)
    assert sync(library, store)["added"] == 1


def test_a_failed_file_that_goes_is_forgotten(library, store):
    (library / "text.jpg").write_text("hello")
    assert call("sync", library, "--store", store, "--workers", "1").returncode == 1
    (library / "text.jpg").unlink()
    assert sync(library, store)["failed"] == []


def test_other_libraries_of_the_index_are_left_alone(library, store, tmp_path, drawn):
    (tmp_path / "other").mkdir()
    Image.fromarray(drawn(20)).save(tmp_path / "other/o.jpg")
    sync(tmp_path / "other", store)
    sync(library, store)
    shutil.move(tmp_path / "other", tmp_path / "away")
    assert sync(library, store)["gone"] == 0
    assert "o.jpg" in paths(store)


@pytest.mark.parametrize(("indexed", "synced"), [("spring", "."), (".", "spring")])
def test_a_file_that_goes_leaves_the_index_by_whatever_folder_it_was_indexed(library, store, indexed, synced):
    call("index", library / indexed, "--store", store)
    (library / "spring/a.jpg").unlink()
    answer = sync(library / synced, store)
    assert (answer["gone"], answer["dropped"]) == (1, 1)
    assert not any(path.endswith("a.jpg") for path in paths(store))


def test_a_list_that_lies_in_the_library_is_another_library(library, store, tmp_path):
    elsewhere = shutil.copytree(library, tmp_path / "elsewhere")
    (library / "list.txt").write_text(f"{(elsewhere / 'spring/a.jpg').as_uri()}\n")
    assert sync(library / "list.txt", store)["added"] == 1
    answer = sync(library, store)
    assert (answer["found"], answer["gone"]) == (3, 0)


def test_one_of_a_kind_is_told_in_the_singular(library, store):
    sync(library, store)
    (library / "spring/a.jpg").unlink()
    assert "· 1 file gone, 1 asset dropped ·" in call("sync", library, "--store", store).stdout


def test_a_library_that_is_suddenly_empty_empties_no_index(library, store):
    sync(library, store)
    shutil.move(library, library.parent / "unmounted")
    library.mkdir()
    done = call("sync", library, "--store", store)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "is everything mounted?" in done.stderr
    assert len(entries(store)) == 3


def test_a_library_of_copies_that_is_suddenly_empty_empties_no_index_either(library, store):
    for number in range(3):
        shutil.copytree(library, library / f"again-{number}")
    sync(library, store)
    shutil.move(library, library.parent / "unmounted")
    library.mkdir()
    assert call("sync", library, "--store", store).returncode == 2
    assert len(entries(store)) == 3


def test_a_library_that_is_suddenly_empty_loses_nothing_however_much_of_it_lies_elsewhere(library, store):
    shutil.copytree(library / "spring", library.parent / "other")
    sync(library.parent / "other", store)
    sync(library, store)
    shutil.move(library, library.parent / "unmounted")
    library.mkdir()
    assert call("sync", library, "--store", store).returncode == 2
    assert paths(store) == ["a.jpg", "autumn/c.webp", "b.png", "spring/a.jpg", "spring/b.png"]


def test_what_lies_in_a_mount_point_beside_pictures_makes_no_library_of_it(library, store):
    shutil.copytree(library / "spring", library.parent / "other")
    sync(library.parent / "other", store)
    sync(library, store)
    shutil.move(library, library.parent / "unmounted")
    library.mkdir()
    (library / "NOT-MOUNTED.txt").write_text("ask the administrator")
    assert call("sync", library, "--store", store).returncode == 2
    assert len(paths(store)) == 5


def once_read(monkeypatch: pytest.MonkeyPatch, then: Callable[[], object]) -> None:
    """Have something happen when the files of a run were read and what is gone is not yet settled."""
    fill = Pipeline.fill

    def filled_then(self, found, **options):
        filled = fill(self, found, **options)
        then()
        return filled

    monkeypatch.setattr(Pipeline, "fill", filled_then)


def test_a_library_that_goes_while_it_is_read_loses_nothing(library, store, monkeypatch):
    sync(library, store)
    once_read(monkeypatch, lambda: shutil.move(library, library.parent / "unmounted"))
    assert sync(library, store, "--max-gone", "1")["gone"] == 0
    assert len(entries(store)) == 3


def test_another_folder_that_comes_in_its_place_while_it_is_read_loses_nothing(library, store, monkeypatch):
    sync(library, store)

    def exchanged() -> None:
        shutil.move(library, library.parent / "unmounted")
        shutil.copytree(library.parent / "unmounted/spring", library / "spring")

    once_read(monkeypatch, exchanged)
    assert sync(library, store)["gone"] == 0
    assert len(entries(store)) == 3


def test_who_says_so_may_empty_the_index(library, store):
    sync(library, store)
    for name in ("spring", "autumn"):
        shutil.rmtree(library / name)
    assert sync(library, store, "--max-gone", "1")["dropped"] == 3
    assert entries(store) == {}


def test_a_folder_that_cannot_be_looked_into_keeps_its_assets(library, store, monkeypatch):
    sync(library, store)
    lstat = Path.lstat

    def refused(path: Path) -> os.stat_result:  # as root, who runs some of these tests, nothing is refused
        if path.parent.name == "spring":
            raise PermissionError(13, "Permission denied")
        return lstat(path)

    shutil.rmtree(library / "spring")
    monkeypatch.setattr(Path, "lstat", refused)
    assert sync(library, store)["gone"] == 0
    assert len(entries(store)) == 3


def test_a_share_below_the_library_that_is_unmounted_keeps_its_assets(library, store):
    sync(library, store)
    shutil.move(library / "autumn", library.parent / "unmounted")
    (library / "autumn").mkdir()
    done = call("sync", library, "--store", store, "--workers", "1")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f"{library / 'autumn'}: nothing is left here of 1 asset, and none was dropped; is everything" in done.stderr
    assert len(entries(store)) == 3


def test_a_folder_in_a_share_that_is_unmounted_keeps_its_assets_too(library, store):
    (library / "share").mkdir()
    shutil.move(library / "autumn", library / "share" / "autumn")
    sync(library, store)
    shutil.rmtree(library / "share" / "autumn")
    done = call("sync", library, "--store", store, "--workers", "1")
    assert (done.returncode, f"{library / 'share'}: nothing is left" in done.stderr) == (2, True)
    assert len(entries(store)) == 3


def test_what_goes_elsewhere_goes_although_a_share_is_unmounted(library, store, drawn):
    for number in range(2):
        Image.fromarray(drawn(10 + number)).save(library / f"spring/{number}.jpg")
    sync(library, store)
    (library / "autumn/c.webp").unlink()
    (library / "spring/a.jpg").unlink()
    done = call("sync", library, "--store", store, "--workers", "1", "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["gone"], answer["dropped"], answer["withheld"]) == (2, 2, 1, 1)
    assert paths(store) == ["autumn/c.webp", "spring/0.jpg", "spring/1.jpg", "spring/b.png"]


@pytest.mark.parametrize("removed", [True, False])
def test_who_empties_a_folder_removes_it_or_says_so(library, store, removed):
    sync(library, store)
    (library / "autumn/c.webp").unlink()
    if removed:
        (library / "autumn").rmdir()
    assert sync(library, store, *([] if removed else ["--max-gone", "1"]))["dropped"] == 1
    assert paths(store) == ["spring/a.jpg", "spring/b.png"]


def test_a_folder_from_which_everything_was_moved_is_in_nobodys_way(library, store):
    sync(library, store)
    (library / "autumn/c.webp").rename(library / "spring/c.webp")
    assert sync(library, store)["moved"] == 1
    assert paths(store) == ["spring/a.jpg", "spring/b.png", "spring/c.webp"]


UNMOUNT = """
mount -t tmpfs -o size=20m none {share}
cp {picture} {share}
{command} || exit 9
umount {share}
{command}
"""


@pytest.mark.slow
def test_a_share_below_the_library_that_is_really_unmounted_keeps_its_assets(library, store):
    unshare = own_mounts()
    (library / "autumn").rename(library.parent / "pictures")
    (library / "share").mkdir()
    command = [sys.executable, "-m", "lineage.cli", "sync", str(library), "--store", str(store), "--workers", "1"]
    script = UNMOUNT.format(
        share=library / "share", picture=library.parent / "pictures/c.webp", command=shlex.join(command)
    )
    done = subprocess.run([*unshare, "sh", "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, f"{library / 'share'}: nothing is left" in done.stderr) == (2, True), done.stderr
    assert paths(store) == ["share/c.webp", "spring/a.jpg", "spring/b.png"]


def test_a_library_that_is_not_there_is_wrong_usage(tmp_path, store):
    done = call("sync", tmp_path / "nowhere", "--store", store)
    assert (done.returncode, "nowhere" in done.stderr) == (2, True)


def test_a_file_is_no_library(library, store):
    assert call("sync", library / "spring/a.jpg", "--store", store).returncode == 2


# Watching


def watched(root: Path, act, *, until: int, beside: Path | None = None) -> list[frozenset[str]]:
    """The first `until` sets of changes; `act` runs after the first."""
    stop, seen = Event(), []
    timer = Timer(60, stop.set)
    timer.start()
    for paths in changes(root, beside=beside, stop=stop):
        seen.append(paths)
        if len(seen) == 1:
            act()
        if len(seen) == until:
            stop.set()
    timer.cancel()
    return seen


def test_the_first_look_goes_everywhere_and_then_where_something_changed(library):
    def act() -> None:
        (library / "spring/a.jpg").unlink()

    assert watched(library, act, until=2) == [EVERYWHERE, {"spring/a.jpg"}]


def test_hidden_files_other_files_and_the_index_wake_nobody(library):
    index = library / "index"
    index.mkdir()

    def act() -> None:
        for name in (".hidden.jpg", "notes.txt", "index/data.jpg", "real.jpg"):
            (library / name).write_text("x")

    assert watched(library, act, until=2, beside=index)[1] == {"real.jpg"}


@pytest.mark.slow
def test_a_watching_command_follows_the_library_and_lets_others_ask(library, store, drawn):
    command = [sys.executable, "-m", "lineage.cli", "sync", library, "--watch", "--json", "--workers", "1"]
    with subprocess.Popen([*command, "--store", store], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["added"] == 3
        Image.fromarray(drawn(30)).save(library / "spring/new.jpg")
        line = json.loads(process.stdout.readline())
        assert line["added"] == 1
        (library / "spring/new.jpg").rename(library / "moved.jpg")
        line = json.loads(process.stdout.readline())
        assert (line["moved"], line["dropped"]) == (1, 0)
        assert "moved.jpg" in paths(store)
        shutil.rmtree(library / "spring")
        line = json.loads(process.stdout.readline())
        assert line["dropped"] == 2
        process.terminate()
    assert paths(store) == ["autumn/c.webp", "moved.jpg"]
