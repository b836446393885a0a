from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from indexer.files.scan import Scan
from lineage.errors import UsageError


def paths(scan: Scan) -> list[str]:
    return [location.path for location in scan]


def touch(root: Path, *names: str) -> None:
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")


def test_pictures_come_in_stable_order_by_name(tmp_path):
    touch(tmp_path, "b/2.jpg", "b/1.png", "a/9.tif", "c.webp")
    assert paths(Scan(tmp_path)) == ["a/9.tif", "b/1.png", "b/2.jpg", "c.webp"]


def test_the_suffix_may_be_written_in_capitals(tmp_path):
    touch(tmp_path, "A.JPG")
    assert paths(Scan(tmp_path)) == ["A.JPG"]


def test_a_location_knows_size_and_time_of_its_file(tmp_path):
    touch(tmp_path, "a.jpg")
    os.utime(tmp_path / "a.jpg", ns=(5, 7))
    (location,) = Scan(tmp_path)
    assert (location.root, location.size, location.mtime_ns) == (str(tmp_path), 1, 7)


def test_what_is_left_out_is_counted_by_reason(tmp_path):
    touch(tmp_path, "a.jpg", ".hidden.jpg", ".cache/b.jpg", "notes.txt", "film.mov")
    scan = Scan(tmp_path)
    assert paths(scan) == ["a.jpg"]
    assert scan.skipped == {"hidden": 2, "unsupported file type": 2}


def test_a_single_file_is_indexed_below_its_folder(tmp_path):
    touch(tmp_path, "a.jpg", "b.jpg")
    (location,) = Scan(tmp_path / "a.jpg")
    assert (location.root, location.path) == (str(tmp_path), "a.jpg")


def test_a_loop_of_links_ends(tmp_path):
    touch(tmp_path, "a/1.jpg")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    scan = Scan(tmp_path)
    assert paths(scan) == ["a/1.jpg"]
    assert scan.skipped == {"link to a folder that is in the library already": 1}


def test_a_link_out_of_the_library_is_followed_once(tmp_path):
    touch(tmp_path, "elsewhere/1.jpg", "library/2.jpg")
    (tmp_path / "library" / "x").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "library" / "y").symlink_to(tmp_path / "elsewhere")
    assert paths(Scan(tmp_path / "library")) == ["2.jpg", "x/1.jpg"]


def test_a_broken_link_is_counted(tmp_path):
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    scan = Scan(tmp_path)
    assert paths(scan) == []
    assert scan.skipped == {"broken link": 1}


def test_a_name_that_is_not_utf8_is_counted(tmp_path):
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.jpg")).write_bytes(b"x")
    scan = Scan(tmp_path)
    assert paths(scan) == []
    assert scan.skipped == {"file name that is not UTF-8": 1}


def test_names_with_odd_spaces_are_kept(tmp_path):
    touch(tmp_path, "Screenshot at 3.14.15\u202fPM.png")
    assert paths(Scan(tmp_path)) == ["Screenshot at 3.14.15\u202fPM.png"]


def test_a_folder_has_one_root_however_it_is_spelled(tmp_path, monkeypatch):
    touch(tmp_path, "dam/a.jpg")
    (tmp_path / "link").symlink_to(tmp_path / "dam")
    monkeypatch.chdir(tmp_path)
    spellings = [Path("dam"), Path("./dam/"), Path("dam/../dam"), Path("link"), Path("link/a.jpg")]
    assert {location.root for spelling in spellings for location in Scan(spelling)} == {str(tmp_path / "dam")}


def test_what_is_removed_during_the_scan_is_counted(tmp_path):
    touch(tmp_path, "a.jpg", "b.jpg", "c/d.jpg")
    scan = Scan(tmp_path)
    found = iter(scan)
    assert next(found).path == "a.jpg"
    (tmp_path / "b.jpg").unlink()
    shutil.rmtree(tmp_path / "c")
    assert list(found) == []
    assert scan.skipped == {"removed during the scan": 2}


def test_a_missing_folder_is_wrong_usage(tmp_path):
    with pytest.raises(UsageError, match="there is no such file or folder"):
        list(Scan(tmp_path / "nowhere"))


def test_a_pipe_is_wrong_usage_and_nobody_waits_for_it(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(UsageError, match="neither a folder nor a regular file"):
        Scan(tmp_path / "pipe.jpg")
