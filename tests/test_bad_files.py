"""Files that no decoder expects: each fails alone, in one sentence, and what lies beside it is indexed and answered."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from lineage.errors import ImageError
from lineage.read.formats import MOST_SCANS
from lineage.read.images import decode
from tests.command import call


def png(colour_type: int, side: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of 8 bit with these chunks before its pixels, which are all 0."""
    wide = side * (3 if colour_type == 2 else 1)
    header = (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, colour_type, 0, 0, 0))
    pixels = (b"IDAT", zlib.compress(bytes(side * (1 + wide))))
    parts = [header, *chunks, pixels, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )


def scans(count: int, *, after: bytes = b"") -> bytes:
    """A progressive JPEG of grey, with a last scan that changes nothing and is there this many times."""
    file = BytesIO()
    Image.new("L", (64, 64), 90).save(file, "JPEG", progressive=True)
    content = file.getvalue()
    first = content.index(b"\xff\xda")
    second = content.index(b"\xff\xda", first + 2)
    body = content[first : content.index(b"\xff", first + 2)]
    return content[:second] + body * count + b"\xff\xd9" + after


NO_PALETTE = png(3, 9)
SHORT_EXIF = png(2, 40, (b"eXIf", b"II*\0"))


def test_a_picture_without_its_palette_is_refused():
    with pytest.raises(ImageError, match=r"^post\.png: the PNG is damaged"):
        decode(NO_PALETTE, name="post.png")


def test_a_picture_whose_exif_is_cut_off_is_read():
    assert decode(SHORT_EXIF).pixels.shape == (40, 40, 3)


def test_a_small_file_that_would_take_minutes_is_refused():
    with pytest.raises(ImageError, match=rf"^post\.jpg: a JPEG of more than {MOST_SCANS} scans, which take too long"):
        decode(scans(MOST_SCANS + 1), name="post.jpg")


def test_scans_of_what_follows_a_picture_do_not_count():
    film = b"\xff\xda\0\0" * (MOST_SCANS + 1)
    assert decode(scans(1, after=film)).pixels.shape == (64, 64, 3)


@pytest.fixture(scope="module")
def place(tmp_path_factory, drawn) -> Path:
    place = tmp_path_factory.mktemp("place")
    (place / "library").mkdir()
    for name, content in {"a": NO_PALETTE, "b": scans(MOST_SCANS + 1), "c": b"\xff\xd8\xff"}.items():
        (place / "library" / f"{name}.png").write_bytes(content)
    Image.fromarray(drawn(3)).save(place / "library" / "d.png")
    return place


@pytest.mark.parametrize("command", ["index", "query"])
def test_what_lies_beside_bad_files_is_read(place, command):
    done = call(command, place / "library", "--store", place / "index", "--json")
    assert done.returncode == 1
    told = [line.split(": ")[1].rpartition("/")[2] for line in done.stderr.splitlines() if line.startswith("lineage: ")]
    assert told == ["a.png", "b.png", "c.png"]
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers[-1]["assets" if command == "index" else "verdict"] in (1, "known")


def test_a_file_that_failed_is_forgotten_by_its_path(place):
    call("index", place / "library", "--store", place / "index", "--json")
    done = call("forget", "b.png", "--store", place / "index")
    assert done.stdout == "forgot that b.png failed; 1 asset left\n"
    assert [*json.loads(call("status", "--store", place / "index", "--json").stdout)["failed"]] == ["a.png", "c.png"]


def test_a_file_that_failed_and_is_gone_is_forgotten_by_the_next_run(place, tmp_path):
    (tmp_path / "library").mkdir()
    for name in "abd":
        (tmp_path / "library" / f"{name}.png").write_bytes((place / "library" / f"{name}.png").read_bytes())
    index = ("index", tmp_path / "library", "--store", tmp_path / "index", "--json")
    assert len(json.loads(call(*index).stdout)["failed"]) == 2
    (tmp_path / "library" / "a.png").unlink()
    call(*index)
    assert [*json.loads(call("status", "--store", tmp_path / "index", "--json").stdout)["failed"]] == ["b.png"]


