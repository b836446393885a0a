"""The map of an asset into a post, for each kind of geometry, against the exact one by which the post was made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from lineage.engine import Engine
from lineage.geometry import apply as moved
from lineage.geometry import corners
from lineage.manipulate import apply
from lineage.manipulate.backdrop import backdrop
from lineage.manipulate.dose import Dose
from lineage.manipulate.maps import for_opencv, from_corners, size_of, to_unit
from lineage.manipulate.result import INPUT
from lineage.read.images import decode
from lineage.records import Map, Picture, Pixels
from lineage.settings import Settings
from tests.engines import engine_for_files

LIBRARY = Path("samples/library")
SHIRT, TROUSERS = LIBRARY / "shirts" / "00142.jpg", LIBRARY / "trousers" / "00830.jpg"
FRAME = (900, 700)
STEEP = {
    "on a table": ((0.30, 0.50), (0.62, 0.50), (0.80, 0.97), (0.12, 0.97)),
    "on a table, from its corner": ((0.40, 0.55), (0.68, 0.50), (0.97, 0.80), (0.50, 0.97)),
    "on a wall, going left": ((0.56, 0.34), (0.94, 0.20), (0.94, 0.80), (0.56, 0.66)),
    "on a wall, going right": ((0.06, 0.20), (0.44, 0.34), (0.44, 0.66), (0.06, 0.80)),
}
"""Corners of off-centre pictures, shares of the frame."""
EXACT = 0.01  # of the asset's longer side as the post shows it


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with engine_for_files(sorted(LIBRARY.glob("*/*.jpg")), Settings()) as opened:
        yield opened


def located(engine: Engine, post: Pixels, asset: Path) -> Map:
    """Where the best match lies, which must be this asset."""
    report = engine.query(Picture(post, post.shape[1], post.shape[0], "PNG"), name="post")
    evidence = report.verdict.matches[0].evidence
    assert evidence.asset.path == str(asset)
    assert evidence.alignment is not None
    return evidence.alignment.asset_to_post


def off(found: Map, exact: Map, size: tuple[int, int], *, part: float = 0.5) -> float:
    """How far the corners of the asset's inner half, or part, lie off, in longer sides of it as the post shows it."""
    frame = corners(size)
    inner, longest = frame * part + frame.mean(0) * (1 - part), np.ptp(moved(exact, frame), axis=0).max()
    return float(np.abs(moved(found, inner) - moved(exact, inner)).max() / longest)


def leant(pixels: Pixels, degrees: float) -> tuple[Pixels, Map]:
    """The picture on a wall, seen by a pinhole whose axis makes this angle with the wall's normal."""
    width, height = size_of(pixels)
    flat = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / (2 * max(width, height))
    across, along = flat.T
    depth = 1.8 + across * np.sin(np.deg2rad(degrees))
    seen = np.column_stack([across * np.cos(np.deg2rad(degrees)) / depth, along / depth])
    scale = 0.8 * min(np.array(FRAME) / np.ptp(seen, axis=0))
    map_ = from_corners((width, height), seen * scale + np.array(FRAME) / 2)
    canvas = backdrop(Dose(0.5, np.random.default_rng(3)), FRAME)
    canvas.warp(INPUT, pixels, map_)
    return canvas.step().pixels, to_unit(map_, (width, height), FRAME)


@pytest.mark.parametrize("degrees", [20, 40, 60])
def test_a_picture_seen_from_the_side_is_laid_over_exactly(engine, degrees):
    pixels = decode(SHIRT).pixels
    post, exact = leant(pixels, degrees)
    assert off(located(engine, post, SHIRT), exact, size_of(pixels)) < EXACT


@pytest.mark.parametrize("stretch", [(3.0, 1.0), (1.0, 3.0)])
def test_a_picture_stretched_threefold_is_laid_over_exactly(engine, stretch):
    pixels = decode(SHIRT).pixels
    size = size_of(pixels)
    wide, high = (round(edge * factor) for edge, factor in zip(size, stretch, strict=True))
    post = np.asarray(cv2.resize(pixels, (wide, high), interpolation=cv2.INTER_AREA), np.uint8)
    exact = to_unit(np.diag([wide / size[0], high / size[1], 1.0]), size, (wide, high))
    assert off(located(engine, post, SHIRT), exact, size, part=1.0) < EXACT


@pytest.mark.parametrize("seen", STEEP.values(), ids=STEEP)
def test_a_picture_whose_horizon_lies_in_the_frame_is_laid_over_exactly_up_to_its_corners(engine, seen):
    pixels = decode(SHIRT).pixels
    map_ = from_corners(size_of(pixels), np.array(seen) * FRAME)
    ground = backdrop(Dose(0.5, np.random.default_rng(3)), FRAME).pixels.copy()
    post = cv2.warpPerspective(pixels, for_opencv(map_), FRAME, dst=ground, borderMode=cv2.BORDER_TRANSPARENT)
    exact = to_unit(map_, size_of(pixels), FRAME)
    assert off(located(engine, np.asarray(post, np.uint8), SHIRT), exact, size_of(pixels), part=1.0) < EXACT


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_curved_page_is_laid_over_as_its_flat_form_would_be(engine, seed):
    pixels = decode(SHIRT).pixels
    post = apply("photo_of_page", pixels, strength=0.5, seed=seed)
    found = located(engine, post.pixels, SHIRT)
    assert off(found, post.original_to_result, size_of(pixels)) < EXACT + 0.025  # as far as `bent` moves a point


def test_a_plain_packshot_that_was_pasted_is_laid_over_exactly(engine):
    pixels = decode(TROUSERS).pixels
    post = apply("pad", pixels, strength=0.6, seed=4)
    assert off(located(engine, post.pixels, TROUSERS), post.original_to_result, size_of(pixels)) < EXACT
