"""Indexes that earlier versions have written: they open, answer, are checked and filled on, or say what to do.

`data/earlier.tar.xz` holds three drawings (`library`), another one (`d.webp`), and an index of the three, with a
confirmation, a rejection, an ignored picture and a quarantine, as two earlier versions wrote it:

    form-2    by commit 9a9f859, of the present form: before there were check sums, a seal and a list of decisions
    form-1    by commit 41da62b, of the form before, which kept one visual word a feature
"""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.command import call

EARLIER = Path(__file__).parent / "data" / "earlier.tar.xz"
SOUND = "3 assets in {}, all as they were written\n"


@pytest.fixture
def place(tmp_path) -> Path:
    with tarfile.open(EARLIER) as files:
        files.extractall(tmp_path, filter="data")
    return tmp_path


@pytest.fixture
def index(place) -> Path:
    return place / "form-2"


def asked(place: Path, index: Path, name: str) -> dict[str, Any]:
    done = call("query", place / "library" / name, "--store", index, "--read-only", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_an_index_of_before_answers_and_goes_by_its_decisions(place, index):
    answer = asked(place, index, "a.webp")
    assert (answer["verdict"], [match["asset"] for match in answer["matches"] if match["claimed"]]) == (
        "known",
        ["a.webp"],
    )
    assert asked(place, index, "c.webp")["verdict"] == "review"  # under quarantine


def test_an_index_of_before_is_sound_and_said_to_have_no_sums(index):
    done = call("check", "--store", index)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == SOUND.format(index) + (
        "3 assets are from before there were check sums; lineage copy gives them some\n"
    )


def test_an_index_of_before_is_sealed_when_it_is_opened_and_knows_then_what_a_disk_changes(index):
    assert not (index / "shard.seal").exists()
    call("status", "--store", index)
    stamp = json.loads((index / "stamp.json").read_text())
    (index / "stamp.json").write_text(json.dumps(stamp | {"dim": 257}))
    assert call("status", "--store", index).returncode == 3
    assert call("check", "--store", index, "--repair").stdout.startswith(SOUND.format(index))


def test_an_index_of_before_is_filled_on(place, index):
    shutil.copy(place / "d.webp", place / "library")
    done = call("index", place / "library", "--store", index, "--workers", "1", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["added"], told["assets"]) == (0, 1, 4)
    assert asked(place, index, "d.webp")["verdict"] == "known"


def test_a_copy_of_an_index_of_before_has_sums(place, index):
    call("copy", index, place / "copy")
    assert call("check", "--store", place / "copy").stdout == SOUND.format(place / "copy")


def test_what_is_decided_about_an_index_of_before_is_noted_with_all_that_was(place, index):
    call("confirm", place / "library" / "a.webp", "a.webp", "--store", index)
    (index / "journal.sqlite").unlink()
    assert len(json.loads(call("check", "--store", index, "--json").stdout)["decisions"]) == 5


def test_an_index_of_another_form_is_refused_with_a_way_that_keeps_decisions(place):
    old = place / "form-1"
    for command in (
        ["check"],
        ["query", place / "library"],
        ["index", place / "library"],
        ["copy", old, place / "new"],
    ):
        done = call(*command, *([] if command[0] == "copy" else ["--store", old]))
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr == (
            f"lineage: the index at {old} is stored in form 1 and this version reads form 2; index again into another "
            f"place: lineage index DIR --store OTHER, and take what people decided along: lineage copy {old} OTHER "
            "--decisions\n"
        )


def test_decisions_about_an_index_of_another_form_hold_for_the_one_that_is_made_anew(place):
    old, new = place / "form-1", place / "new"
    call("index", place / "library", "--store", new, "--workers", "1")
    done = call("copy", old, new, "--decisions")
    assert (done.returncode, done.stdout) == (
        0,
        "4 decisions of people copied, 0 were there already, 0 made in the copy are kept\n",
    )
    assert call("feedback", "--store", new).stdout == call("feedback", "--store", old).stdout
    assert asked(place, new, "c.webp")["verdict"] == "review"


def test_decisions_are_copied_to_an_index_only(place):
    done = call("copy", place / "form-1", place / "new", "--decisions")
    assert done.returncode == 3
    assert done.stderr.startswith(f"lineage: no index at {place / 'new'}; ")
    assert not (place / "new").exists()
