"""Pictures of pictures: what was photographed at an angle, or lies plain in a frame, is located exactly."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from lineage.describe.keypoints import extract
from lineage.describe.post import post_features
from lineage.geometry import apply, corners, flip
from lineage.tell.edits import geometry_edits
from lineage.verify.align import align
from lineage.verify.locate import locate, recount
from lineage.verify.overlay import grey
from lineage.verify.refine import refine
from tests.conftest import SAMPLES, draw

SIDE = 800  # px, of the post
ASSETS = sorted((SAMPLES / "library").rglob("*.jpg"))


def read(file: Path):
    return np.array(Image.open(file).convert("RGB"))


def features(post):
    return post_features(post)


def seen_at(size, *, tilt, axis):
    """asset_to_post of a picture that is turned about an axis in its plane, in degrees, before a pinhole camera."""
    a, t = np.deg2rad((axis, tilt))
    along = np.array([np.cos(a), np.sin(a), 0])
    cross = np.array([(0, -along[2], along[1]), (along[2], 0, -along[0]), (-along[1], along[0], 0)])
    turn = np.eye(3) + np.sin(t) * cross + (1 - np.cos(t)) * cross @ cross
    middle = corners(size)[2] / 2
    points = np.column_stack([corners(size) - middle, np.zeros(4)]) @ turn.T
    seen = 0.5 + 0.62 * points[:, :2] * 1.6 / (1.6 + points[:, 2:])
    return cv2.getPerspectiveTransform(corners(size), seen.astype(np.float32)).astype(np.float64)


def photographed(asset, asset_to_post, *, seed):
    """The asset before other ground, a little blurred, under a gradient of light."""
    to_pixels = [np.array([(n, 0, -0.5), (0, n, -0.5), (0, 0, 1.0)]) for n in (SIDE, max(asset.shape[:2]))]
    map_ = to_pixels[0] @ asset_to_post @ np.linalg.inv(to_pixels[1])
    ground = draw(seed, width=SIDE, height=SIDE)
    post = cv2.warpPerspective(asset, map_, (SIDE, SIDE), dst=ground, borderMode=cv2.BORDER_TRANSPARENT)
    light = np.linspace(0.7, 1.1, SIDE)[:, None, None]
    return (cv2.GaussianBlur(post, (0, 0), 1.0) * light).clip(0, 255).astype(np.uint8)


def off(found, exact, size):
    """Distance of the farthest corner, as a share of the post's side."""
    return np.abs(apply(found, corners(size)) - apply(exact, corners(size))).max()


@pytest.mark.parametrize("axis", [0, 40, 90])
@pytest.mark.parametrize("tilt", [0, 30, 45, 60])
def test_a_tilted_picture_is_located_exactly_all_over(tilt, axis):
    asset = read(ASSETS[4])
    size = asset.shape[1], asset.shape[0]
    exact = seen_at(size, tilt=tilt, axis=axis)
    post = photographed(asset, exact, seed=7)
    located = locate(features(post), [extract(asset)])[0]
    assert located is not None
    found = refine(grey(post), grey(asset), located.asset_to_post)
    assert found is not None
    assert off(found, exact, size) < 0.006


def test_under_the_exact_map_more_features_agree():
    asset = read(ASSETS[4])
    size = asset.shape[1], asset.shape[0]
    exact = seen_at(size, tilt=50, axis=20)
    post = features(photographed(asset, exact, seed=8))
    right = recount(post, extract(asset), exact, asset_size=size)
    wrong = recount(post, extract(asset), seen_at(size, tilt=50, axis=60), asset_size=size)
    assert len(right.inliers) > 40 > len(wrong.inliers)


ON_A_TABLE = (
    ((0.30, 0.56), (0.70, 0.56), (0.85, 0.94), (0.15, 0.94)),
    ((0.40, 0.62), (0.72, 0.58), (0.97, 0.85), (0.45, 0.97)),
)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("seen", ON_A_TABLE)
def test_a_print_whose_horizon_lies_in_the_frame_is_laid_over_the_right_way_round(seen, mirrored):
    asset = read(ASSETS[4])
    size = asset.shape[1], asset.shape[0]
    exact = cv2.getPerspectiveTransform(corners(size), np.array(seen, np.float32)).astype(np.float64)
    exact = exact @ flip(size) if mirrored else exact
    assert (np.linalg.det(exact[:2, :2]) < 0) != (np.linalg.det(exact) < 0)
    post = photographed(asset, exact, seed=7)
    located = locate(features(post), [extract(asset)])[0]
    assert located is not None
    assert located.mirrored == mirrored
    counted = recount(features(post), extract(asset), exact, asset_size=size)
    assert (counted.mirrored, len(counted.inliers) > 40) == (mirrored, True)
    found = refine(grey(post), grey(asset), exact)
    assert found is not None
    assert off(found, exact, size) < 0.006


def test_a_print_whose_horizon_lies_in_the_frame_is_not_said_to_be_mirrored():
    asset = read(ASSETS[4])
    size = asset.shape[1], asset.shape[0]
    exact = cv2.getPerspectiveTransform(corners(size), np.array(ON_A_TABLE[0], np.float32)).astype(np.float64)
    found = align(features(photographed(asset, exact, seed=7)), extract(asset), asset_size=size)
    assert found is not None
    edits = geometry_edits(found, post_size=(SIDE, SIDE), asset_size=size, residual=None)
    assert "mirrored" not in {edit.kind for edit in edits}
    assert "perspective" in {edit.kind for edit in edits}
