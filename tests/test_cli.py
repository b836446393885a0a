"""The commands as people run them.

Those of `run` and `ask` are the installed entry point in a process of its own; the others run in this one, where it is
not the process that is tested.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import pytest
import typer
from PIL import Image

from lineage import cli
from lineage.decide.calibration_file import load_calibration, save_calibration
from tests.command import call

LINEAGE = Path(sys.executable).parent / "lineage"


def run(*arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
    done = subprocess.run([LINEAGE, *map(str, arguments)], input=stdin, capture_output=True, timeout=120, check=False)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture(scope="module")
def place(tmp_path_factory, drawn):
    """A folder with a library of 8 pictures, its index, a copy and a picture of nothing in it."""
    place = tmp_path_factory.mktemp("place")
    (place / "library").mkdir()
    for seed in range(8):
        Image.fromarray(drawn(seed)).save(place / "library" / f"{seed}.png")
    (place / "posts").mkdir()
    cropped = drawn(3)[20:220, 30:300]
    Image.fromarray(cropped).save(place / "posts" / "copy.jpg", quality=60)
    Image.fromarray(cv2.GaussianBlur(drawn(77), (0, 0), 1)).save(place / "posts" / "stranger.jpg", quality=60)
    done = run("index", place / "library", "--store", place / "index")
    assert done.returncode == 0, done.stderr
    return place


def ask(place: Path, *arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
    return run("query", *arguments, "--store", place / "index", stdin=stdin)


def ask_here(place: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The same question in this process."""
    return call("query", *arguments, "--store", place / "index")


