"""The suite of other kinds: strips, films, artwork, templates … made from the pictures of a library."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from eval.corpora.folder import read_folder
from eval.suites import SUITES
from eval.suites.kinds import INDEXED, NOVEL, VIEWS
from eval.suites.kinds.catalogue import KINDS
from eval.suites.material import Material
from lineage.manipulate.dose import Dose
from lineage.read.images import decode

MADE = {kind.name: kind for kind in KINDS}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory, drawn):
    """With pictures enough for every kind."""
    root = tmp_path_factory.mktemp("kinds")
    (root / "library").mkdir()
    for seed in range(2 + sum(INDEXED * kind.takes for kind in KINDS) + 9):
        Image.fromarray(drawn(seed, width=80, height=60)).save(root / "library" / f"{seed}.png")
    sources = read_folder(root / "library").sources
    (made,) = SUITES["kinds"](Material(sources[:2], sources[2:], (), 0, root / "made"))
    return made


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_of_each_kind_some_are_indexed_and_some_are_not(corpus, kind):
    posts = [post for post in corpus.posts if post.track == kind.name]
    known = [post for post in posts if post.asset]
    assert len(known) == (INDEXED * VIEWS if kind.indexed else 0)
    assert len(posts) - len(known) == NOVEL + (INDEXED if kind.siblings else 0)


def test_assets_lie_beside_the_library_as_files_of_their_kind(corpus):
    made = {source.asset: source.path for source in corpus.library if " " in source.asset}
    assert len(made) == INDEXED * sum(kind.indexed for kind in KINDS)
    assert all(path.suffix == MADE[asset.split()[0]].suffix for asset, path in made.items())
    assert decode(made["film 0.gif"]).format == "GIF"


def test_what_novel_posts_show_is_part_of_nothing_indexed(corpus):
    inside = [{*post.recipe.split()[4:]} for post in corpus.posts if post.asset]
    outside = [{*post.recipe.split()[4:]} for post in corpus.posts if not post.asset and "other" not in post.name]
    assert not set().union(*inside) & set().union(*outside)


def test_no_picture_is_part_of_two_assets(corpus):
    assets = {post.asset: frozenset(post.recipe.split()[4:]) for post in corpus.posts if post.asset}
    assert sum(map(len, assets.values())) == len(set().union(*assets.values()))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_an_asset_is_drawn_alike_each_time_and_another_by_other_dice(kind, drawn):
    pictures = [drawn(seed, width=320, height=240) for seed in range(kind.takes)]
    first, again, other = (kind.draw(pictures, Dose(0.5, np.random.default_rng(seed))) for seed in (1, 1, 2))
    assert first.file == again.file
    assert kind.takes or first.file != other.file
    assert all(np.array_equal(*pair) for pair in zip(first.views, again.views, strict=True))


def test_a_template_with_other_content_is_another_picture(drawn):
    made = MADE["layout"].draw([drawn(1)], Dose(0.5, np.random.default_rng(0)))
    (shown,), (other,) = made.views, made.others
    assert shown.shape == other.shape
    assert not np.array_equal(shown, other)


def test_artwork_is_white_on_a_transparent_ground():
    file = MADE["artwork"].draw([], Dose(0.5, np.random.default_rng(0))).file
    pixels = decode(file).pixels
    assert {0, 255} <= set(np.unique(pixels).tolist())
