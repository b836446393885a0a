"""Maps that are made exact by laying post and asset over each other."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lineage.geometry import apply, corners, flip, keeps_order, tangent
from lineage.verify.overlay import grey
from lineage.verify.refine import FARTHEST, grow, refine, resembles
from lineage.verify.residual import agreement
from tests.conftest import draw

SIZE = 320, 240
FRAME = corners(SIZE)
SIDE = 480  # px, of the post


def to_pixels(longer):
    """Unit frame → centres of pixels."""
    return np.array([(longer, 0, -0.5), (0, longer, -0.5), (0, 0, 1.0)])


def posted(asset, seed, *, mirrored=False):
    """A post that shows the asset at an angle, and its exact map."""
    rng = np.random.default_rng(seed)
    target = (0.25 + 0.5 * FRAME + rng.uniform(-0.06, 0.06, (4, 2))).astype(np.float32)
    asset_to_post = cv2.getPerspectiveTransform(FRAME, target).astype(np.float64)
    if mirrored:
        asset_to_post = asset_to_post @ flip(SIZE)
    pixels = to_pixels(SIDE) @ asset_to_post @ np.linalg.inv(to_pixels(320))
    ground = draw(seed + 100, width=SIDE, height=SIDE)
    shown = cv2.warpPerspective(asset, pixels, (SIDE, SIDE), dst=ground, borderMode=cv2.BORDER_TRANSPARENT)
    return np.asarray(shown, np.uint8), asset_to_post


def off(found, asset_to_post):
    """Distance of the farthest corner, as a share of the asset's longer side in the post."""
    return np.abs(apply(found, FRAME) - apply(asset_to_post, FRAME)).max() / 0.5


def shaken(asset_to_post, seed, *, by):
    rng = np.random.default_rng(seed)
    moved = apply(asset_to_post, FRAME) + 0.5 * by * rng.uniform(-1, 1, (4, 2))
    return cv2.getPerspectiveTransform(FRAME, moved.astype(np.float32)).astype(np.float64)


@pytest.mark.parametrize("seed", range(6))
def test_a_map_that_is_off_by_two_percent_is_made_exact(seed):
    asset = draw(seed)
    post, exact = posted(asset, seed)
    start = shaken(exact, seed, by=0.02)
    found = refine(grey(post), grey(asset), start)
    assert off(start, exact) > 0.01
    assert off(found, exact) < 0.002


def test_a_mirrored_map_is_made_exact():
    asset = draw(3)
    post, exact = posted(asset, 3, mirrored=True)
    found = refine(grey(post), grey(asset), shaken(exact, 3, by=0.015))
    assert off(found, exact) < 0.002


def test_a_sticker_does_not_pull_the_map_away():
    asset = draw(4)
    post, exact = posted(asset, 4)
    middle = apply(exact, np.array([(0.5, 0.4)]))[0] * SIDE
    cv2.circle(post, tuple(int(v) for v in middle), 55, (250, 220, 40), -1)
    found = refine(grey(post), grey(asset), shaken(exact, 4, by=0.015))
    assert off(found, exact) < 0.004


@pytest.mark.parametrize("seed", range(6))
def test_an_asset_that_lies_about_where_a_view_suggests_resembles_the_post(seed):
    asset = draw(seed)
    post, exact = posted(asset, seed)
    assert resembles(grey(post), grey(asset), shaken(exact, seed, by=0.05))


