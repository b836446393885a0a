"""Exposure on tables small enough to be worked out by hand, and once on real pictures through index and engine."""

from __future__ import annotations

import csv
import io
import json
import threading
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from lineage.cli import app
from lineage.errors import UsageError
from lineage.insight.exposure.answers import ANY, Answer, Owner, Showing, looked_at, shares, week_of
from lineage.insight.exposure.compare import before_and_after, window
from lineage.insight.exposure.count import count
from lineage.insight.exposure.plots import draw_bars, every_week
from lineage.insight.exposure.posts import Post
from lineage.insight.exposure.rates import difference, rate
from lineage.insight.exposure.report import worth_showing
from lineage.insight.exposure.variants import outline, variant_tree, variants
from lineage.insight.exposure.voice import voices
from lineage.insight.exposure.words import judge_change, number, percents, short
from lineage.reporting.interval import Interval
from tests.conftest import SAMPLES
from tests.insight_samples import tiny_backbone, write_table
from tests.odd_names import ODD, SHOWN, raw_in


def post(name: str, day: str, channel: str = "", engagement: float = 0) -> Post:
    return Post(name, Path(name), date.fromisoformat(day), channel, "", engagement)


def answer(of: Post, verdict: str, assets: dict[str, float], *, edits=(), labels=None) -> Answer:
    return Answer(of, verdict, tuple(Showing(of, a, p, edits) for a, p in assets.items()), labels or {})


ANSWERS = [
    answer(
        post("1", "2026-03-02", "a", 10), "known", {"spring/a": 0.9, "spring/b": 0.2}, edits=("cropped", "mirrored")
    ),
    answer(post("2", "2026-03-03", "b", 20), "review", {"spring/a": 0.5}),
    answer(post("3", "2026-03-10", "a", 5), "novel", {"autumn/c": 0.1}, labels={"Acme": 0.8, "Globex": 0.4}),
    answer(post("4", "2026-03-11", "a", 40), "known", {"autumn/c": 1.0}, edits=("cropped",)),
    answer(post("5", "2026-03-12", "b", 0), "novel", {}, labels={"Acme": 0.8}),
]


def counts(answers, key: str, owners=None):
    shown = shares(answers, key, owners or {})
    return count(shown, looked_at(answers, key, shown))


def expected(key: str, owners=None) -> dict[str, tuple[float, float]]:
    counted = counts(ANSWERS, key, owners)
    return {one.name: (round(one.exposures.value, 6), round(one.engagement.value, 6)) for one in counted}


def test_exposures_of_an_asset_are_the_sum_of_its_probabilities():
    assert expected("asset") == {"spring/a": (1.4, 19), "autumn/c": (1.1, 40.5), "spring/b": (0.2, 2)}


def test_a_post_counts_once_for_a_campaign_however_many_of_its_assets_it_may_show():
    assert expected("campaign") == {"spring": (1.5, 20), "autumn": (1.1, 40.5)}


def test_channels_and_weeks_count_posts_that_show_anything_of_the_library():
    assert expected("channel") == {"a": (2.1, 50.5), "b": (0.5, 10)}
    assert expected("week") == {"2026-03-02": (1.5, 20), "2026-03-09": (1.1, 40.5)}


def test_the_catalogue_says_which_brand_an_asset_belongs_to():
    assert expected("brand", {"autumn/c": Owner("autumn", "Umbrella")}) == {"Umbrella": (1.1, 40.5)}


def test_a_label_counts_where_it_was_given_whatever_the_verdict():
    known = answer(post("6", "2026-03-12", engagement=2), "known", {"spring/a": 1.0}, labels={"Acme": 0.5})
    counted = {one.name: (one.exposures.value, one.of) for one in counts([*ANSWERS, known], "label")}
    assert counted == {"Acme": (pytest.approx(2.1), 6), "Globex": (0.4, 6)}


def test_posts_that_surely_show_it_leave_no_doubt_about_their_number():
    hundred = [(post(str(n), "2026-03-02", engagement=3), 1.0) for n in range(100)]
    (one,) = count({"all": hundred}, {"all": 120})
    assert (one.exposures, one.engagement) == (Interval(100, 100, 100), Interval(300, 300, 300))


