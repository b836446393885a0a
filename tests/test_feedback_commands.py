"""confirm, reject, ignore, quarantine and feedback, on an embedded index through the command line."""

from __future__ import annotations

import json
import shutil
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.command import call

PHOTOGRAPHS = sorted((Path(__file__).parent.parent / "samples/library").rglob("*.jpg"))


def pasted(ground: np.ndarray, badge: np.ndarray, *, side: int) -> np.ndarray:
    made = ground.copy()
    made[10 : 10 + side, 10 : 10 + side] = cv2.resize(badge, (side, side), interpolation=cv2.INTER_AREA)
    return made


@pytest.fixture(scope="module")
def made(tmp_path_factory, drawn):
    """A library of drawings, photographs and a badge, its index, posts, and a stream with only the badge in common."""
    place = tmp_path_factory.mktemp("place")
    for folder in ("library", "posts", "stream"):
        (place / folder).mkdir()
    badge = drawn(90, width=220, height=220)
    for seed in range(6):
        Image.fromarray(drawn(seed)).save(place / "library" / f"{seed:02}.png")
    for photograph in PHOTOGRAPHS[::2]:
        shutil.copy(photograph, place / "library")
    Image.fromarray(badge).save(place / "library/badge.png")
    Image.fromarray(badge).save(place / "badge-as-known.png")
    Image.fromarray(drawn(3)[20:220, 30:300]).save(place / "posts/copy.jpg", quality=80)
    Image.fromarray(drawn(3)[20:220, 30:300]).save(place / "posts/copy-again.jpg", quality=60)
    Image.fromarray(drawn(77)).save(place / "posts/stranger.jpg", quality=80)
    for number, photograph in enumerate(PHOTOGRAPHS[1::2]):
        with Image.open(photograph) as image:
            post = pasted(np.asarray(image.convert("RGB")), badge, side=120)
        Image.fromarray(post).save(place / "stream" / f"{number:02}.jpg", quality=90)
    done = call("index", place / "library", "--store", place / "index")
    assert done.returncode == 0, done.stderr
    return place


@pytest.fixture
def place(made, tmp_path, monkeypatch) -> Path:
    """The same with an index of its own, and in it."""
    shutil.copytree(made / "index", tmp_path / "index")
    monkeypatch.setenv("LINEAGE_STORE", str(tmp_path / "index"))
    monkeypatch.chdir(made)
    return made


