"""`query --output`: a file of answers that a broken-off run goes on with."""

from __future__ import annotations

import csv
import json
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lineage.cli.forms import CsvRows, JsonLines, Run
from lineage.cli.kept import keep, key
from lineage.cli.watching import Watch
from lineage.records import Report
from lineage.store.journal import open_journal
from tests.command import call
from tests.indexed import indexed
from tests.terminal import watch
from tests.test_report import KNOWN, NOVEL, WALL

NAMES = ["collage.jpg", "crop.jpg", "stranger.jpg", "text.jpg"]


VERSIONS = {"lineage": "0", "index": "i", "backbone": "b", "calibration": "c"}


@pytest.mark.parametrize("form", [JsonLines(), CsvRows()])
def test_a_file_that_was_torn_anywhere_is_mended_to_whole_posts(tmp_path, form):
    reports = [
        replace(report, query=name, versions=VERSIONS)
        for report, name in ((KNOWN, "one"), (WALL, 'two\nlines, "quoted"'), (NOVEL, "\udcff"))
    ]
    file, run = tmp_path / "answers", Run(VERSIONS)
    with keep(file, form, VERSIONS) as kept:
        for report in reports:
            kept.write(form.answer(report, None, run))
    whole, ends = file.read_bytes(), {0: len(form.head)}
    for cut in range(len(whole) + 1):
        file.write_bytes(whole[:cut])
        with keep(file, form, VERSIONS) as kept:
            assert [*kept.before] == [key(report.query) for report in reports][: len(kept.before)]
        mended = file.read_bytes()
        assert whole.startswith(mended)
        assert ends.setdefault(len(kept.before), len(mended)) == len(mended)
    assert [*ends] == [0, 1, 2, 3]
    assert ends[3] == len(whole)


@pytest.fixture(scope="module")
def made(tmp_path_factory, drawn) -> Path:
    """An index of four pictures, and posts: a collage of two, a crop of one, a stranger and a text."""
    place = indexed(tmp_path_factory.mktemp("place"), 4)
    (place / "posts").mkdir()
    for name, pixels in (
        ("collage.jpg", np.hstack([drawn(2), drawn(3)])),
        ("crop.jpg", drawn(1)[20:220, 30:300]),
        ("stranger.jpg", drawn(9)),
    ):
        Image.fromarray(pixels).save(place / "posts" / name, quality=80)
    (place / "posts/text.jpg").write_text("hello")
    for suffix in ("jsonl", "csv"):
        assert ask(place, place / f"whole.{suffix}").returncode == 1  # the text failed
    return place