def test_the_interval_is_that_of_how_many_of_the_doubtful_posts_show_it():
    even = [(post(str(n), "2026-03-02"), 0.5) for n in range(1500)]
    (one,) = count({"all": even}, {"all": 1500})
    assert one.exposures.value == 750
    assert one.exposures.low == pytest.approx(712, abs=3)  # 2.5 % and 97.5 % of the binomial distribution
    assert one.exposures.high == pytest.approx(788, abs=3)


def test_an_exposure_says_of_how_many_posts():
    read = [*ANSWERS, answer(post("6", "2026-03-02", "a"), "unreadable", {})]
    assert {one.name: one.of for one in counts(read, "channel")} == {"a": 3, "b": 2}
    assert {one.of for one in counts(read, "asset")} == {5}


def test_posts_are_counted_where_they_probably_show_it():
    assert {one.name: one.posts for one in counts(ANSWERS, "asset")} == {
        "spring/a": 2,
        "autumn/c": 1,
        "spring/b": 0,
    }


def test_rows_that_say_nothing_are_left_to_the_files():
    shown = {"shown": [(post("1", "2026-03-02"), 0.06)], "not": [(post("1", "2026-03-02"), 0.04)]}
    counted = count(shown, {"shown": 1, "not": 1})
    assert [one.name for one in worth_showing(counted)] == ["shown"]


def test_numbers_are_short():
    assert number(Interval(0.14159, 0, 1650.4)) == "0.142 (0–1,650)"
    assert number(Interval(210, 210, 210)) == "210"
    assert number(Interval(0.998, 1, 1)) == "1"
    assert (short(1.8e-05), percents(Interval(0.15, 0.052, 0.36))) == ("0", "15 % (5–36 %)")


def test_a_week_is_named_after_its_monday():
    assert week_of(date(2026, 3, 8)) == "2026-03-02"


def compared(shown, first, day, last, *, posts=None):
    first, day, last = map(date.fromisoformat, (first, day, last))
    return before_and_after("it", posts or [one for one, _ in shown], shown, first=first, day=day, last=last)


def test_before_and_after_are_means_a_day_with_the_exact_p_of_the_permutations():
    # 1, 1, 1 against 3, 3, 3: of the 20 ways to choose three days of six, 2 are as extreme.
    shown = [(post(str(d), f"2026-03-{d:02}", engagement=10), 1.0) for d in (1, 2, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6)]
    exposures, engagement = compared(shown, "2026-03-01", "2026-03-04", "2026-03-06").paces
    assert (exposures.before, exposures.after) == (1, 3)
    assert exposures.p == pytest.approx(0.1)
    assert (engagement.before, engagement.after) == (10, 30)


def test_three_days_a_side_have_no_interval_of_days_and_a_week_has():
    shown = [(post(str(d), f"2026-03-{d:02}"), 1.0) for d in range(1, 15, 2)]
    assert compared(shown, "2026-03-01", "2026-03-04", "2026-03-06").paces[0].difference is None
    pace, _ = compared(shown, "2026-03-01", "2026-03-08", "2026-03-14").paces
    assert pace.difference.low < pace.after - pace.before < pace.difference.high


def shared(*rows) -> Interval:
    """The share of days, each with its posts and those of them that show it."""
    found = rate(np.array([(posts, seen, 0) for posts, seen in rows], np.float64)).share
    assert found is not None
    return found


def test_a_share_of_posts_has_wilsons_interval():
    found = shared((10, 1), (10, 2))  # 3 of 20, as in Newcombe 1998: 0.052 to 0.360
    assert (found.value, found.low, found.high) == pytest.approx((0.15, 0.052, 0.360), abs=0.001)


@pytest.mark.parametrize("seen", [0, 4])
def test_a_share_of_nothing_or_all_is_not_sure(seen):
    found = shared((4, seen))
    assert found.high - found.low == pytest.approx(0.49, abs=0.01)


def test_posts_of_days_that_differ_count_as_fewer():
    alike, apart = shared(*[(10, 5)] * 8), shared(*[(10, 0), (10, 10)] * 4)
    assert alike.value == apart.value
    assert apart.high - apart.low > 2 * (alike.high - alike.low)