def test_an_asset_under_captions_resembles_the_post():
    asset = draw(4)
    post, exact = posted(asset, 4)
    (left, top), (right, bottom) = (apply(exact, FRAME) * SIDE).astype(int)[[0, 2]]
    cv2.rectangle(post, (left, top), (right, top + (bottom - top) // 4), (250, 220, 40), -1)
    assert resembles(grey(post), grey(asset), shaken(exact, 4, by=0.02))


@pytest.mark.parametrize("seed", range(6))
def test_neither_a_mirror_image_nor_another_picture_resembles_the_post(seed):
    post, exact = posted(draw(seed), seed)
    assert not resembles(grey(post), grey(draw(seed)), exact @ flip(SIZE))
    assert not resembles(grey(post), grey(draw(seed + 50)), exact)


def test_what_hardly_lies_in_the_post_is_left_alone():
    asset = draw(5)
    outside = np.array([(1, 0, 0.97), (0, 1, 0.97), (0, 0, 1.0)])
    assert refine(grey(asset), grey(asset), outside) is None


def test_a_map_that_runs_away_is_no_map():
    blank = np.full((240, 320), 200, np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, (240, 320), np.uint8)
    found = refine(noise, noise[::-1].copy(), np.eye(3))
    assert found is None or off(found, np.eye(3)) <= 2 * FARTHEST  # `off` is in halves
    assert refine(blank, blank, np.eye(3)) is not None  # nothing to see: nothing moves


LEANT = np.array([(0.1, 0.35), (0.9, 0.02), (0.9, 0.98), (0.1, 0.62)], np.float32)  # seen steeply


def test_a_contact_sheet_is_fitted_all_over_where_the_horizon_lies_in_the_post():
    sheet, size = draw(7, width=640, height=480), (800, 600)
    corners_in_post = np.array([(0.45, 0.15), (0.55, 0.15), (0.97, 0.74), (0.03, 0.74)], np.float32)
    exact = cv2.getPerspectiveTransform(corners((640, 480)), corners_in_post).astype(np.float64)
    post = cv2.warpPerspective(sheet, to_pixels(800) @ exact @ np.linalg.inv(to_pixels(640)), size)
    start = exact @ np.array([(1.01, 0, 0.008), (0, 1.012, -0.006), (0, 0, 1.0)])
    best, found = (agreement(grey(post), grey(sheet), one) for one in (exact, refine(grey(post), grey(sheet), start)))
    assert found > best - 0.02


PART = np.array([(0.1, 0.1), (0.35, 0.4)])  # of the asset, what features support


def leaning(asset):
    exact = cv2.getPerspectiveTransform(FRAME, LEANT).astype(np.float64)
    pixels = to_pixels(SIDE) @ exact @ np.linalg.inv(to_pixels(320))
    ground = draw(77, width=SIDE, height=SIDE)
    post = cv2.warpPerspective(asset, pixels, (SIDE, SIDE), dst=ground, borderMode=cv2.BORDER_TRANSPARENT)
    middle = PART.mean(0)
    start = np.eye(3)
    start[:2, :2] = tangent(exact, middle)
    start[:2, 2] = apply(exact, middle[None])[0] - start[:2, :2] @ middle
    return np.asarray(post, np.uint8), exact, start


@pytest.mark.parametrize("seed", range(4))
def test_a_map_that_is_right_in_one_part_grows_over_the_whole_picture(seed):
    asset = draw(seed)
    post, exact, start = leaning(asset)
    assert off(start, exact) > 0.3
    plain = refine(grey(post), grey(asset), start)
    assert plain is None or off(plain, exact) > 0.1
    found = grow(grey(post), grey(asset), start, PART)
    assert off(refine(grey(post), grey(asset), found), exact) < 0.01


def test_a_map_into_another_picture_does_not_grow():
    asset = draw(1)
    post, _, start = leaning(draw(2))
    found = grow(grey(post), grey(asset), start, PART)
    assert off(found, start) < 1  # in halves of the post: it stays about where it was


def test_growing_never_folds_an_asset():
    asset, blank = draw(1), np.full((480, 480), 128, np.uint8)
    _, _, start = leaning(asset)
    noise = np.random.default_rng(0).integers(0, 256, (480, 480), np.uint8)
    for post in (blank, noise, grey(draw(5, width=480, height=480))):
        found = grow(post, grey(asset), start, PART)
        assert keeps_order(found, FRAME) or np.allclose(found, start)
