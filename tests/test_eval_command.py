"""`lineage eval` from end to end with peers, which need no weights."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from eval.suites import SUITES
from lineage.cli.eval import SUITES as SUITES_HELP
from lineage.cli.eval import evaluate
from lineage.errors import UsageError
from tests.command import call
from tests.insight_samples import write_table
from tests.odd_names import ODD, SHOWN, raw_in
from tests.tiny_descriptor import write_descriptor


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="module")
def dam(tmp_path_factory, drawn):
    root = tmp_path_factory.mktemp("dam")
    for seed in range(12):
        (root / f"shoot{seed % 3}").mkdir(exist_ok=True)
        Image.fromarray(drawn(seed, width=160, height=120)).save(root / f"shoot{seed % 3}" / f"{seed}.png")
    (root / "broken.jpg").write_bytes(b"no picture")
    return root


def ask(*arguments):
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(evaluate)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def reported(dam, tmp_path_factory):
    """The output of one run, and the folder of its report."""
    report = tmp_path_factory.mktemp("report")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        done = ask("speed", "siblings", "--library", dam, "--against", "phash,pdq", "--peers-only", "--report", report)
    assert done.exit_code == 0, done.output
    return done, report


def test_the_table_compares_peers_on_the_same_posts(reported):
    assert re.search(r"speed: \d+ assets, \d+ known and \d+ novel posts", reported[0].stdout)
    assert re.search(r"right file@1 +\S+ \S+ +\S+ \S+", reported[0].stdout)


def test_the_tables_say_what_their_figures_mean(reported):
    told = reported[0].stdout
    assert "share of the known posts whose first answer is the right file" in told
    assert re.search(r"ms a post \(p95\) +milliseconds that half of the posts take at most", told)
    if "µAP, 20% known" in told:
        assert re.search(r"…, 20% known +the same if 20% of the posts were made from the library", told)


def test_the_report_says_what_its_figures_mean(reported):
    page = (reported[1] / "report.html").read_text()
    assert "<dt>right file@1</dt><dd>share of the known posts whose first answer is the right file</dd>" in page


def test_who_asked_for_a_report_is_told_what_to_open(reported):
    assert f"to look at: {reported[1] / 'report.html'}" in reported[0].stderr


def test_files_left_out_are_named_on_stderr(reported):
    assert "left out: broken.jpg" in reported[0].stderr


def test_siblings_are_scored_with_and_without_their_source(reported):
    results = json.loads((reported[1] / "report.json").read_text())["results"]
    assert {row["part"] for row in results if row["corpus"] == "siblings"} == {"", "source in", "source out"}


def test_the_report_needs_no_other_file(reported):
    page = (reported[1] / "report.html").read_text()
    assert page.count("<img") > 10
    assert not re.findall(r'(?:src|href)="(?!data:)', page)


def test_plots_and_card_lie_beside_the_report(reported):
    names = {path.name for path in reported[1].iterdir()}
    assert {
        "report.json",
        "report.html",
        "coverage.html",
        "speed-pdq-tracks.png",
        "speed-precision-recall.png",
    } <= names
    assert re.search(r"lead back to the right file", (reported[1] / "coverage.html").read_text())


def test_rescoring_asks_nobody_and_gives_the_same(reported, dam, tmp_path, monkeypatch):
    report = shutil.copytree(reported[1], tmp_path / "again")
    monkeypatch.setattr("eval.run.predict", lambda *_, **__: pytest.fail("somebody was asked"))
    flags = ("siblings", "--library", dam, "--against", "phash", "--peers-only", "--report", report)
    assert ask(*flags, "--rescore").exit_code == 0
    assert ask(*flags).exit_code == 0  # fresh predictions are not made again
    before, after = (json.loads((folder / "report.json").read_text())["results"] for folder in (reported[1], report))
    assert after[0] == next(row for row in before if row["corpus"] == "siblings" and row["recogniser"] == "phash")


def test_times_are_always_measured_anew(reported, dam, tmp_path):
    report = shutil.copytree(reported[1], tmp_path / "again")
    (kept,) = (report / "predictions").glob("speed.phash*")
    before = kept.read_bytes()
    done = ask("speed", "--library", dam, "--against", "phash", "--peers-only", "--report", report)
    assert done.exit_code == 0, done.output
    assert kept.read_bytes() != before  # the times of two runs are never the same


def test_rescoring_refuses_predictions_of_another_seed(reported, dam):
    flags = ("siblings", "--library", dam, "--against", "phash", "--peers-only", "--report", reported[1], "--rescore")
    error = ask(*flags, "--seed", 7).exception
    assert isinstance(error, UsageError)
    assert "stale (corpus was" in str(error)


@pytest.fixture
def better(reported, tmp_path):
    """A baseline that was better, of pHash on the suite speed alone."""
    text = json.loads((reported[1] / "report.json").read_text())
    text["results"] = [row for row in text["results"] if (row["corpus"], row["recogniser"]) == ("speed", "phash")]
    text["results"][0]["figures"]["uap"] |= {"value": 1.5, "low": 1.4, "high": 1.6}
    baseline = tmp_path / "report.json"
    baseline.write_text(json.dumps(text))
    return baseline


def test_the_gate_ends_with_five_where_a_figure_fell(better, dam):
    fell = ask("speed", "--library", dam, "--against", "phash", "--peers-only", "--baseline", better)
    assert fell.exit_code == 5
    assert re.search(r"worse: speed, phash: uap is \.?\d.*, was 1\.400–1\.600", fell.stderr)


def test_the_gate_ends_with_nought_where_nothing_fell(reported, dam):
    flags = ("speed", "siblings", "--library", dam, "--against", "phash,pdq", "--peers-only")
    assert ask(*flags, "--baseline", reported[1] / "report.json").exit_code == 0


def test_the_gate_ends_with_five_where_something_was_not_measured(reported, dam):
    flags = ("speed", "siblings", "--library", dam, "--against", "phash", "--peers-only")
    done = ask(*flags, "--baseline", reported[1] / "report.json")
    assert done.exit_code == 5
    assert "missing: speed, pdq stands in the baseline and was not measured now" in done.stderr


def test_the_gate_compares_with_the_baseline_that_the_new_report_replaces(better, dam):
    flags = ("speed", "--library", dam, "--against", "phash", "--peers-only", "--report", better.parent)
    assert ask(*flags, "--baseline", better).exit_code == 5


def test_descriptors_in_files_of_one_name_are_told_apart(dam, tmp_path):
    peers = [f"onnx:{tmp_path}/{run}/model.onnx" for run in ("first", "second")]
    for peer, kernel in zip(peers, (8, 16), strict=True):
        write_descriptor(Path(peer.removeprefix("onnx:")), kernel=kernel)
    flags = (
        "siblings",
        "--library",
        dam,
        "--against",
        ",".join(peers),
        "--peers-only",
        "--report",
        tmp_path / "report",
    )
    assert ask(*flags).exit_code == 0
    assert len(list((tmp_path / "report" / "predictions").iterdir())) == 2
    results = json.loads((tmp_path / "report" / "report.json").read_text())["results"]
    assert [row["recogniser"] for row in results if not row["part"]] == peers
    assert ask(*flags, "--rescore").exit_code == 0


def test_given_posts_are_asked_of_the_whole_library(dam, tmp_path):
    posts = tmp_path / "posts"
    posts.mkdir()
    shutil.copy(dam / "shoot0" / "0.png", posts / "post.png")
    truth = tmp_path / "truth.csv"
    truth.write_text("post,track,asset\npost.png,none,shoot0/0.png\n")
    done = ask("--library", dam, "--posts", posts, "--truth", truth, "--against", "pdq", "--peers-only")
    assert "posts: 12 assets, 1 known and 0 novel posts" in done.stdout
    assert re.search(r"right file@1 +1\.000", done.stdout)


def test_odd_names_are_shown_as_they_are_written(dam, tmp_path):
    posts = tmp_path / "posts"
    posts.mkdir()
    shutil.copy(dam / "shoot0" / "0.png", posts / "post.png")
    posts = posts.rename(tmp_path / ODD)
    truth = write_table(tmp_path / "truth.csv", [{"post": "post.png", "track": ODD, "asset": "shoot0/0.png"}])
    asked = ("--posts", posts, "--truth", truth, "--against", "pdq", "--peers-only", "--report", tmp_path / "report")
    done = ask("--library", dam, *asked)
    assert done.exit_code == 0, done.output
    assert f"{SHOWN}: 12 assets, 1 known" in done.stdout
    assert re.search(rf"^{re.escape(SHOWN)} +1 +1\.00", done.stdout, re.MULTILINE)
    table = (tmp_path / "report" / "report.md").read_text()
    assert table.startswith(f"## {SHOWN}: 12 assets")
    assert not raw_in(tmp_path / "report")


def test_a_baseline_is_looked_at_before_anybody_is_asked(dam, tmp_path, monkeypatch):
    monkeypatch.setattr("eval.run.predict", lambda *_, **__: pytest.fail("somebody was asked"))
    flags = ("speed", "--library", dam, "--against", "phash", "--peers-only", "--baseline", tmp_path / "none.json")
    error = ask(*flags).exception
    assert isinstance(error, UsageError)
    assert "none.json: cannot be read" in str(error)


def test_the_help_names_every_suite():
    assert SUITES_HELP.split(", ") == list(SUITES)


@pytest.mark.parametrize(
    ("files", "groups", "sentence"),
    [
        ((), "", "library: the folder holds no picture that can be read; an evaluation needs at least two"),
        (("broken.jpg",), "", "holds no picture that can be read (1 file is unreadable)"),
        (("a.png", "broken.jpg"), "", "holds only one picture (1 file is unreadable)"),
        (("a.png", "again.png"), "", "holds only one picture; an evaluation needs at least two different ones"),
        (("a.png", "b.png"), "a.png,1\nlost.png,1\n", "1 of 2 files are not readable pictures of"),
    ],
)
def test_a_library_that_nothing_can_be_measured_on_is_one_sentence(tmp_path, drawn, files, groups, sentence):
    library, table = tmp_path / "library", tmp_path / "groups.csv"
    library.mkdir()
    for name in files:
        Image.fromarray(drawn(name.startswith("b"))).save(library / name, format="png")
    for broken in library.glob("broken.jpg"):
        broken.write_bytes(b"no picture")
    table.write_text(f"file,group\n{groups}")
    flags = ("--library", library, *(("--groups", table) if groups else ()), "--against", "phash", "--peers-only")
    done = call("eval", "siblings", *flags)
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = (line for line in done.stderr.splitlines() if "left out" not in line)
    assert sentence in line


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (("speed", "--posts", "./speed", "--truth", "truth.csv"), "named like a suite"),
        (("speed", "--report", "/dev/null/report"), "no such folder can be made"),
        ((), "nothing to measure"),
        (("speed", "--peers-only"), "nobody to measure"),
        (("speed", "--posts", "."), "--posts and --truth belong together"),
        (("speed", "--groups", "groups.csv"), "groups of look-alikes are for siblings; leave --groups out"),
        (("speed", "--rescore"), "speed measures times, which are not kept; leave it or --rescore out"),
        (("speed", "--library", "none", "--without", "wheels"), "there is no part 'wheels' to leave out"),
        (("speed", "--without", " , "), "--without names nothing"),
        (("speed", "--against", ","), "--against names nothing"),
        (
            ("--posts", ".", "--truth", "t.csv", "--standing", "--peers-only", "--against", "pdq"),
            "--standing asks the index of lineage itself, and --peers-only leaves it out; drop one",
        ),
        (("speed", "--standing"), "cannot ask one that stands"),
        (("--posts", ".", "--truth", "truth.csv", "--assets", "5"), "given posts are asked of the whole library"),
        (("everything", "--library", "DAM"), "everything: no such suite; there are copies, chains"),
        (("speed", "--library", "DAM", "--peers-only", "--against", "orb"), "orb: no such peer"),
        (("siblings", "--library", "DAM", "--groups", "none.csv"), "none.csv: cannot be read"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(dam, flags, sentence):
    error = ask(*(dam if flag == "DAM" else flag for flag in flags)).exception
    assert isinstance(error, UsageError)
    assert sentence in str(error)
    assert "\n" not in str(error)