def test_the_difference_of_two_shares_has_newcombes_interval():
    before, after = shared((80, 48)), shared((70, 56))
    found = difference(before, after)  # 56 of 70 less 48 of 80: example (a) of Newcombe 1998
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=0.0001)


def test_before_and_after_are_shares_of_all_posts_and_of_each_channels():
    posts = [post(str(n), f"2026-03-{1 + n // 10:02}", "ab"[n % 2]) for n in range(40)]
    shown = [(one, 1.0) for one in posts if one.day >= date(2026, 3, 3) and one.channel == "b"]
    whole, a, b = compared(shown, "2026-03-01", "2026-03-03", "2026-03-04", posts=posts).changes
    assert [(one.channel, one.before.posts, one.after.posts) for one in (whole, a, b)] == [
        ("", 20, 20),
        ("a", 10, 10),
        ("b", 10, 10),
    ]
    assert (whole.after.share.value, a.after.share.value, b.after.share.value) == (0.5, 0, 1)
    assert judge_change(a).startswith("no clear change, 0 points")
    assert judge_change(b).startswith("more often, +100 points")


def test_before_and_after_are_told_by_week():
    shown = [(post("1", "2026-03-02"), 1.0)]
    weeks = compared(shown, "2026-03-01", "2026-03-04", "2026-03-09").weeks
    assert [(monday, rate.days, rate.posts) for monday, rate in weeks] == [
        ("2026-02-23", 1, 0),
        ("2026-03-02", 7, 1),
        ("2026-03-09", 1, 0),
    ]


def test_days_without_a_post_count_with_nothing():
    shown = [(post("1", "2026-03-01"), 1.0)]
    exposures, _ = compared(shown, "2026-03-01", "2026-03-03", "2026-03-04").paces
    assert (exposures.before, exposures.after) == (0.5, 0)


def test_a_window_ends_where_the_posts_end():
    posts = [post("1", "2026-03-01"), post("2", "2026-03-20")]
    assert window(posts, date(2026, 3, 3), days=30) == (date(2026, 3, 1), date(2026, 3, 20))
    assert window(posts, date(2026, 3, 10), days=3) == (date(2026, 3, 7), date(2026, 3, 12))


def test_a_comparison_without_days_on_one_side_is_one_sentence():
    with pytest.raises(UsageError, match="0 days before it and 4 from it on"):
        compared([], "2026-03-01", "2026-03-01", "2026-03-04")


def test_a_week_whose_posts_show_nothing_counts_nothing():
    answers = [*ANSWERS, answer(post("6", "2026-04-01"), "novel", {})]
    assert shares(answers, "week", {})["2026-03-30"] == []
    empty = next(one for one in counts(answers, "week") if one.name == "2026-03-30")
    assert (empty.posts, empty.exposures.value, empty.exposures.high) == (0, 0, 0)


def test_weeks_without_posts_lie_between_the_others_with_nothing():
    counted = counts([*ANSWERS, answer(post("6", "2026-04-01"), "known", {"spring/a": 1.0})], "week")
    weeks = every_week(counted)
    assert [week.name for week in weeks] == ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23", "2026-03-30"]
    assert [week.exposures.value for week in weeks] == [1.5, 1.1, 0, 0, 1]


def test_equal_rows_are_posts_of_their_own(place):
    row = {"post": "one.png", "date": "2026-03-01", "channel": "a", "engagement": 3}
    write_table(place / "twice.csv", [row, row, {**row, "channel": "b"}])
    done = exposure(place / "twice.csv", "--answers", place / "answers.jsonl", "--csv")
    rows = {(one["by"], one["name"]): one for one in csv.DictReader(io.StringIO(done.stdout))}
    assert (float(rows["channel", "a"]["exposures"]), float(rows["channel", "a"]["engagement"])) == (1.5, 4.5)
    assert "twice.csv: 1 row stands there a second time, first line 3; each row counts as a post" in done.stderr


def test_share_of_voice_is_the_share_of_mentions_in_novel_posts():
    found = {voice.label: (voice.mentions, round(voice.share.value, 6)) for voice in voices(ANSWERS)}
    assert found == {"Acme": (1.6, 0.8), "Globex": (0.4, 0.2)}


