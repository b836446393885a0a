"""A small picture in a crowded post, looked at by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from lineage.describe.views import views
from lineage.engine import Engine
from lineage.geometry import area
from lineage.read.images import decode
from lineage.records import Picture, Pixels
from lineage.settings import Settings
from lineage.verify.closer import is_small, of_post
from tests.conftest import draw
from tests.engines import engine_for_files

LIBRARY = sorted(Path("samples/library").glob("*/*.jpg"))
SMALL = {"00141.jpg", "01446.jpg"}
"""Too small at `SIDE` to be located among so much text."""
SIDE, LEFT, TOP = 150, 310, 220  # px
SIZE = 800, 600


def screenshot(picture: Pixels) -> Pixels:
    """A page full of words with a small picture on it."""
    chance, (width, height) = np.random.default_rng(1), SIZE
    post = np.full((height, width, 3), 245, np.uint8)
    for _ in range(1500):
        place = int(chance.integers(0, width - 20)), int(chance.integers(0, height - 10))
        word = "".join(chr(97 + letter) for letter in chance.integers(0, 26, 7))
        colour = tuple(int(level) for level in chance.integers(0, 160, 3))
        cv2.putText(post, word, place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, colour, 1, cv2.LINE_AA)
    small = reduced(picture)
    post[TOP : TOP + small.shape[0], LEFT : LEFT + small.shape[1]] = small
    return post


def reduced(picture: Pixels) -> Pixels:
    scale = SIDE / max(picture.shape)
    size = round(picture.shape[1] * scale), round(picture.shape[0] * scale)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def asked(post: Pixels) -> Picture:
    return Picture(post, post.shape[1], post.shape[0], "PNG")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with engine_for_files(LIBRARY, Settings()) as opened:
        yield opened


@pytest.fixture(scope="module", params=sorted(SMALL))
def source(request) -> Path:
    return next(file for file in LIBRARY if file.name == request.param)


@pytest.mark.slow
def test_a_small_picture_among_much_else_is_known_and_lies_where_it_lies(engine, source):
    picture = decode(source).pixels
    (claim,) = engine.query(asked(screenshot(picture)), name="screenshot").verdict.claims
    assert claim.asset.path == str(source)
    assert claim.evidence.candidate.view == "panel"
    alignment, (height, width) = claim.evidence.alignment, reduced(picture).shape[:2]
    region = np.array(alignment.region_in_post) * SIZE[0]
    np.testing.assert_allclose([region.min(0), region.max(0)], [(LEFT, TOP), (LEFT + width, TOP + height)], atol=4)
    assert alignment.post_covered == pytest.approx(width * height / np.prod(SIZE), rel=0.05)


@pytest.mark.slow
def test_without_a_closer_look_it_is_not_known(engine, source):
    post = asked(screenshot(decode(source).pixels))
    assert not engine.without({"closer"}).query(post, name="screenshot").verdict.claims


@pytest.mark.slow
def test_what_was_located_among_all_else_is_judged_there(engine):
    located = next(file for file in LIBRARY if file.name == "00034.jpg")
    post = asked(screenshot(decode(located).pixels))
    closer, plain = (one.query(post, name="screenshot").verdict for one in (engine, engine.without({"closer"})))
    assert plain.decision == "review"
    assert plain.matches[0].asset.path == str(located)
    assert closer.probability == plain.probability


@pytest.mark.slow
def test_what_is_done_to_a_small_picture_is_told_as_of_the_whole_post(engine, source):
    (claim,) = engine.query(asked(screenshot(decode(source).pixels)), name="screenshot").verdict.claims
    assert "placed" in {edit.kind for edit in claim.evidence.edits}


@pytest.mark.slow
def test_a_small_picture_of_a_stranger_is_not_known(engine):
    for seed in range(3):
        assert not engine.query(asked(screenshot(draw(seed + 70))), name="stranger").verdict.claims


def test_only_a_part_of_at_most_half_of_a_post_is_small():
    post = draw(3, width=800, height=600)
    whole = views(post)[0]
    size = (800.0, 600.0)
    assert not is_small(whole, size)
    assert is_small(replace(whole, view_to_post=np.diag([0.7, 0.7, 1.0])), size)
    assert not is_small(replace(whole, view_to_post=np.diag([0.72, 0.72, 1.0])), size)


@pytest.mark.slow
def test_what_was_found_in_a_part_lies_in_that_part_of_the_post(engine, source):
    picture = decode(source).pixels
    match = engine.query(asked(picture), name="alone").verdict.matches[0]
    pasted = ((0.1, 0.1), (0.3, 0.1), (0.3, 0.3), (0.1, 0.3))
    match = replace(match, evidence=replace(match.evidence, hidden=(pasted,)))
    part = replace(views(picture)[0], name="panel", view_to_post=np.array([(0.5, 0, 0.2), (0, 0.5, 0.1), (0, 0, 1.0)]))
    moved = of_post(match, part, (picture.shape[1], picture.shape[0])).evidence
    np.testing.assert_allclose(moved.hidden[0], 0.5 * np.array(pasted) + (0.2, 0.1))
    was, now = match.evidence.alignment, moved.alignment
    assert was is not None
    assert now is not None
    np.testing.assert_allclose(now.asset_to_post, part.view_to_post @ was.asset_to_post)
    np.testing.assert_allclose(now.region_in_post, 0.5 * np.array(was.region_in_post) + (0.2, 0.1))
    assert now.post_covered == pytest.approx(
        area(np.array(now.region_in_post)) * was.post_covered / area(np.array(was.region_in_post))
    )
    np.testing.assert_allclose(moved.candidate.start, part.view_to_post @ match.evidence.candidate.start)
