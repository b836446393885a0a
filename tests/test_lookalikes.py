"""Pictures of one layout with other content: the same by seed, alike in layout, different in content."""

from __future__ import annotations

import csv
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from lineage.errors import UsageError
from lineage.manipulate.lookalikes import KINDS, differing_pixels, member
from lineage.manipulate.lookalikes.__main__ import table
from lineage.manipulate.lookalikes.content import Content
from lineage.manipulate.lookalikes.corpus import CorpusRecipe, Row, write_corpus
from lineage.manipulate.lookalikes.posts import write_posts
from lineage.records import Pixels


def photographs(count: int = 12) -> list[Pixels]:
    rngs = (np.random.default_rng(seed) for seed in range(count))
    return [np.asarray(cv2.resize(rng.integers(0, 256, (6, 5, 3), np.uint8), (200, 240)), np.uint8) for rng in rngs]


PHOTOGRAPHS = photographs()


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seeds_give_the_same_bytes(kind):
    first, second = (member(kind, layout=5, content=3, photographs=PHOTOGRAPHS) for _ in range(2))
    assert first.dtype == np.uint8
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_of_a_layout_have_one_size_and_differ_in_content(kind):
    for layout in (1, 2):
        siblings = [member(kind, layout=layout, content=c, photographs=PHOTOGRAPHS) for c in range(4)]
        assert len({picture.shape for picture in siblings}) == 1
        assert 300 * 0.95 <= max(siblings[0].shape) <= 1600 * 1.05
        assert all(differing_pixels(siblings[0], other).any() for other in siblings[1:])


@pytest.mark.parametrize("kind", KINDS)
def test_two_layouts_look_different(kind):
    first, second = (member(kind, layout=layout, content=0, photographs=PHOTOGRAPHS) for layout in (1, 2))
    small, other = (cv2.resize(picture, (24, 24), interpolation=cv2.INTER_AREA) for picture in (first, second))
    assert differing_pixels(small, other).mean() > 0.05


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_without_photographs(kind):
    assert member(kind, layout=3, content=1).shape[2] == 3


def test_most_of_a_layout_is_shared():
    shares = [
        differing_pixels(*(member(kind, layout=layout, content=c, photographs=PHOTOGRAPHS) for c in (0, 1))).mean()
        for kind in KINDS
        for layout in (1, 2)
    ]
    assert np.median(shares) < 0.3


def test_some_contents_differ_in_one_piece_and_some_in_all():
    def pieces(content: int) -> list[float]:
        one = Content("form", 4, content, (), ())
        return [one.own().uniform(0, 1)] + [one.also().uniform(0, 1) for _ in range(20)]

    first = pieces(0)
    changed = [sum(a != b for a, b in zip(first, pieces(c), strict=True)) for c in range(1, 40)]
    assert min(changed) == 1
    assert max(changed) == 21


def test_siblings_show_different_photographs():
    shown = [Content("advert", 9, c, PHOTOGRAPHS, ()).photograph().tobytes() for c in range(len(PHOTOGRAPHS))]
    assert len({*shown}) == len(PHOTOGRAPHS)