def assert_one_sentence(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    assert done.returncode == code
    (line,) = done.stderr.strip().splitlines()
    assert all(word in line for word in words)


def test_a_copy_is_known_as_its_asset(place):
    done = ask(place, place / "posts/copy.jpg", "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 0
    assert (answer["verdict"], answer["matches"][0]["asset"]) == ("known", "3.png")


def test_a_calibration_of_another_backbone_decides_and_promises_nothing(place, monkeypatch, tmp_path):
    promised = ask_here(place, place / "posts/copy.jpg")
    save_calibration(replace(load_calibration(), backbone=f"sscd {'1' * 64}"), tmp_path / "decision.json")
    monkeypatch.setenv("LINEAGE_CALIBRATION", str(tmp_path / "decision.json"))
    said = ask_here(place, place / "posts/copy.jpg").stdout.splitlines()
    assert said[2].strip() == (
        "false-match risk unknown: the decision was fitted with sscd, not with lite; fit one with: "
        "lineage train decision"
    )
    assert said[:2] == promised.stdout.splitlines()[:2]
    assert json.loads(ask_here(place, place / "posts/copy.jpg", "--json").stdout)["false_known"] is None


def test_a_stranger_is_novel(place):
    assert json.loads(ask_here(place, place / "posts/stranger.jpg", "--json").stdout)["verdict"] == "novel"


def test_the_json_line_has_the_promised_names(place):
    answer = json.loads(ask_here(place, place / "posts/copy.jpg", "--json").stdout)
    assert {"query", "verdict", "probability", "matches", "seconds", "versions"} <= set(answer)
    assert {"asset", "id", "probability", "similarity", "inliers", "region", "edits"} <= set(answer["matches"][0])


def test_a_folder_is_answered_post_by_post(place):
    answers = [json.loads(line) for line in ask_here(place, place / "posts", "--json").stdout.splitlines()]
    assert [answer["query"] for answer in answers] == [str(place / "posts" / n) for n in ("copy.jpg", "stranger.jpg")]


def test_a_picture_on_stdin_is_answered(place):
    done = ask(place, "-", "--json", stdin=(place / "posts/copy.jpg").read_bytes())
    assert json.loads(done.stdout)["matches"][0]["asset"] == "3.png"


def test_csv_has_a_header_and_a_row_a_post(place):
    rows = list(csv.DictReader(io.StringIO(ask_here(place, place / "posts", "--csv").stdout)))
    assert [row["verdict"] for row in rows] == ["known", "novel"]
    assert [row["asset"] for row in rows] == ["3.png", ""]
    assert [bool(row["nearest"]) for row in rows] == [False, True]


def test_people_get_words_on_stdout_and_nothing_on_stderr(place):
    done = ask(place, place / "posts/copy.jpg")
    assert done.stdout.startswith("KNOWN")
    assert "3.png" in done.stdout
    assert done.stderr == ""


def test_an_evidence_picture_is_drawn(place, tmp_path):
    answer = json.loads(ask_here(place, place / "posts/copy.jpg", "--json", "--evidence", tmp_path / "e").stdout)
    with Image.open(answer["evidence"]) as picture:
        assert picture.width > picture.height


def test_novel_ends_with_4_where_a_script_asks_for_it(place):
    assert ask(place, place / "posts/stranger.jpg", "--exit-code").returncode == 4
    assert ask(place, place / "posts/copy.jpg", "--exit-code").returncode == 0


def test_an_unreadable_post_is_named_and_the_others_are_answered(place, tmp_path):
    (tmp_path / "text.jpg").write_text("hello")
    done = ask(place, tmp_path / "text.jpg", place / "posts/copy.jpg", "--json")
    broken, good = map(json.loads, done.stdout.splitlines())
    complaint, summary = done.stderr.splitlines()
    assert done.returncode == 1
    assert complaint.endswith("text.jpg: text, not a picture")
    assert summary.startswith("2 posts: 1 known, 0 review, 0 novel, 1 failed · ")
    assert (broken["verdict"], good["verdict"]) == (None, "known")


def test_an_empty_file_is_named(place, tmp_path):
    (tmp_path / "empty.jpg").touch()
    assert_one_sentence(ask_here(place, tmp_path / "empty.jpg"), 1, "empty.jpg", "empty")


def test_a_missing_post_is_wrong_usage(place):
    assert_one_sentence(ask(place, "nowhere.jpg"), 2, "nowhere.jpg")


def test_a_path_that_cannot_be_is_wrong_usage():
    assert_one_sentence(call("query", "a" * 300), 2, "too long")


def test_comparing_with_a_missing_file_is_wrong_usage(place):
    assert_one_sentence(call("compare", place / "posts/copy.jpg", "nowhere.jpg"), 2, "nowhere.jpg")


def test_evidence_that_cannot_be_written_is_told_before_the_work(place):
    file = place / "posts/copy.jpg"
    assert_one_sentence(ask_here(place, file, "--evidence", file), 2, "copy.jpg", "folder")


def test_names_that_are_not_utf8_are_written_as_escapes(place, tmp_path):
    post = os.fsencode(tmp_path) + b"/\xff.jpg"
    shutil.copy(place / "posts/copy.jpg", post)
    done = run("query", os.fsdecode(post), "--json", "--store", place / "index")
    assert (done.returncode, json.loads(done.stdout)["query"]) == (0, os.fsdecode(post))


def test_a_full_disk_is_one_sentence(place):
    if not Path("/dev/full").exists():
        pytest.skip("waits for a system with /dev/full, a disk that is always full")
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [LINEAGE, "status", "--json", "--store", place / "index"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode != 0
    assert b"Traceback" not in done.stderr


def test_an_interrupt_ends_with_130_and_says_so(monkeypatch, capsys):
    app = typer.Typer()

    @app.command()
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "app", app)
    monkeypatch.setattr(sys, "argv", ["lineage"])
    with pytest.raises(SystemExit) as ending:
        cli.main()
    assert ending.value.code == 130
    assert "what was written before is kept" in capsys.readouterr().err


def test_a_missing_index_is_one_sentence_with_the_way_out(place, tmp_path):
    done = run("query", place / "posts/copy.jpg", "--store", tmp_path / "none")
    assert_one_sentence(done, 3, "no index", "lineage index")


@pytest.mark.filterwarnings("ignore:.torch.jit:FutureWarning")  # deprecated, and what published descriptors are made by
def test_an_index_of_another_backbone_is_refused(place, tmp_path):
    import torch

    class Descriptor(torch.nn.Module):
        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            return pictures.mean((2, 3))

    torch.jit.script(Descriptor()).save(str(tmp_path / "other.pt"))
    done = ask_here(place, place / "posts/copy.jpg", "--backbone", f"torchscript:{tmp_path / 'other.pt'}")
    warning, sentence = done.stderr.strip().splitlines()
    assert "other.pt is TorchScript, which is a program" in warning
    assert done.returncode == 3
    assert "with backbone lite" in sentence


def test_a_folder_without_pictures_is_wrong_usage(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").touch()
    done = call("index", tmp_path / "empty", "--store", tmp_path / "index")
    assert done.returncode == 2
    assert "no pictures found" in done.stderr


def test_a_missing_library_is_wrong_usage(tmp_path):
    assert_one_sentence(call("index", tmp_path / "nowhere", "--store", tmp_path / "index"), 2, "nowhere")


def test_a_broken_file_ends_an_index_run_with_1(tmp_path, drawn):
    (tmp_path / "library").mkdir()
    Image.fromarray(drawn(1)).save(tmp_path / "library/good.jpg")
    (tmp_path / "library/text.jpg").write_text("hello")
    done = call("index", tmp_path / "library", "--store", tmp_path / "index", "--json")
    assert_one_sentence(done, 1, "text.jpg")
    assert json.loads(done.stdout)["added"] == 1


def test_a_name_that_breaks_lines_breaks_no_line(tmp_path, drawn):
    library, store = tmp_path / "library", tmp_path / "index"
    library.mkdir()
    Image.fromarray(drawn(0)).save(library / "one\ntwo.png")
    (library / "bad\n\x1b[31m.png").write_text("hello")
    done = call("index", library, "--store", store, "--workers", "1")
    assert_one_sentence(done, 1, r"lineage: bad\n\x1b[31m.png: text, not a picture")
    assert done.stdout.startswith("2 pictures: 1 added, 0 unchanged, 0 copies of assets, 1 failed\n1 asset in ")
    said = call("status", "--store", store).stdout
    assert r"failed   bad\n\x1b[31m.png: text" in said
    assert "read again once they change, or with: lineage index FOLDER --retry" in said
    asked = call("query", library / "one\ntwo.png", "--store", store).stdout.splitlines()
    assert asked[0].endswith(r"one\ntwo.png")
    assert r"made from one\ntwo.png" in asked[1]
    assert call("forget", "one\ntwo.png", "--store", store).stdout == "dropped one\\ntwo.png; 0 assets left\n"


def test_a_folder_whose_name_cannot_be_kept_is_wrong_usage(tmp_path, drawn):
    library = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    library.mkdir()
    Image.fromarray(drawn(0)).save(library / "0.png")
    for command in ("index", "sync"):
        assert_one_sentence(run(command, library, "--store", tmp_path / "index"), 2, "is not UTF-8")


def test_compare_says_whether_one_file_is_a_copy_of_another(place):
    copy = call("compare", place / "posts/copy.jpg", place / "library/3.png", "--json")
    other = call("compare", place / "posts/copy.jpg", place / "library/4.png", "--json")
    assert [json.loads(done.stdout)["verdict"] for done in (copy, other)] == ["known", "novel"]


def test_compare_promises_nothing_because_novel_posts_were_asked_about_in_an_index(place):
    files = place / "posts/copy.jpg", place / "library/3.png"
    assert json.loads(call("compare", *files, "--json").stdout)["false_known"] is None
    assert "promise" not in (said := call("compare", *files).stdout)
    assert "novel posts" not in said


def test_status_counts_assets_and_names_the_backbone(place):
    facts = json.loads(call("status", "--store", place / "index", "--json").stdout)
    assert (facts["assets"], facts["backbone"], facts["failed"]) == (8, "lite", {})


def test_a_forgotten_asset_is_found_no_more_until_it_is_indexed_again(tmp_path, drawn):
    (tmp_path / "library").mkdir()
    for seed in (1, 2):
        Image.fromarray(drawn(seed)).save(tmp_path / f"library/{seed}.png")
    index = ("index", tmp_path / "library", "--store", tmp_path / "index", "--json")
    call(*index)
    assert call("forget", "1.png", "--store", tmp_path / "index").stdout == "dropped 1.png; 1 asset left\n"
    assert json.loads(call(*index).stdout)["added"] == 1


def test_a_path_that_two_assets_share_is_forgotten_by_id_only(tmp_path, drawn):
    for seed in (1, 2):
        (tmp_path / f"library{seed}").mkdir()
        Image.fromarray(drawn(seed)).save(tmp_path / f"library{seed}/a.png")
    call("index", tmp_path / "library1", tmp_path / "library2", "--store", tmp_path / "index")
    done = call("forget", "a.png", "--store", tmp_path / "index")
    assert_one_sentence(done, 2, "several assets", "by its id")
    (key, *_) = re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", done.stderr)
    assert call("forget", key, key, "--store", tmp_path / "index").stdout == "dropped a.png; 1 asset left\n"


def test_forgetting_what_is_not_there_drops_nothing(place):
    done = call("forget", "3.png", "nowhere.png", "--store", place / "index")
    assert_one_sentence(done, 2, "nowhere.png")
    assert json.loads(call("status", "--store", place / "index", "--json").stdout)["assets"] == 8


@pytest.mark.parametrize("command", ["index", "reindex", "query", "compare", "status", "forget"])
def test_every_command_explains_itself_with_an_example(command):
    done = call(command, "--help")
    assert done.returncode == 0
    assert f"Example: lineage {command}" in done.stdout


def test_an_unknown_option_is_wrong_usage():
    assert run("query", "--no-such-option").returncode == 2


@pytest.mark.parametrize("kind", ["decision", "backbone", "autoencoder"])
def test_a_training_that_would_write_onto_a_folder_is_refused_before_the_work(tmp_path, kind):
    pictures = [] if kind == "decision" else [tmp_path]
    done = call("train", kind, *pictures, "--output", tmp_path)
    assert done.returncode == 2
    assert done.stderr == f"lineage: {tmp_path}: is a folder; name the file to write\n"