@pytest.fixture
def place(made, tmp_path, monkeypatch) -> Path:
    """The same, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return made


def ask(place: Path, output: Path | str, *more: str | Path):
    return call("query", place / "posts", "--store", place / "index", "--read-only", "--output", output, *more)


def queries(file: Path) -> list[str]:
    """The names of the posts in a file, in its order."""
    lines = file.read_text(encoding="utf-8").splitlines()
    if file.suffix == ".csv":
        return [Path(row["query"]).name for row in csv.DictReader(lines)]
    return [Path(json.loads(line)["query"]).name for line in lines]


COLLAGE_TWICE = ["collage.jpg", *NAMES]


@pytest.mark.parametrize(("suffix", "wanted"), [("jsonl", NAMES), ("csv", COLLAGE_TWICE)])
def test_the_end_of_the_name_chooses_the_form(place, suffix, wanted):
    assert queries(place / f"whole.{suffix}") == wanted


def test_nothing_is_printed_beside_the_file_but_what_it_came_to(place):
    done = ask(place, "answers.jsonl")
    complaint, summary = done.stderr.splitlines()
    assert done.stdout == ""
    assert "text.jpg: text, not a picture" in complaint
    assert summary.startswith("4 posts: 2 known, 0 review, 1 novel, 1 failed · ")


def test_failed_posts_keep_their_reason(place):
    last = json.loads((place / "whole.jsonl").read_text().splitlines()[-1])
    assert (last["verdict"], last["error"]) == (None, "text, not a picture")
    rows = csv.DictReader((place / "whole.csv").read_text().splitlines())
    (row,) = [row for row in rows if row["verdict"] == "failed"]
    assert row["error"] == "text, not a picture"


def torn(place: Path, suffix: str, *, lines: int, more: int = 40) -> Path:
    """A copy of the whole file that ends in the middle of a line; that many lines are whole."""
    content = (place / f"whole.{suffix}").read_bytes().splitlines(keepends=True)
    file = Path(f"torn.{suffix}")
    file.write_bytes(b"".join(content[:lines]) + content[lines][:more])
    return file


@pytest.mark.parametrize(
    ("suffix", "lines", "kept"),
    [("jsonl", 2, 2), ("jsonl", 0, 0), ("csv", 3, 1), ("csv", 2, 0), ("csv", 1, 0), ("csv", 0, 0)],
)
def test_a_torn_file_is_mended_and_only_what_is_missing_is_asked(place, suffix, lines, kept):
    file = torn(place, suffix, lines=lines)
    done = ask(place, file)
    assert done.returncode == 1
    assert queries(file) == queries(place / f"whole.{suffix}")
    before = f" · {kept} of them answered before" if kept else " s"
    assert done.stderr.splitlines()[-1].endswith(before)


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_a_whole_file_is_not_touched_and_its_failures_are_told_again(place, suffix):
    shutil.copy(place / f"whole.{suffix}", f"answers.{suffix}")
    done = ask(place, f"answers.{suffix}")
    assert (done.returncode, Path(f"answers.{suffix}").read_bytes()) == (1, (place / f"whole.{suffix}").read_bytes())
    complaint, summary = done.stderr.splitlines()
    assert "text.jpg: text, not a picture" in complaint
    assert summary.endswith("4 of them answered before")


def test_every_answer_names_its_run_and_its_time(place):
    first, *_, last = [json.loads(line) for line in (place / "whole.jsonl").read_text().splitlines()]
    file = torn(place, "jsonl", lines=2)
    ask(place, file)
    runs = [json.loads(line)["run"] for line in file.read_text().splitlines()]
    assert first["run"] == last["run"] == runs[0] == runs[1]
    assert len({*runs}) == 2
    assert first["time"].endswith("+00:00")


def test_a_name_that_breaks_lines_is_not_asked_again(place):
    Path("odd").mkdir()
    for name in ('two\nlines, "quoted".jpg', "ü.jpg"):
        shutil.copy(place / "posts/crop.jpg", Path("odd") / name)
    for output in ("odd.csv", "odd.jsonl"):
        asking = ("query", "odd", "--store", place / "index", "--read-only", "--output", output)
        assert call(*asking).stderr.startswith("2 posts: ")
        written = Path(output).read_bytes()
        assert call(*asking).stderr.endswith("2 of them answered before\n")
        assert Path(output).read_bytes() == written


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_a_file_of_another_calibration_is_refused_and_left_as_it_is(place, suffix):
    shutil.copy(place / f"whole.{suffix}", file := Path(f"answers.{suffix}"))
    done = ask(place, file, "--false-known", "0.02")
    (line,) = done.stderr.splitlines()
    assert done.returncode == 2
    assert "was begun with calibration " in line
    assert file.read_bytes() == (place / f"whole.{suffix}").read_bytes()


@pytest.mark.parametrize(("name", "content"), [("a.csv", "post,date\n"), ("a.jsonl", '{"a": 1}\n'), ("b.csv", "my no")])
def test_a_file_of_something_else_is_refused_and_left_as_it_is(place, name, content):
    Path(name).write_text(content)
    done = ask(place, name)
    assert done.returncode == 2
    assert "holds something else" in done.stderr
    assert Path(name).read_text() == content


def test_a_name_that_says_no_form_is_refused_unless_a_flag_says_it(place):
    assert "end its name with .jsonl or .csv" in ask(place, "answers.txt").stderr
    assert ask(place, "answers.txt", "--csv").returncode == 1
    assert Path("answers.txt").read_text().startswith("query,verdict,")


def test_an_interrupted_run_keeps_what_it_has_and_goes_on(place, drawn):
    Path("many").mkdir()
    for seed in range(16):
        Image.fromarray(drawn(seed)[10:220]).save(f"many/{seed:02}.jpg")
    shutil.copytree(place / "index", "index")
    file = Path("answers.jsonl")
    asking = ("query", "many", "--store", "index", "--output", file)
    seen = watch(*asking, interrupt=lambda _: file.exists() and file.stat().st_size > 0)
    there = queries(file)
    assert seen.code == 130
    assert 0 < len(there) < 16
    assert watched("index") >= len(there)
    done = call(*asking)
    assert done.stderr.rstrip().endswith(f"{len(there)} of them answered before")
    assert queries(file) == [f"{seed:02}.jpg" for seed in range(16)]
    assert watched("index") >= 16


def watched(index: str) -> int:
    """How many answers the watch over assets that match too much knows of."""
    with closing(open_journal(index)) as journal:
        return len(journal.sightings())


def test_the_watch_sees_every_answer_of_a_long_run_once_and_early(place, monkeypatch):
    shutil.copytree(place / "index", "index")
    monkeypatch.setattr("lineage.cli.watching.MOST", 1)
    early, real = list[int](), Watch.see

    def see(self: Watch, report: Report) -> None:
        early.append(watched("index"))
        real(self, report)

    monkeypatch.setattr(Watch, "see", see)
    call("query", place / "posts", "--store", "index")
    assert (early, watched("index")) == ([0, 0, 1], 3)


def test_only_some_verdicts_are_shown(place):
    def shown(*options: str) -> list[str]:
        posts = [place / "posts" / name for name in NAMES[:3]]
        done = call("query", *posts, "--store", place / "index", "--read-only", "--json", *options)
        return [json.loads(line)["verdict"] for line in done.stdout.splitlines()]

    assert shown("--only", "novel") == ["novel"]
    assert shown("--only", "review") == []
    assert shown("--only", "known", "--only", "novel") == ["known", "known", "novel"]


def test_a_file_keeps_every_answer(place):
    done = ask(place, "answers.jsonl", "--only", "review")
    assert (done.returncode, Path("answers.jsonl").exists()) == (2, False)
    assert "leave --only out" in done.stderr


def test_one_post_needs_no_summary(place):
    done = call("query", place / "posts/crop.jpg", "--store", place / "index", "--read-only")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_folder_of_the_file_is_made(place):
    assert ask(place, Path("new") / "answers.csv").returncode == 1
    assert queries(Path("new/answers.csv")) == COLLAGE_TWICE