def test_one_thing_in_another_colour_keeps_its_ground():
    picture = np.full((200, 200, 3), (225, 220, 210), np.uint8)
    cv2.rectangle(picture, (60, 50), (140, 160), (40, 60, 170), -1)
    first, second = (member("colourway", layout=0, content=c, photographs=[picture]) for c in (0, 1))
    change = differing_pixels(first, second, least=8)
    high, wide = change.shape
    assert change[high * 2 // 5 : high * 3 // 5, wide * 2 // 5 : wide * 3 // 5].all()
    assert not change[: high // 6].any()


def test_no_photograph_of_a_withheld_picture_is_in_the_library(tmp_path):
    plain = [np.full((60, 60, 3), (k * 20, 255 - k * 20, 128), np.uint8) for k in range(12)]
    recipe = CorpusRecipe(kinds=["meme", "news"], layouts=2, siblings=(2, 2), withheld=2)
    rows = [*write_corpus(tmp_path, plain, recipe)]
    assert sum(row.in_library for row in rows) == len(rows) / 2 == 8

    def shown(*, in_library: int) -> set[int]:
        made = (np.array(Image.open(tmp_path / row.file)) for row in rows if row.in_library == in_library)
        near = [[(np.abs(p.astype(int) - q[0, 0]).max(2) <= 3).mean() > 0.05 for q in plain] for p in made]
        return {k for line in near for k, there in enumerate(line) if there}

    common = {3, 6, 9}
    assert not (shown(in_library=1) & shown(in_library=0)) - common


def test_the_documentation_lists_the_kinds():
    assert table() in (Path(__file__).parent.parent / "docs" / "evaluation.md").read_text(encoding="utf-8")


def test_an_unknown_kind_is_refused():
    with pytest.raises(UsageError, match="no kind of look-alike 'sparkle'"):
        member("sparkle", layout=0, content=0)


def test_the_command_writes_a_library_and_what_is_withheld(tmp_path):
    for number, picture in enumerate(PHOTOGRAPHS):
        Image.fromarray(picture).save(tmp_path / f"{number}.jpg")
    command = [sys.executable, "-m", "lineage.manipulate.lookalikes", str(tmp_path / "made")]
    options = ["--photographs", str(tmp_path), "--layouts", "2", "--siblings", "1-3", "--kinds", "advert,ticket"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=True)
    rows = [*csv.DictReader((tmp_path / "made" / "lookalikes.csv").read_text(encoding="utf-8").splitlines())]
    inside = sum(row["in_library"] == "1" for row in rows)
    assert f"{inside} pictures in the library, 8 withheld" in done.stdout
    for row in rows:
        file = tmp_path / "made" / row["file"]
        assert file.is_file()
        assert Path(row["file"]).parts[0] == ("library" if row["in_library"] == "1" else "withheld")
    layouts = {(row["kind"], row["layout"]) for row in rows if row["in_library"] == "1"}
    assert {(row["kind"], row["layout"]) for row in rows} == layouts


@pytest.fixture(scope="module")
def posts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    recipe = CorpusRecipe(kinds=["ticket", "bar_chart"], layouts=2, siblings=(2, 2), withheld=1)
    rows = [*write_corpus(folder, PHOTOGRAPHS, recipe)]
    return folder, rows, [*write_posts(folder, rows, count=2, seed=0)]


def test_posts_of_look_alikes_come_with_their_truth(posts):
    folder, rows, written = posts
    inside = {row.file for row in rows if row.in_library}
    assert {f"library/{post.asset}" for post in written if post.asset} <= inside
    assert all((folder / "posts" / post.post).is_file() for post in written)
    table = (folder / "posts.csv").read_text(encoding="utf-8").splitlines()
    assert [*csv.DictReader(table)] == [asdict(post) for post in written]


def test_each_layout_has_known_and_novel_posts(posts):
    _, rows, written = posts
    for group in {f"{row.kind}_{row.layout}" for row in rows}:
        assert {bool(post.asset) for post in written if post.group == group} == {True, False}


def test_a_withheld_picture_that_nobody_tells_from_the_library_makes_no_post(tmp_path):
    (tmp_path / "library").mkdir()
    (tmp_path / "withheld").mkdir()
    picture = member("ticket", layout=1, content=0, photographs=PHOTOGRAPHS)
    rows = [
        Row(file=f"{side}/ticket_1_{n}.png", kind="ticket", layout=1, content=n, in_library=int(side == "library"))
        for n, side in enumerate(("library", "withheld"))
    ]
    for row in rows:
        Image.fromarray(picture).save(tmp_path / row.file)
    assert all(post.asset for post in write_posts(tmp_path, rows, count=2, seed=0))


def test_the_command_writes_posts_when_asked(tmp_path):
    for number, picture in enumerate(PHOTOGRAPHS):
        Image.fromarray(picture).save(tmp_path / f"{number}.jpg")
    command = [sys.executable, "-m", "lineage.manipulate.lookalikes", str(tmp_path / "made")]
    options = ["--photographs", str(tmp_path), "--layouts", "1", "--kinds", "ticket", "--posts", "1"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=True)
    assert "1 posts of pictures in the library" in done.stdout
