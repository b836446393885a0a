"""The progress bar: honest about the pace, and out of the way of answers on the same terminal."""

from __future__ import annotations

import csv
import json
from itertools import chain
from pathlib import Path

import pytest
from PIL import Image

from lineage.cli.pace import PERIOD, Pace
from tests.indexed import indexed
from tests.terminal import screen, watch

POSTS = 5


@pytest.fixture(scope="module")
def place(tmp_path_factory, drawn) -> Path:
    """An index of three pictures and a folder of posts, copies and strangers."""
    place = indexed(tmp_path_factory.mktemp("place"), 3)
    (place / "posts").mkdir()
    for seed in range(POSTS):
        Image.fromarray(drawn(seed)[10:220, 20:300]).save(place / "posts" / f"{seed}.jpg", quality=70)
    return place


def ask(place: Path, *options: str, command: str = "query", **how):
    return watch(command, place / "posts", "--store", place / "index", *options, **how)


def test_words_stand_on_lines_of_their_own_beside_the_bar(place):
    seen = ask(place, "--read-only", columns=40)
    assert seen.code == 0
    assert "asking" in seen.raw
    assert sum(line.startswith(("KNOWN ", "NOVEL ")) for line in seen.lines) == POSTS
    assert not [line for line in seen.lines if "asking" in line or "━" in line]
    assert not [line for line in seen.lines if len(line) > 40 and str(place) not in line]


def test_csv_rows_on_a_terminal_are_csv(place):
    seen = ask(place, "--read-only", "--csv")
    rows = list(csv.DictReader([line for line in seen.lines if line and " posts: " not in line]))
    assert [Path(row["query"]).name for row in rows] == [f"{n}.jpg" for n in range(POSTS)]
    assert {row["verdict"] for row in rows} == {"known", "novel"}


def test_json_lines_on_a_terminal_are_json(place):
    lines = [line for line in ask(place, "--read-only", "--json", columns=400).lines if line.startswith("{")]
    assert [Path(json.loads(line)["query"]).name for line in lines] == [f"{n}.jpg" for n in range(POSTS)]


def test_answers_go_to_the_file_while_the_bar_is_on_the_terminal(place):
    seen = ask(place, "--read-only", "--json", piped=True)
    assert "asking" in seen.raw
    assert all(f"{n}.jpg" in seen.out for n in range(POSTS))
    assert ".jpg" not in seen.raw


def test_the_report_of_exposure_stands_beside_no_bar(place):
    seen = ask(place, command="exposure")
    assert seen.code == 0
    assert "asking" in seen.raw
    assert next(line for line in seen.lines if line).split(" · ")[0].endswith(("known", "novel"))
    assert not [line for line in seen.lines if "━" in line]


def test_an_interrupt_in_the_middle_leaves_whole_answers_and_one_sentence(place):
    posts = [place / "posts"] * 4
    seen = watch("query", *posts, "--store", place / "index", "--read-only", interrupt=lambda sent: "KNOWN" in sent)
    *answers, last = [line for line in seen.lines if line]
    assert seen.code == 130
    assert last == "lineage: interrupted; what was written before is kept"
    assert answers[0].startswith("KNOWN ")
    assert not [line for line in answers if "asking" in line or "━" in line]
    assert seen.raw.count("\x1b[?25h") >= 1  # the cursor is shown again
    assert seen.raw.count("what was written before") == 1


def test_a_complaint_goes_past_the_bar(place, tmp_path):
    (tmp_path / "text.jpg").write_text("hello")
    seen = watch("query", tmp_path / "text.jpg", place / "posts/0.jpg", "--store", place / "index", columns=200)
    (line,) = [line for line in seen.lines if "text.jpg" in line]
    assert line.startswith("lineage: ")


def times(*moments: float):
    return iter(moments).__next__


def test_the_first_burst_is_no_rate():
    pace = Pace(times(0, 1, 1.001, 1.002))
    for _ in range(3):
        pace.add(1)
    assert pace.rate is None


def test_bursts_do_not_move_the_rate():
    bursts = [[second + n / 1000 for n in range(4)] for second in range(1, 61)]
    pace, rates = Pace(times(0.0, *chain.from_iterable(bursts))), []
    for burst in bursts:
        for _ in burst:
            pace.add(1)
        rates.append(pace.rate)
    assert rates[2:] == pytest.approx([4.0] * 58, rel=0.01)


def test_a_rate_forgets_what_was_long_ago():
    pace = Pace(times(0, 1, *(PERIOD + 10 * n for n in range(1, 20))))
    pace.add(10_000)
    for _ in range(19):
        pace.add(10)
    assert pace.rate == pytest.approx(1.0, rel=0.1)


def test_the_screen_of_the_tests_obeys_what_is_ordered():
    assert screen("asking 1\r\x1b[2Kone\r\ntwo\x1b[1A\rO") == ["One", "two"]