def test_no_novel_labels_give_no_voices():
    assert voices(ANSWERS[:2]) == []


def test_variants_are_known_posts_with_equal_edits():
    found = {one.edits: (one.posts, one.engagement.value) for one in variants([a.showings[0] for a in ANSWERS[::3]])}
    assert found == {"cropped": (1, 40), "cropped + mirrored": (1, 10)}


def test_the_variant_tree_adds_one_edit_a_level():
    showings = [
        Showing(post("plain", "2026-03-01", engagement=1), "a", 1.0),
        Showing(post("crop", "2026-03-01", engagement=2), "a", 1.0, ("cropped",)),
        Showing(post("both", "2026-03-01", engagement=4), "a", 1.0, ("cropped", "mirrored")),
        Showing(post("grey", "2026-03-01", engagement=8), "a", 1.0, ("grey", "mirrored")),
    ]
    assert list(outline(variant_tree(showings))) == [
        "asset: 1 post, engagement 1",
        "  cropped: 1 post, engagement 2",
        "    mirrored: 1 post, engagement 4",
        "  grey",
        "    mirrored: 1 post, engagement 8",
    ]


@pytest.fixture
def place(tmp_path, drawn):
    """Three posts of two days with their answers."""
    for name in ("one.png", "two.png", "three.png"):
        Image.fromarray(drawn(1, width=60, height=40)).save(tmp_path / name)
    rows = [
        {"post": "one.png", "date": "2026-03-01", "channel": "a", "engagement": 3},
        {"post": "two.png", "date": "2026-03-02", "channel": "a", "engagement": 4},
        {"post": "three.png", "date": "2026-03-08T10:00:00", "channel": "b", "engagement": ""},
    ]
    write_table(tmp_path / "posts.csv", rows)
    edits = [[{"kind": "text", "label": f"text over {n} %"}, {"kind": "scaled"}] for n in (23, 24)]
    matches = [{"asset": "spring/a.jpg", "probability": 0.75, "claimed": True, "edits": one} for one in edits]
    records = [
        {"query": "elsewhere/one.png", "verdict": "known", "probability": 0.75, "matches": matches[:1]},
        {"query": "elsewhere/two.png", "verdict": "known", "probability": 0.75, "matches": matches[1:]},
        {"query": "elsewhere/three.png", "verdict": "novel", "probability": 0.0, "matches": []},
    ]
    (tmp_path / "answers.jsonl").write_text("\n".join(map(json.dumps, records)))
    return tmp_path


def exposure(*arguments):
    return CliRunner().invoke(app, ["exposure", *map(str, arguments)])


def complaint(done) -> str:
    assert isinstance(done.exception, UsageError), done.output
    return str(done.exception)


def test_the_command_counts_posts_with_given_answers(place):
    done = exposure(place / "posts.csv", "--answers", place / "answers.jsonl", "--csv")
    rows = {(row["by"], row["name"]): row for row in csv.DictReader(io.StringIO(done.stdout))}
    assert float(rows["campaign", "spring"]["exposures"]) == 1.5
    assert float(rows["asset", "spring/a.jpg"]["engagement"]) == 5.25


def test_the_page_holds_its_plots(place):
    arguments = ("--campaign", "spring", "--day", "2026-03-03", "--output", place / "report")
    done = exposure(place / "posts.csv", "--answers", place / "answers.jsonl", *arguments)
    assert done.exit_code == 0, done.output
    page = (place / "report/exposure.html").read_text()
    assert "http" not in page
    assert page.count("data:image/png;base64,") == 5
    assert "before and after 2026-03-03" in page
    assert json.loads((place / "report/exposure.json").read_text())["verdicts"] == {"known": 2, "novel": 1}


def test_a_date_that_is_none_is_one_sentence(place):
    write_table(place / "odd.csv", [{"post": "one.png", "date": "yesterday"}])
    done = exposure(place / "odd.csv", "--answers", place / "answers.jsonl")
    assert complaint(done).endswith("odd.csv, line 2: 'yesterday' is no date; write dates like 2026-05-31")


def test_an_engagement_that_is_no_number_is_one_sentence(place):
    write_table(place / "odd.csv", [{"post": "one.png", "date": "2026-03-01", "engagement": "many"}])
    assert "engagement 'many' is no number" in complaint(exposure(place / "odd.csv"))


