"""The report shows what was found, whatever was found."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO, StringIO

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from eval.corpora.corpus import Corpus, Post, Rendered
from eval.corpora.folder import read_folder
from eval.report.markdown import markdown
from eval.report.pages import render_card
from eval.report.plots import draw_plots
from eval.report.tables import ablation_tables, lines, summary_tables, track_tables
from eval.report.write import write_report
from eval.scores.predictions import Claim, Header, Prediction
from eval.scores.results import score


@pytest.fixture
def corpus(library):
    pixels = np.asarray(Image.open(library / "spring" / "a.jpg"))
    posts = (Post("one.jpg", "crop", 0.5, "spring/a.jpg", "", lambda: Rendered(pixels)),)
    return Corpus("posts", read_folder(library).sources, posts)


@pytest.fixture
def results(corpus):
    """Of the product and a peer, on two parts of one known and one novel post each."""
    known, render = corpus.posts[0].asset, corpus.posts[0].render
    posts = [Post(f"{n}", "crop", 0.5, known if n % 2 else None, "", render, part="ab"[n // 2]) for n in range(4)]
    split = replace(corpus, posts=tuple(posts))
    claims = (Claim(known, 0.9, ((0, 0), (1, 0), (1, 1))),)
    product = [Prediction(one.name, "known" if one.asset else "novel", claims, {"search": 0.25}) for one in posts]
    peer = [Prediction(one.name, None, (Claim(known, 0.5),)) for one in posts]
    return [
        *score(split, Header("lineage", corpus.digest, {}, {}), product, seed=0),
        *score(split, Header("pdq", corpus.digest, {}, {}), peer, seed=0),
    ]


def test_markdown_has_a_line_for_each_part_and_the_whole_last(results):
    lines = markdown(results).splitlines()
    assert lines[0] == "## posts: 3 assets, 2 known and 2 novel posts"
    own = lines[2 : lines.index("", 2)]
    assert [line.split(" | ")[0] for line in own[2:]] == ["| a (2 posts)", "| b (2 posts)", "| all (4 posts)"]


def test_markdown_gives_every_figure_its_interval_and_the_ranking_at_the_prior(results):
    head, _, line, *_ = markdown(results).splitlines()[2:]
    cells = dict(zip(head.split(" | "), line.split(" | "), strict=True))
    assert cells["known, right"] == "1.000 (.000–1.000)"
    assert cells["µAP, 20% known"] == ".200 (.000–1.000)"
    assert cells["ms a post, p50 (p95) |"] == "250 (250) |"
    assert "region IoU" not in cells  # nobody knows where the asset lies in these posts


def test_markdown_compares_recognisers_part_by_part(results):
    *_, head, rule, product, peer = markdown(results).strip().splitlines()
    assert head == "| µAP · R@P90 · R1 | a (2 posts) | b (2 posts) | all (4 posts) |"
    assert rule == "| --- | --- | --- | --- |"
    assert product.startswith("| lineage | .500 · .000 · 1.000<br><sub>")
    assert peer.startswith("| pdq | .500 · .000 · 1.000<br><sub>")


def test_parts_left_out_stand_in_a_table_of_their_own(corpus):
    claims = (Claim(corpus.posts[0].asset, 0.9),)
    told = [Prediction("one.jpg", "known", claims, {"search": 0.25}, proposed=(corpus.posts[0].asset,))]
    headers = [Header("lineage", "", {}, {}), Header("without words", "", {"without": "words"}, {})]
    found = [result for header in headers for result in score(corpus, header, told, seed=0)]
    (whole,), (parts,) = summary_tables(found), ablation_tables(found)
    assert len(whole.columns) == 2
    assert [column.header for column in parts.columns][1:3] == ["among candidates", "µAP"]
    assert [*parts.columns[0].cells] == ["lineage", "without words"]
    *_, head, _, _, last = markdown(found).strip().splitlines()
    assert head.startswith("| among candidates · µAP · R@P90 · R1 | all (1 posts) |")
    assert last.startswith("| without words | 1.000 · 1.000 · 1.000 · 1.000<br>")


def test_stages_are_told_where_speed_is_asked_for(results):
    assert "  search" not in dict(lines(results[:1]))
    assert dict(lines([replace(results[0], corpus="speed")]))["  search"] == [("250", "(250)")]


def test_names_that_look_like_markup_are_shown_as_they_are(results):
    shown = StringIO()
    console = Console(file=shown, width=200)
    odd = replace(results[0], recogniser="onnx:[bold]a.onnx", corpus="posts [red]")
    for table in (*summary_tables([odd]), *track_tables([odd])):
        console.print(table)
    assert shown.getvalue().count("onnx:[bold]a.onnx") == 2
    assert shown.getvalue().count("posts [red]") == 2


def test_bars_in_names_do_not_shift_the_markdown(results):
    odd = [replace(row, recogniser="onnx:a|b", part=row.part and "one|two") for row in results[:3]]
    *_, rule, first, last = [line for line in markdown(odd).splitlines() if line][:5]
    assert rule.count("|") == first.replace("\\|", "").count("|") == last.replace("\\|", "").count("|")
    assert "one\\|two" in first
    assert "onnx:a\\|b" in markdown(odd)


def test_a_heat_map_has_a_column_for_each_strength_and_a_ladder_one(corpus):
    def drawn(cells):
        render = corpus.posts[0].render
        posts = [Post(f"{n}", track, strength, "a", "", render) for n, (track, strength) in enumerate(cells)]
        grid = replace(corpus, posts=tuple(posts))
        heat_map, *_ = draw_plots(score(grid, Header("pdq", "", {}, {}), [], seed=0))
        return Image.open(BytesIO(heat_map.png)).width

    chains = drawn([(track, strength) for track in ("3 steps", "4 steps") for strength in (0.2, 0.5, 0.8)])
    ladder = drawn([("crop to 50%", 0.2), ("crop to 20%", 0.5), ("crop to 5%", 1.0)])
    assert chains > ladder


def test_plots_of_names_that_look_alike_in_file_names_are_all_kept(results):
    alike = [replace(results[0], recogniser=name) for name in ("onnx:a/b.onnx", "onnx:a-b.onnx")]
    names = [plot.name for plot in draw_plots(alike)]
    assert len(set(names)) == len(names) == 4


@pytest.fixture
def growing(results):
    """One recogniser, the same posts, libraries of 1 and 6."""
    whole = results[0]
    return [replace(whole, corpus=f"scale/{size}", library=size) for size in (1, 6)]


def test_libraries_of_several_sizes_stand_side_by_side(growing):
    (table,) = summary_tables(growing)
    assert [column.header for column in table.columns] == ["", "1 asset", "6 assets"]
    assert markdown(growing).count("\n## ") == 0
    assert "\n| 1 asset | " in markdown(growing)


def test_recall_is_drawn_over_the_size_of_the_library(growing, results):
    plots = {plot.name: plot.title for plot in draw_plots([*growing, *results])}
    assert plots["scale.png"] == "scale · lineage"
    assert "scale.png" not in {plot.name for plot in draw_plots(results)}


def test_the_card_of_strangers_says_how_many_were_called_ours(corpus):
    strangers = tuple(replace(corpus.posts[0], name=str(n), asset=None) for n in range(3))
    answers = [Prediction(str(n), "known" if n else "novel", (Claim("x", 0.9),)) for n in range(3)]
    card = render_card(score(replace(corpus, posts=strangers), Header("lineage", "", {}, {}), answers, seed=0))
    assert "Of 3 posts of other pictures, 2 were called yours." in card
    assert "made from your assets" not in card


@pytest.mark.parametrize(
    ("strengths", "order"),
    [((0.2, 0.5), ["crop to 50%", "crop to 90%"]), ((0.5, 0.5), ["crop to 90%", "crop to 50%"])],
)
def test_the_card_keeps_the_steps_of_a_ladder_in_order_and_puts_what_is_found_first_elsewhere(corpus, strengths, order):
    render = corpus.posts[0].render
    rows = list(zip(("crop to 50%", "crop to 90%"), strengths, strict=True))
    posts = tuple(Post(f"{n}", *rows[n % 2], "a", "", render) for n in range(10))
    answers = [Prediction(post.name, "known", (Claim("a" if "90" in post.track else "b", 0.9),)) for post in posts]
    card = render_card(score(replace(corpus, posts=posts), Header("lineage", "", {}, {}), answers, seed=0))
    assert re.findall(r"crop to \d\d%", card) == order
    assert "Of 10 posts made from your assets, 50 % lead back to the right file." in card


def test_the_report_holds_the_markdown(results, corpus, tmp_path):
    known = Corpus("posts", corpus.library, tuple(replace(corpus.posts[0], name=str(n)) for n in range(4)))
    write_report(tmp_path, results, [known], command="", seed=0)
    assert (tmp_path / "report.md").read_text() == markdown(results)


def test_an_answer_that_the_library_does_not_have_is_told_without_a_picture(corpus, tmp_path):
    answers = [Prediction("one.jpg", "known", (Claim("elsewhere/b.jpg", 0.9),))]
    results = score(corpus, Header("lineage", corpus.digest, {}, {}), answers, seed=0)
    write_report(tmp_path, results, [corpus], command="", seed=0)
    page = (tmp_path / "report.html").read_text()
    assert "answer: elsewhere/b.jpg" in page
    assert "not in the library folder" in page
