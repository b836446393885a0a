"""Suites: what they build has the truth it claims, and nothing right stands beside a post."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from eval.corpora.folder import read_folder, split
from eval.corpora.groups import folder_groups
from eval.corpora.regions import overlap, unit_rectangle
from eval.suites import SUITES
from eval.suites.material import Material, maker
from eval.suites.siblings import ABSENT, PRESENT
from lineage.manipulate import MANIPULATIONS


@pytest.fixture(scope="module")
def material(tmp_path_factory, drawn):
    """Twenty pictures in five groups of four, four of them held out."""
    root = tmp_path_factory.mktemp("library")
    for seed in range(20):
        (root / f"g{seed % 5}").mkdir(exist_ok=True)
        Image.fromarray(drawn(seed, width=160, height=120)).save(root / f"g{seed % 5}" / f"{seed}.png")
    folder = read_folder(root)
    known, held_out = split(folder.sources, seed=0)
    return Material(known, held_out, tuple(folder_groups(folder)), seed=0, made=root.parent / "made")


@pytest.mark.parametrize("name", SUITES)
def test_a_suite_builds_the_same_corpora_again(material, name):
    assert [corpus.digest for corpus in SUITES[name](material)] == [corpus.digest for corpus in SUITES[name](material)]


@pytest.mark.parametrize("name", SUITES)
def test_other_code_or_libraries_make_other_corpora(material, name, monkeypatch):
    before = SUITES[name](material)[0].digest
    monkeypatch.setattr("lineage.machine.provenance.version", lambda _: "of tomorrow")
    maker.cache_clear()
    assert SUITES[name](material)[0].digest != before
    maker.cache_clear()


@pytest.mark.parametrize("name", SUITES)
def test_names_of_posts_are_unique(material, name):
    for corpus in SUITES[name](material):
        assert len({post.name for post in corpus.posts}) == len(corpus.posts)


@pytest.mark.parametrize("name", SUITES)
def test_the_right_file_is_in_the_library_and_only_then_named(material, name):
    for corpus in SUITES[name](material):
        indexed = {source.sha256: source.asset for source in corpus.library}
        assert all(post.asset == indexed.get(post.recipe.split()[0]) for post in corpus.posts)


@pytest.mark.parametrize("name", SUITES)
def test_no_other_asset_stands_beside_the_sources(material, name):
    for corpus in SUITES[name](material):
        indexed = {source.sha256: source.asset for source in corpus.library}
        for post in corpus.posts:
            beside = {indexed[sha256] for sha256 in post.recipe.split()[3:] if sha256 in indexed}
            assert beside == {*post.others}


@pytest.mark.parametrize("name", SUITES)
def test_posts_render_alike_each_time(material, name):
    for post in SUITES[name](material)[0].posts[::97]:
        first, again = post.render(), post.render()
        assert np.array_equal(first.pixels, again.pixels)
        assert first.region == again.region


def test_copies_has_every_manipulation_at_three_strengths_within_its_budget(material):
    (corpus,) = SUITES["copies"](material)
    cells = {(post.track, post.strength) for post in corpus.posts}
    assert {track for track, _ in cells} == set(MANIPULATIONS)
    assert len(cells) == 3 * len(MANIPULATIONS)
    assert len(corpus.posts) <= 2000


def test_known_and_novel_posts_both_come_at_every_strength(material):
    (corpus,) = SUITES["copies"](material)
    known = {(post.track, post.strength) for post in corpus.posts if post.asset}
    novel = {(post.track, post.strength) for post in corpus.posts if not post.asset}
    assert known == novel


def test_sources_are_used_evenly(material):
    (corpus,) = SUITES["copies"](material)
    uses = np.unique([post.asset for post in corpus.posts if post.asset], return_counts=True)[1]
    assert len(uses) == len(material.known)
    assert uses.max() - uses.min() <= 1


def test_novel_has_no_known_posts(material):
    (corpus,) = SUITES["novel"](material)
    assert {post.asset for post in corpus.posts} == {None}


def test_half_of_the_sibling_posts_have_their_source_withheld_and_its_look_alikes_indexed(material):
    (corpus,) = SUITES["siblings"](material)
    indexed = {source.asset for source in corpus.library}
    assert {post.part: post.asset is not None for post in corpus.posts} == {PRESENT: True, ABSENT: False}
    sources = {source.sha256: source.asset for group in material.groups for source in group}
    withheld = {sources[post.recipe.split()[0]] for post in corpus.posts if post.part == ABSENT}
    assert len(withheld) == 3  # of every second of five groups
    for asset in withheld:
        group = asset.split("/")[0]
        assert asset not in indexed
        assert any(other.startswith(f"{group}/") for other in indexed)


def test_near_duplicates_of_a_withheld_picture_are_withheld_too(material):
    groups = material.groups
    alike = replace(material, duplicates=tuple(group[:2] for group in groups), groups=tuple(g[:2] for g in groups))
    (corpus,) = SUITES["siblings"](alike)
    indexed = set(corpus.library)
    assert sorted(len(indexed.intersection(group)) for group in alike.duplicates) == [0, 0, 0, 2, 2]


def test_scale_asks_a_small_library_once(material):
    assert [len(corpus.library) for corpus in SUITES["scale"](material)] == [16]


def test_scale_asks_the_same_posts_of_nested_libraries(material, monkeypatch):
    monkeypatch.setattr(sys.modules["eval.suites.scale"], "SMALLEST", 1)  # its name is the suite's in the package
    corpora = SUITES["scale"](material)
    assert [len(corpus.library) for corpus in corpora] == [1, 4, 16]
    assert all(corpus.posts == corpora[0].posts for corpus in corpora)
    for smaller, larger in pairwise(corpora):
        assert set(smaller.library) < set(larger.library)


def test_the_region_of_a_mirrored_post_is_all_of_it(material):
    (corpus,) = SUITES["copies"](material)
    post = next(post for post in corpus.posts if post.track == "mirror")
    rendered = post.render()
    whole = tuple(map(tuple, unit_rectangle(rendered.pixels.shape).tolist()))
    assert overlap(rendered.region, whole) == pytest.approx(1, abs=0.01)


def test_the_crop_ladder_keeps_what_its_name_says(material):
    (corpus,) = SUITES["crops"](material)
    for track, share in (("crop to 50%", 0.5), ("crop to 5%", 0.05)):
        posts = [post for post in corpus.posts if post.track == track][:10]
        areas = [np.prod(p.render().pixels.shape[:2]) / (160 * 120) for p in posts if len(p.render().region)]
        assert min(areas) == pytest.approx(share, rel=0.1)  # three in ten are blown up again


def test_every_tile_of_a_wall_is_another_file_of_the_library(material):
    (corpus,) = SUITES["collages"](material)
    for post in corpus.posts:
        assert len({*post.sources}) == int(post.track.split()[0])
        assert {*post.sources} <= {source.asset for source in corpus.library}