def test_a_table_without_dates_is_one_sentence(place):
    write_table(place / "odd.csv", [{"post": "one.png", "when": "2026-03-01"}])
    assert "has no column 'date'; there are post, when" in complaint(exposure(place / "odd.csv"))


def write_answers(file: Path, *records) -> Path:
    file.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in records))
    return file


MATCH: dict[str, object] = {"asset": "a", "probability": 0.5, "claimed": True, "edits": []}
GOOD: dict[str, object] = {"query": "one.png", "verdict": "known", "probability": 0.5, "matches": [MATCH]}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"query": "two.png", "verd', "is no JSON"),
        ([1], "is no JSON object"),
        ({"verdict": "novel", "matches": []}, "has no 'query'"),
        ({**GOOD, "query": 7}, "'query' is 7"),
        ({**GOOD, "query": "two.png", "verdict": "perhaps"}, "'verdict' is 'perhaps'"),
        ({**GOOD, "query": "two.png", "matches": "a"}, "'matches' is 'a'"),
        ({**GOOD, "query": "two.png", "matches": [{"asset": "a", "edits": []}]}, "has no 'probability'"),
        ({**GOOD, "query": "two.png", "matches": [{**MATCH, "probability": 2}]}, "'probability' is 2"),
        ({**GOOD, "query": "two.png", "matches": [{**MATCH, "edits": [3]}]}, "is no JSON object"),
        ({**GOOD, "query": "two.png", "matches": [{**MATCH, "edits": [{"label": "mirrored"}]}]}, "has no 'kind'"),
        (GOOD, "is a second answer for one.png"),
    ],
)
def test_a_bad_answer_is_one_sentence_with_its_line(place, line, reason):
    answers = write_answers(place / "bad.jsonl", GOOD, "", line)
    sentence = complaint(exposure(place / "posts.csv", "--answers", answers))
    assert sentence.startswith(f"{answers}, line 3: ")
    assert reason in sentence
    assert "\n" not in sentence


def test_posts_of_one_name_are_not_given_the_answer_of_another(place, drawn):
    for folder in ("a", "b"):
        (place / folder).mkdir()
        Image.fromarray(drawn(1, width=60, height=40)).save(place / folder / "one.png")
    rows = [{"post": f"{folder}/one.png", "date": "2026-03-01"} for folder in "ab"]
    posts = write_table(place / "alike.csv", rows)
    for queries in (["x/one.png"], ["x/one.png", "y/one.png"]):
        answers = write_answers(place / "some.jsonl", *({**GOOD, "query": query} for query in queries))
        sentence = complaint(exposure(posts, "--answers", answers))
        assert sentence.startswith("a/one.png: several posts or answers are called one.png and none has this path")
    exact = [{**GOOD, "query": str(place / folder / "one.png")} for folder in "ab"]
    assert exposure(posts, "--answers", write_answers(place / "exact.jsonl", *exact)).exit_code == 0


def test_a_model_that_is_not_there_is_noticed_before_anybody_is_asked(place, monkeypatch):
    monkeypatch.setattr("lineage.cli.exposure._ask", lambda *_: pytest.fail("somebody was asked"))
    assert "none.labels: there is no such model" in complaint(
        exposure(place / "posts.csv", "--model", place / "none.labels")
    )


def test_shown_assets_that_the_catalogue_lacks_are_told(place):
    catalogue = write_table(place / "catalogue.csv", [{"asset": "a.jpg", "campaign": "x"}])
    done = exposure(place / "posts.csv", "--answers", place / "answers.jsonl", "--catalogue", catalogue)
    assert done.exit_code == 0
    assert (
        f"{catalogue}: 1 of 1 assets that posts show is not in it, first spring/a.jpg; its first folder counts as "
        "the campaign" in done.stderr
    )


def test_the_terminal_says_how_many_days_were_compared(place):
    arguments = ("--campaign", "spring", "--day", "2026-03-03", "--days", 40)
    done = exposure(place / "posts.csv", "--answers", place / "answers.jsonl", *arguments)
    assert "campaign spring, in the 2 days before 2026-03-03 and the 6 from then on" in done.stdout
    assert "all posts: before in 1.5 of 2 posts, 75 % (" in done.stdout
    assert "exposures a day: 0.75 before, 0 after" in done.stdout