def ask(post: str) -> dict[str, Any]:
    done = call("query", post, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def said(*arguments: str) -> str:
    done = call(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(code: int, *arguments: str) -> str:
    done = call(*arguments)
    assert done.returncode == code
    (line,) = done.stderr.splitlines()
    return line


def test_a_confirmed_pair_is_known_until_that_is_taken_back(place):
    assert ask("posts/stranger.jpg")["verdict"] == "novel"
    assert said("confirm", "posts/stranger.jpg", "05.png", "--by", "reviewer") == (
        "posts/stranger.jpg was made from 05.png\n"
    )
    answer = ask("posts/stranger.jpg")
    assert (answer["verdict"], answer["matches"][0]["asset"]) == ("known", "05.png")
    assert answer["remarks"][0].startswith("confirmed: 05.png (reviewer, ")
    said("confirm", "posts/stranger.jpg", "05.png", "--undo")
    assert ask("posts/stranger.jpg")["verdict"] == "novel"


def test_a_rejected_pair_is_not_shown_again_until_that_is_taken_back(place):
    said("reject", "posts/copy.jpg", "03.png", "--by", "reviewer")
    answer = ask("posts/copy.jpg")
    assert answer["verdict"] != "known"
    assert "03.png" not in [match["asset"] for match in answer["matches"]]
    assert answer["remarks"][0].startswith("rejected earlier: 03.png (reviewer, ")
    said("reject", "posts/copy.jpg", "03.png", "--undo")
    assert ask("posts/copy.jpg")["verdict"] == "known"


def test_a_post_is_known_again_when_it_was_saved_again(place):
    said("reject", "posts/copy.jpg", "03.png")
    assert ask("posts/copy-again.jpg")["verdict"] != "known"
    assert ask("library/03.png")["verdict"] == "known"


def test_an_ignored_picture_is_no_evidence_until_that_is_taken_back(place):
    assert ask("stream/00.jpg")["matches"][0]["asset"] == "badge.png"
    assert ask("stream/00.jpg")["verdict"] == "known"
    said("ignore", "badge-as-known.png", "--by", "reviewer")
    answer = ask("stream/00.jpg")
    assert answer["verdict"] == "novel"
    assert answer["remarks"][0].startswith("ignored: what shows badge-as-known.png (reviewer, ")
    assert ask("posts/copy.jpg")["verdict"] == "known"
    itself = ask("badge-as-known.png")
    assert (itself["verdict"], itself["rests_on"], itself["probability"]) == ("known", "bytes", None)
    assert "(p " not in said("query", "badge-as-known.png")
    said("ignore", "badge-as-known.png", "--undo")
    assert ask("stream/00.jpg")["verdict"] == "known"


def test_a_copy_of_an_ignored_asset_is_not_claimed_by_its_pixels(place, tmp_path):
    with Image.open("library/01100.jpg") as asset:
        asset.save(tmp_path / "copy.jpg", quality=80)
    assert ask(str(tmp_path / "copy.jpg"))["verdict"] == "known"
    said("ignore", "library/01100.jpg")
    answer = ask(str(tmp_path / "copy.jpg"))
    assert answer["verdict"] != "known"
    assert not any(match["claimed"] for match in answer["matches"])
    assert answer["remarks"][-1].startswith("ignored: what shows library/01100.jpg")


def test_an_asset_under_quarantine_goes_to_review_until_that_is_taken_back(place):
    said("quarantine", "03.png", "--reason", "a test chart")
    answer = ask("posts/copy.jpg")
    assert answer["verdict"] == "review"
    assert answer["matches"][0]["objection"]["label"].endswith("a test chart")
    assert json.loads(said("status", "--json"))["quarantined"] == {"03.png": "a test chart"}
    said("quarantine", "03.png", "--undo")
    assert ask("posts/copy.jpg")["verdict"] == "known"


def test_an_asset_that_matches_many_unrelated_posts_is_put_under_quarantine_and_reported(place):
    done = call("query", "stream", "--json")
    assert [json.loads(line)["verdict"] for line in done.stdout.splitlines()].count("known") >= 10
    assert "badge.png matched" in done.stderr
    assert "lineage quarantine badge.png --undo" in done.stderr
    assert ask("stream/00.jpg")["verdict"] == "review"
    (entry,) = map(json.loads, said("feedback", "--json").splitlines())
    assert (entry["what"], entry["who"], entry["path"]) == ("quarantine", "lineage", "badge.png")


def test_a_query_that_writes_nothing_puts_nothing_under_quarantine(place, tmp_path, monkeypatch):
    monkeypatch.setattr("lineage.feedback.watch.FEWEST", 3)
    few = sorted(Path("stream").iterdir())[::4]
    assert "quarantine" not in call("query", *few, "--read-only").stderr
    assert not (tmp_path / "index/journal.sqlite").exists()
    assert "now under quarantine" in call("query", *few).stderr


def test_an_empty_log_says_so(place):
    done = call("feedback")
    assert (done.stdout, done.stderr) == ("", "nothing was decided yet\n")


def test_the_log_tells_each_decision_once_and_when_by_the_clock_of_the_reader(place, monkeypatch):
    monkeypatch.setenv("TZ", "UTC+5")
    time.tzset()
    said("quarantine", "03.png", "--by", "reviewer")
    (entry,) = map(json.loads, said("feedback", "--json").splitlines())
    there = datetime.fromisoformat(entry["when"]) - timedelta(hours=5)
    line = said("feedback")
    monkeypatch.undo()
    time.tzset()
    told = f"{there:%Y-%m-%d %H:%M:%S}  reviewer   under quarantine: posts that match 03.png go to review"
    assert line == f"{entry['id'][:8]}  {told}\n"


def test_the_log_keeps_what_was_taken_back_and_by_whom(place):
    said("confirm", "posts/copy.jpg", "03.png", "--by", "reviewer")
    said("reject", "posts/copy.jpg", "04.png", "--by", "manager")
    first, _ = map(json.loads, said("feedback", "--json").splitlines())
    said("feedback", "--undo", first["id"][:8], "--by", "eve")
    confirmed, rejected = map(json.loads, said("feedback", "--json").splitlines())
    assert (confirmed["who"], confirmed["undone"]["who"], rejected["undone"]) == ("reviewer", "eve", None)
    assert "taken back by eve" in said("feedback").splitlines()[0]


def test_a_pair_is_taken_back_when_post_and_asset_are_gone(place, tmp_path):
    post = tmp_path / "post.jpg"
    shutil.copy("posts/copy.jpg", post)
    said("reject", str(post), "03.png")
    post.unlink()
    said("forget", "03.png")
    assert said("reject", str(post), "03.png", "--undo").startswith("taken back: ")


def test_what_was_not_said_cannot_be_taken_back(place):
    line = refused(2, "confirm", "posts/copy.jpg", "03.png", "--undo")
    assert "there is no confirmation to take back" in line
    assert "nowhere: there is no such entry" in refused(2, "feedback", "--undo", "nowhere")


def test_an_asset_that_is_not_there_cannot_be_judged(place):
    assert "nowhere.png" in refused(2, "confirm", "posts/copy.jpg", "nowhere.png")
    assert "nowhere.png" in refused(2, "quarantine", "nowhere.png")


def test_a_post_that_is_not_there_cannot_be_judged(place):
    assert "nowhere.jpg" in refused(2, "reject", "nowhere.jpg", "03.png")
    assert "nowhere.jpg" in refused(2, "ignore", "nowhere.jpg")


def test_a_file_that_is_no_picture_cannot_be_ignored(place, tmp_path):
    (tmp_path / "text.png").write_text("hello")
    assert "text.png" in refused(1, "ignore", str(tmp_path / "text.png"))


def decided() -> list[tuple[str, str, str]]:
    notes = map(json.loads, said("feedback", "--json").splitlines())
    return [(note["what"], note["picture"], note["path"]) for note in notes if not note["undone"]]


def test_many_pairs_of_a_table_are_confirmed_and_taken_back(place, tmp_path):
    table = tmp_path / "pairs.csv"
    table.write_text("post,asset,remark\nposts/copy.jpg,03.png,yes\nposts/stranger.jpg,05.png,\n")
    done = said("confirm", "--from", str(table), "--by", "reviewer")
    assert done == "posts/copy.jpg was made from 03.png\nposts/stranger.jpg was made from 05.png\n"
    assert len(decided()) == 2
    assert said("confirm", "--from", str(table), "--undo").count("taken back") == 2
    assert decided() == []


def test_each_line_that_fails_is_told_with_its_number_and_the_others_are_done(place, tmp_path):
    table = tmp_path / "pairs.csv"
    lines = ["post,asset", "nowhere.jpg,03.png", "posts/copy.jpg,nowhere.png", "posts/copy.jpg,03.png", ",03.png"]
    table.write_text("\n".join(lines))
    done = call("reject", "--from", table)
    assert done.returncode == 1
    first, second, third, last = done.stderr.splitlines()
    assert all(word in first for word in ("pairs.csv, line 2", "nowhere.jpg"))
    assert all(word in second for word in ("pairs.csv, line 3", "nowhere.png"))
    assert "pairs.csv, line 5: names no post" in third
    assert last == "1 rejected, 3 failed"
    assert decided() == [("reject", "posts/copy.jpg", "03.png")]


def test_what_query_answered_in_json_is_confirmed_where_it_claims_an_asset(place, tmp_path):
    answers = tmp_path / "answers.jsonl"
    answers.write_text(said("query", "posts/copy.jpg", "posts/stranger.jpg", "--json") + "no JSON\n")
    done = call("confirm", "--from", answers)
    assert done.stdout == "posts/copy.jpg was made from 03.png\n"
    line, last = done.stderr.splitlines()
    assert line == f"lineage: {answers}, line 3: is no line of lineage query --json"
    assert last == "1 confirmed, 1 failed"


def test_of_a_table_of_query_claims_and_proposals_are_taken(place, tmp_path):
    table = tmp_path / "answers.csv"
    rows = [
        "query;verdict;asset;nearest",
        "posts/copy.jpg;known;03.png;",
        "posts/copy-again.jpg;review;;03.png",
        "posts/stranger.jpg;novel;;05.png",
        "posts/broken.jpg;;;",
    ]
    table.write_text("\n".join(rows), encoding="utf-8-sig")
    said("confirm", "--from", str(table))
    assert [picture for _, picture, _ in decided()] == ["posts/copy.jpg", "posts/copy-again.jpg"]


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"a,b\n1,2\n", "columns post and asset"), (b"\xff\xfe", "UTF-8"), (b"post,asset\n", "no post")],
)
def test_a_file_of_another_form_is_wrong_usage(place, tmp_path, content, word):
    (tmp_path / "file").write_bytes(content)
    assert word in refused(2, "confirm", "--from", str(tmp_path / "file"))


@pytest.mark.parametrize("arguments", [[], ["posts/copy.jpg"], ["posts/copy.jpg", "03.png", "--from", "pairs.csv"]])
def test_neither_or_both_of_a_pair_and_a_file_is_wrong_usage(place, arguments):
    assert "--from" in refused(2, "confirm", *arguments)


def test_there_is_no_feedback_without_an_index(tmp_path):
    assert "no index" in refused(3, "feedback", "--store", str(tmp_path / "none"))


@pytest.mark.parametrize("command", ["confirm", "reject", "ignore", "quarantine", "feedback"])
def test_every_command_explains_itself_with_an_example(command):
    assert f"Example: lineage {command}" in said(command, "--help")