@pytest.fixture
def mixed(place, tmp_path) -> Path:
    """A folder of a picture and of five files that are none, as far as lineage reads."""
    for name in ("film.mp4", "raw/1.xcf", "raw/2.XCF", "raw/3.kra", "notes"):
        (tmp_path / "mixed" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mixed" / name).touch()
    (tmp_path / "mixed" / "d.png").write_bytes((place / "library" / "d.png").read_bytes())
    return tmp_path / "mixed"


def test_index_names_what_it_cannot_read_by_kind(mixed, tmp_path):
    done = call("index", mixed, "--store", tmp_path / "index")
    assert "skipped: 5 of unsupported type (2 .xcf, 1 .mp4, 1 without suffix, 1 .kra)" in done.stdout
    assert done.stderr.endswith("unsupported type: film.mp4, notes, raw/1.xcf and 2 more; --json lists all\n")
    told = json.loads(call("index", mixed, "--store", tmp_path / "index", "--json").stdout)
    assert told["unsupported"] == ["film.mp4", "notes", "raw/1.xcf", "raw/2.XCF", "raw/3.kra"]


def test_query_says_what_it_passes_over(place, mixed):
    call("index", place / "library", "--store", place / "index", "--json")
    done = call("query", mixed, "--store", place / "index", "--read-only", "--json")
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == (
        f"lineage: {mixed}: 5 files are of an unsupported type and not asked about "
        "(2 .xcf, 1 .mp4, 1 without suffix, 1 .kra): film.mp4, notes, raw/1.xcf and 2 more\n"
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="waits for a system with named pipes")
def test_query_says_which_links_and_pipes_it_passes_over(place, tmp_path):
    call("index", place / "library", "--store", place / "index", "--json")
    shutil.copy(place / "library" / "d.png", tmp_path)
    (tmp_path / "away.png").symlink_to(tmp_path / "nowhere.png")
    (tmp_path / ".hidden.png").touch()
    os.mkfifo(tmp_path / "pipe.png")
    done = call("query", tmp_path, "--store", place / "index", "--read-only", "--json")
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == f"lineage: {tmp_path}: not asked about: 1 broken link, 1 not a regular file\n"


def test_a_folder_of_nothing_that_can_be_read_says_what_there_is(mixed, place):
    (mixed / "d.png").unlink()
    done = call("query", mixed, "--store", place / "index")
    assert done.returncode == 2
    assert done.stderr.strip().endswith(
        "no pictures found; what is there is not read: 2 .xcf, 1 .mp4, 1 without suffix, 1 .kra"
    )


@pytest.fixture(scope="module")
def slow(place, tmp_path_factory) -> Path:
    """A post, and a file that takes its decoder many seconds: a progressive JPEG goes 300 times over its 36 Mpx."""
    folder = tmp_path_factory.mktemp("slow")
    buffer = BytesIO()
    Image.new("RGB", (6000, 6000)).save(buffer, "JPEG", progressive=True)
    before, scan, after = re.split(rb"(\xff\xda.*?)(?=\xff\xc4)", buffer.getvalue(), maxsplit=1, flags=re.DOTALL)
    (folder / "huge.jpg").write_bytes(before + 300 * scan + after)
    Image.open(place / "library" / "d.png").save(folder / "post.png")
    assert call("index", place / "library", "--store", place / "index", "--json").returncode == 1
    return folder


@pytest.fixture
def one_second(monkeypatch) -> None:
    monkeypatch.setenv("LINEAGE_DECODE_SECONDS", "1")


@pytest.mark.usefixtures("one_second")
def test_a_post_that_takes_too_long_fails_alone(place, slow):
    done = call("query", slow, "--store", place / "index", "--json", "--read-only")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["verdict"] for answer in answers] == [None, "known"]
    assert answers[0]["error"] == "takes longer than 1 s to decode"


@pytest.mark.usefixtures("one_second")
@pytest.mark.parametrize(
    "command",
    [
        "compare huge.jpg post.png",
        "compare post.png huge.jpg",
        "confirm huge.jpg d.png",
        "reject huge.jpg d.png",
        "ignore huge.jpg",
        "explain huge.jpg post.png --output heat",
    ],
)
def test_no_command_waits_for_a_file_that_takes_too_long(place, slow, monkeypatch, command):
    monkeypatch.chdir(slow)
    name, *arguments = command.split()
    index = [] if name in ("compare", "explain") else ["--store", place / "index"]
    done = call(name, *arguments, *index)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "lineage: huge.jpg: takes longer than 1 s to decode\n"


@pytest.mark.usefixtures("one_second")
def test_of_many_decisions_one_about_a_file_that_takes_too_long_fails_alone(place, slow, monkeypatch, tmp_path):
    shutil.copytree(place / "index", tmp_path / "index")
    monkeypatch.chdir(slow)
    (tmp_path / "pairs.csv").write_text("post,asset\nhuge.jpg,d.png\npost.png,d.png\n")
    done = call("confirm", "--from", tmp_path / "pairs.csv", "--store", tmp_path / "index")
    assert (done.returncode, done.stdout) == (1, "post.png was made from d.png\n")
    assert "pairs.csv, line 2: huge.jpg: takes longer than 1 s to decode\n1 confirmed, 1 failed\n" in done.stderr


@pytest.mark.usefixtures("one_second")
def test_exposure_counts_a_post_that_takes_too_long_as_unreadable(place, slow):
    done = call("exposure", slow, "--store", place / "index", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["verdicts"] == {"known": 1, "unreadable": 1}
    assert done.stderr.endswith("huge.jpg: takes longer than 1 s to decode\n")


def test_a_post_that_the_engine_cannot_cope_with_fails_alone(place, monkeypatch):
    from lineage.engine import Engine

    def fails(*_: object, name: str, **__: object) -> None:
        raise ZeroDivisionError("a side of nothing")

    assert call("index", place / "library", "--store", place / "index", "--json").returncode == 1
    monkeypatch.setattr(Engine, "query", fails)
    done = call("query", place / "library" / "d.png", "--store", place / "index")
    assert done.returncode == 1
    assert done.stderr == (
        f"lineage: {place / 'library' / 'd.png'}: it cannot be asked about (ZeroDivisionError: a side of nothing)\n"
    )
