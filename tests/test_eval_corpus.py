"""Folders, tables and groups, the good ones and the bad ones."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from PIL import Image

from eval.corpora.corpus import Corpus
from eval.corpora.duplicates import near_duplicates
from eval.corpora.folder import read_folder, split
from eval.corpora.given import given_posts
from eval.corpora.groups import folder_groups, read_groups
from lineage.errors import UsageError


@pytest.fixture
def folder(library):
    """The library with a file that is no picture and a second copy of a picture."""
    (library / "spring" / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    shutil.copy(library / "spring" / "a.jpg", library / "spring" / "z.jpg")
    return library


def test_a_folder_is_read_with_names_below_its_root(folder):
    assert [source.asset for source in read_folder(folder).sources] == ["autumn/c.webp", "spring/a.jpg", "spring/b.png"]


def test_unreadable_files_are_reported_and_left_out(folder):
    assert list(read_folder(folder).unreadable) == ["spring/broken.jpg"]


def test_files_with_equal_bytes_are_one_source(folder):
    assert read_folder(folder).twins == {"spring/z.jpg": "spring/a.jpg"}


def test_a_drawn_sample_depends_on_the_seed_alone(library, drawn):
    for seed in range(10, 20):
        Image.fromarray(drawn(seed)).save(library / f"{seed}.png")
    first, again, other = (read_folder(library, limit=5, seed=seed).sources for seed in (1, 1, 2))
    assert len(first) == 5
    assert first == again != other


def test_the_rest_of_a_sample_is_known_by_name(library):
    folder = read_folder(library, limit=2)
    assert folder.undrawn | {source.asset for source in folder.sources} == {
        "autumn/c.webp",
        "spring/a.jpg",
        "spring/b.png",
    }


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(UsageError, match="holds no picture that can be read; an evaluation needs at least two"):
        read_folder(tmp_path)


def test_a_folder_of_broken_files_says_how_many(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"x")
    with pytest.raises(UsageError, match=r"holds no picture that can be read \(1 file is unreadable\)"):
        read_folder(tmp_path)


def test_a_single_picture_is_refused(tmp_path, drawn):
    Image.fromarray(drawn(0)).save(tmp_path / "a.png")
    shutil.copy(tmp_path / "a.png", tmp_path / "b.png")
    with pytest.raises(UsageError, match="holds only one picture"):
        read_folder(tmp_path)


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(UsageError, match="there is no such folder"):
        read_folder(tmp_path / "none")


def test_the_split_is_seeded_and_complete(folder):
    sources = read_folder(folder).sources
    known, held_out = split(sources, seed=3)
    assert (known, held_out) == split(sources, seed=3)
    assert sorted([*known, *held_out], key=lambda source: source.asset) == list(sources)
    assert len(held_out) == 1


def test_the_split_tears_no_group_apart(tmp_path, drawn):
    for seed in range(20):
        Image.fromarray(drawn(seed, width=64, height=48)).save(tmp_path / f"{seed:02d}.png")
    sources = read_folder(tmp_path).sources
    together = [sources[:3], sources[7:9]]
    for seed in range(10):
        known, held_out = split(sources, seed=seed, together=together)
        assert sorted([*known, *held_out], key=lambda source: source.asset) == list(sources)
        assert 4 <= len(held_out) <= 6
        assert all(set(group) <= set(known) or set(group) <= set(held_out) for group in together)


def test_a_library_that_shows_one_picture_only_is_refused(folder):
    sources = read_folder(folder).sources
    with pytest.raises(UsageError, match="all 3 pictures are nearly the same"):
        split(sources, seed=0, together=[sources])


def test_a_picture_in_other_sizes_and_formats_is_a_near_duplicate_and_a_look_alike_is_not(tmp_path, drawn):
    picture = Image.fromarray(drawn(1))
    picture.save(tmp_path / "a.tif")
    picture.resize((120, 90)).save(tmp_path / "a.jpg", quality=70)
    picture.convert("L").save(tmp_path / "a.png")
    picture.crop((0, 0, 260, 240)).save(tmp_path / "crop.png")
    for n in (2, 3):
        Image.fromarray(drawn(n)).save(tmp_path / f"b{n}.png")
        Image.new("RGB", (80, 60), (n, 200, 0)).save(tmp_path / f"flat{n}.png")
    (group,) = near_duplicates(read_folder(tmp_path).sources)
    assert [source.asset for source in group] == ["a.jpg", "a.png", "a.tif"]


def test_sub_folders_are_groups(folder):
    assert [[source.asset for source in group] for group in folder_groups(read_folder(folder))] == [
        ["spring/a.jpg", "spring/b.png"]
    ]


def test_a_table_names_groups_across_folders_and_by_second_copies(folder, tmp_path):
    table = tmp_path / "groups.csv"
    table.write_text("file,group\nspring/z.jpg,1\nautumn/c.webp,1\nspring/b.png,2\n")
    groups = read_groups(table, read_folder(folder))
    assert [[source.asset for source in group] for group in groups] == [["spring/a.jpg", "autumn/c.webp"]]


def test_groups_lose_the_files_that_a_sample_left_out(library, tmp_path):
    table = tmp_path / "groups.csv"
    table.write_text("file,group\nspring/a.jpg,1\nspring/b.png,1\nautumn/c.webp,1\n")
    sample = read_folder(library, limit=2)
    (group,) = read_groups(table, sample)
    assert set(group) == set(sample.sources)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("file,group\nspring/a.jpg\n", "line 2: has too few cells"),
        ("file,group\nspring/a.jpg,1\nnone.jpg,1\n", "1 of 2 files are not readable pictures of .*, first none.jpg"),
        ("file,group\nspring/broken.jpg,1\n", "first spring/broken.jpg"),
        ("file,shoot\nspring/a.jpg,1,too,many\n", "has no column 'group'; there are file, shoot"),
        ("file,group\n", "has no rows below its header"),
        ("file,group\nspring/a.jpg,1\nspring/b.png,2\n", "no two pictures share a group"),
    ],
)
def test_a_bad_group_table_is_one_sentence(folder, tmp_path, text, sentence):
    table = tmp_path / "groups.csv"
    table.write_text(text)
    with pytest.raises(UsageError, match=sentence):
        read_groups(table, read_folder(folder))


def test_a_table_that_is_not_there_or_not_text_is_refused(folder, tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_groups(tmp_path / "none.csv", read_folder(folder))
    with pytest.raises(UsageError, match="not a CSV file in UTF-8"):
        read_groups(folder / "spring" / "a.jpg", read_folder(folder))


@pytest.fixture
def posts(tmp_path, drawn):
    folder = tmp_path / "posts"
    folder.mkdir()
    for seed, name in ((0, "known.png"), (9, "novel.png")):
        Image.fromarray(drawn(seed)).save(folder / name)
    (tmp_path / "truth.csv").write_text("post,set,track,asset\nknown.png,one,crop,spring/z.jpg\nnovel.png,two,flip,\n")
    return folder


def test_given_posts_come_with_their_truth(folder, posts, tmp_path):
    corpus = given_posts(posts, tmp_path / "truth.csv", read_folder(folder))
    assert [(post.name, post.part, post.track, post.asset) for post in corpus.posts] == [
        ("known.png", "one", "crop", "spring/a.jpg"),
        ("novel.png", "two", "flip", None),
    ]
    assert corpus.posts[0].render().pixels.shape == (240, 320, 3)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("lost.png,,crop,", "first lost.png"),
        ("known.png,,crop,none.jpg", "first none.jpg"),
        ("known.png,,crop,\nknown.png,,flip,", "known.png stands in more than one row"),
        ("broken.jpg,,crop,", "1 of 1 posts cannot be read, first .*broken.jpg: "),
    ],
)
def test_a_bad_truth_table_is_one_sentence(folder, posts, tmp_path, row, sentence):
    (posts / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    (tmp_path / "truth.csv").write_text(f"post,set,track,asset\n{row}\n")
    with pytest.raises(UsageError, match=sentence):
        given_posts(posts, tmp_path / "truth.csv", read_folder(folder))


def test_the_digest_knows_the_bytes_of_library_and_posts(folder, posts, tmp_path, drawn):
    before = given_posts(posts, tmp_path / "truth.csv", read_folder(folder))
    Image.fromarray(drawn(5)).save(posts / "novel.png")
    after = given_posts(posts, tmp_path / "truth.csv", read_folder(folder))
    assert before.digest != after.digest
    assert before.library_digest == after.library_digest
    assert Corpus("x", before.library[:2], before.posts).digest != before.digest


def test_the_digest_of_given_posts_knows_what_decodes_them(folder, posts, tmp_path, monkeypatch):
    before = given_posts(posts, tmp_path / "truth.csv", read_folder(folder))
    monkeypatch.setattr("lineage.machine.provenance.version", lambda _: "of tomorrow")
    assert given_posts(posts, tmp_path / "truth.csv", read_folder(folder)).digest != before.digest


def test_sources_are_reduced_before_they_are_manipulated(tmp_path):
    for n in range(2):
        Image.fromarray(np.full((1000, 2000, 3), n, np.uint8)).save(tmp_path / f"{n}.png")
    assert read_folder(tmp_path).sources[0].pixels().shape == (540, 1080, 3)
