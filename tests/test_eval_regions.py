"""Regions worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from eval.corpora.regions import overlap, shown_region, unit_rectangle

SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def moved(polygon, x, y):
    return tuple((a + x, b + y) for a, b in polygon)


def test_the_unit_frame_ends_at_one_on_the_longer_side():
    assert unit_rectangle((200, 400, 3)).tolist() == [[0, 0], [1, 0], [1, 0.5], [0, 0.5]]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (SQUARE, 1.0),
        (SQUARE[::-1], 1.0),
        (moved(SQUARE, 0.5, 0), 1 / 3),
        (moved(SQUARE, 0.5, 0.5), 1 / 7),
        (moved(SQUARE, 2, 0), 0.0),
        (((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)), 1 / 4),
        ((), 0.0),
        (((0.0, 0.0), (1.0, 1.0)), 0.0),
    ],
)
def test_overlap_is_intersection_over_union(other, expected):
    assert overlap(SQUARE, other) == pytest.approx(expected, abs=1e-4)
    assert overlap(other, SQUARE) == pytest.approx(expected, abs=1e-4)


def test_frames_that_all_but_coincide_overlap_almost_wholly():
    rng = np.random.default_rng(0)
    for _ in range(200):
        other = [tuple(point) for point in np.array(SQUARE) + rng.normal(0, 1e-4, (4, 2))]
        assert overlap(SQUARE, other) > 0.998


def test_a_crop_fills_the_post():
    # The right half of a 400 × 400 picture: a post of 200 × 400, whose unit is the height.
    right_half = np.array([[1, 0, -0.5], [0, 1, 0], [0, 0, 1.0]])
    region = shown_region(right_half, (400, 400), (400, 200))
    assert overlap(region, ((0, 0), (0.5, 0), (0.5, 1), (0, 1))) == pytest.approx(1, abs=1e-4)


def test_a_picture_beside_others_fills_its_place():
    quarter = np.diag([0.5, 0.5, 1.0])
    region = shown_region(quarter, (300, 300), (300, 300))
    assert overlap(region, ((0, 0), (0.5, 0), (0.5, 0.5), (0, 0.5))) == pytest.approx(1, abs=1e-4)


def test_what_lies_outside_or_beyond_the_horizon_has_no_region():
    away = np.array([[1, 0, 3.0], [0, 1, 0], [0, 0, 1]])
    horizon = np.array([[1, 0, 0], [0, 1, 0], [-2.0, 0, 1]])
    assert shown_region(away, (10, 10), (10, 10)) == ()
    assert shown_region(horizon, (10, 10), (10, 10)) == ()