def test_text_over_different_shares_is_one_kind_of_edit(place):
    done = exposure(place / "posts.csv", "--answers", place / "answers.jsonl")
    assert "variant text: 2 posts, engagement 3.5 (3–4) a post" in done.stdout.splitlines()


def test_a_verdict_that_rests_on_no_probability_counts_what_it_claims(place):
    odd = {**GOOD, "probability": None, "matches": [{**MATCH, "probability": 0.98}]}
    ignored = {**odd, "query": "two.png", "verdict": "novel", "matches": [{**MATCH, "claimed": False}]}
    answers = write_answers(place / "odd.jsonl", odd, ignored, {**GOOD, "query": "three.png", "matches": []})
    done = exposure(place / "posts.csv", "--answers", answers)
    assert "asset a: seen in 1 of 3 posts, engagement 3" in done.stdout.splitlines()


@pytest.mark.parametrize(
    ("arguments", "subject"),
    [((), ANY), (("--asset", "spring/a.jpg"), "asset spring/a.jpg"), (("--brand", "Acme"), "brand Acme")],
)
def test_whatever_is_named_is_compared_before_and_after_the_day(place, arguments, subject):
    write_table(place / "owners.csv", [{"asset": "spring/a.jpg", "campaign": "spring", "brand": "Acme"}])
    given = ("--answers", place / "answers.jsonl", "--catalogue", place / "owners.csv")
    done = exposure(place / "posts.csv", *given, "--day", "2026-03-03", *arguments, "--json")
    told = json.loads(done.stdout)["comparison"]
    assert told["subject"] == subject
    assert [(one["channel"], one["before"]["seen"], one["before"]["posts"]) for one in told["changes"]] == [
        ("", 1.5, 2),
        ("a", 1.5, 2),
        ("b", 0, 0),
    ]


def test_a_brand_of_the_catalogue_that_no_post_shows_was_seen_in_none(place):
    write_table(place / "owners.csv", [{"asset": "autumn/b.jpg", "brand": "Globex"}])
    given = ("--answers", place / "answers.jsonl", "--catalogue", place / "owners.csv")
    done = exposure(place / "posts.csv", *given, "--day", "2026-03-03", "--brand", "Globex")
    assert "all posts: before in 0 of 2 posts, 0 % (0–66 %)" in done.stdout


def test_odd_names_are_shown_as_they_are_written(place):
    (place / "one.png").rename(place / f"{ODD}.png")
    posts = write_table(place / "odd.csv", [{"post": f"{ODD}.png", "date": "2026-03-01", "channel": ODD}])
    match = {**MATCH, "asset": f"{ODD}/a.jpg", "edits": [{"kind": "mirrored"}]}
    answers = write_answers(place / "odd.jsonl", {**GOOD, "query": f"{ODD}.png", "matches": [match]})
    done = exposure(posts, "--answers", answers, "--output", place / "report")
    assert done.exit_code == 0, done.output
    assert not raw_in(place / "report")
    for line in (f"channel {SHOWN}: an asset seen", f"campaign {SHOWN}: seen", f"asset {SHOWN}/a.jpg: seen"):
        assert line in done.stdout


def test_dollars_in_names_are_drawn_as_they_are():
    drawn = {name: draw_bars({name: Interval(1, 0, 2)}, name) for name in ("a$\\frac$b", "a$b$")}
    assert all(data.startswith(b"\x89PNG") for data in drawn.values())


def test_a_post_without_answer_is_one_sentence(place):
    (place / "few.jsonl").write_text((place / "answers.jsonl").read_text().splitlines()[0])
    assert "two.png: there is no answer" in complaint(exposure(place / "posts.csv", "--answers", place / "few.jsonl"))


def test_answers_of_another_kind_are_one_sentence(place):
    done = exposure(place / "posts.csv", "--answers", place / "posts.csv")
    assert complaint(done).endswith(
        "posts.csv, line 1: is no JSON; wanted is what this prints: lineage query POSTS --json"
    )


def test_a_campaign_that_no_post_shows_is_one_sentence(place):
    arguments = ("--answers", place / "answers.jsonl", "--campaign", "winter", "--day", "2026-03-03")
    assert "winter: no post shows this campaign; there are spring" in complaint(
        exposure(place / "posts.csv", *arguments)
    )


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (("--days", 3), "--days belongs to a comparison; name its day with --day"),
        (("--campaign", "spring"), "--campaign is compared before and after a day; name it with --day"),
        (("--campaign", "x", "--asset", "y", "--day", "2026-03-03"), "one thing is compared at a time"),
        (("--label", "Acme", "--day", "2026-03-03"), "--label needs the model that gives labels"),
        (
            ("--answers", "answers.jsonl", "--store", "x"),
            "--answers are given, so no index is asked; leave --store out",
        ),
        (("--answers", "answers.jsonl", "--backbone", "x"), "so no index is asked; leave --backbone out"),
    ],
)
def test_a_flag_that_would_do_nothing_is_one_sentence(place, flags, sentence):
    assert sentence in complaint(exposure(place / "posts.csv", *flags))


def test_pictures_of_a_folder_of_posts_are_its_own(place):
    assert "leave --pictures out" in complaint(exposure(place, "--pictures", place))


def tell_threads(monkeypatch):
    """The threads in which the engine is asked, once two of them are at it."""
    from lineage.engine import Engine

    threads, query, both = set(), Engine.query, threading.Barrier(2, timeout=60)

    def asked(self, *arguments, **named):
        both.wait()
        threads.add(threading.get_ident())
        return query(self, *arguments, **named)

    monkeypatch.setattr(Engine, "query", asked)
    monkeypatch.setattr("lineage.cli.asking.at_once", lambda: 2)
    return threads


def test_posts_of_a_folder_are_asked_of_the_index_several_at_once(tmp_path, drawn, monkeypatch):
    backbone = tiny_backbone(tmp_path)
    for seed in range(5):
        file = tmp_path / "library" / "spring" / f"{seed}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(drawn(seed)).save(file)
    (tmp_path / "posts" / "feed").mkdir(parents=True)
    for name in ("copy.png", "again.png"):
        Image.fromarray(drawn(3)[20:220, 30:300]).save(tmp_path / "posts" / "feed" / name)
    place = ("--store", tmp_path / "index", "--backbone", backbone)
    assert CliRunner().invoke(app, ["index", *map(str, (tmp_path / "library", *place))]).exit_code == 0
    asked = tell_threads(monkeypatch)
    done = exposure(tmp_path / "posts", *place, "--json")
    assert len(asked) == 2
    counted = json.loads(done.stdout)["exposures"]
    assert counted["asset"][0]["name"] == "spring/3.png"
    assert (counted["campaign"][0]["name"], counted["channel"][0]["name"]) == ("spring", "feed")


def test_a_day_that_is_no_date_is_one_sentence(place):
    done = exposure(place / "posts.csv", "--campaign", "spring", "--day", "soon")
    assert complaint(done) == "--day soon: no date; write dates like 2026-05-31"


def test_a_folder_without_posts_is_one_sentence(tmp_path):
    assert complaint(exposure(tmp_path)).endswith("no pictures found")


@pytest.mark.slow
def test_the_sample_posts_are_counted_as_by_hand(tmp_path):
    """Posts 1, 2, 4 and 6 on instagram, 3 on x and 5 on tiktok are known; three of them in either week."""
    store = ("--store", str(tmp_path / "index"))
    assert CliRunner().invoke(app, ["index", str(SAMPLES / "library"), *store]).exit_code == 0
    counted = json.loads(exposure(SAMPLES / "posts.csv", *store, "--json").stdout)["exposures"]
    rounded = {key: {one["name"]: round(one["exposures"]["value"]) for one in counted[key]} for key in counted}
    assert rounded["channel"] == {"instagram": 4, "x": 1, "tiktok": 1}
    assert rounded["week"] == {"2026-05-04": 3, "2026-05-11": 3}
    shown = ("shoes/00240", "shirts/00255", "jackets/00232", "hats/01100", "trousers/00991", "knitwear/00344")
    assert {name for name, posts in rounded["asset"].items() if posts} == {f"{name}.jpg" for name in shown}
