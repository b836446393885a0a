import numpy as np
import pytest

from lineage.geometry import (
    apply,
    area,
    corners,
    fit_affine,
    fit_homography,
    fit_similarity,
    flip,
    inside,
    invert,
    keeps_order,
    mirrors,
    overlap,
    strains,
    tangent,
    tangents,
)

SQUARE = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float64)
TILTED = np.array([(1.1, 0.1, 0.2), (-0.05, 0.9, 0.1), (0.2, 0.1, 1.0)])
POINTS = np.random.default_rng(0).random((30, 2))


def test_the_longer_side_of_a_frame_is_one():
    np.testing.assert_allclose(corners((300, 400)), [(0, 0), (0.75, 0), (0.75, 1), (0, 1)])


def test_flipping_twice_changes_nothing():
    np.testing.assert_allclose(flip((300, 400)) @ flip((300, 400)), np.eye(3))
    np.testing.assert_allclose(apply(flip((300, 400)), np.array([(0.7, 0.2)])), [(0.05, 0.2)])


def test_the_inverse_leads_back():
    np.testing.assert_allclose(apply(invert(TILTED), apply(TILTED, POINTS)), POINTS, atol=1e-12)


def test_a_map_mirrors_whatever_its_horizon():
    assert not mirrors(TILTED, SQUARE)
    assert mirrors(TILTED @ flip((1, 1)), SQUARE)
    assert mirrors(-TILTED @ flip((1, 1)), SQUARE)  # the same map
    assert not mirrors(TILTED, ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)))


def test_the_tangent_is_the_derivative():
    point, step = np.array((0.4, 0.6)), 1e-6
    columns = [
        (apply(TILTED, np.array([point + d])) - apply(TILTED, np.array([point])))[0] / step for d in np.eye(2) * step
    ]
    np.testing.assert_allclose(tangent(TILTED, point), np.transpose(columns), atol=1e-5)


@pytest.mark.parametrize(
    ("fit", "known"),
    [
        (fit_similarity, np.array([(0.6, -0.3, 0.2), (0.3, 0.6, 0.1), (0, 0, 1)])),
        (fit_affine, np.array([(0.6, 0.3, 0.2), (0.1, 0.9, 0.1), (0, 0, 1)])),
        (fit_homography, TILTED),
    ],
)
def test_a_fit_finds_the_map_that_made_the_points(fit, known):
    np.testing.assert_allclose(fit(POINTS, apply(known, POINTS)), known, atol=1e-6)


def test_points_on_a_line_have_no_homography_worth_keeping():
    line = np.c_[np.linspace(0, 1, 10), np.linspace(0, 1, 10)]
    found = fit_homography(line, line)
    assert found is None or not keeps_order(found, SQUARE) or np.allclose(apply(found, line), line, atol=1e-3)


def test_inside_does_not_care_which_way_round_a_polygon_goes():
    points = np.array([(0.5, 0.5), (1.5, 0.5)])
    assert inside(SQUARE, points).tolist() == inside(SQUARE[::-1], points).tolist() == [True, False]


@pytest.mark.parametrize("turn", [1, -1])
def test_overlap_of_shifted_squares_is_a_quarter(turn):
    assert area(overlap(SQUARE + 0.5, SQUARE[::turn])) == pytest.approx(0.25)


def test_overlap_survives_edges_that_all_but_coincide():
    rng = np.random.default_rng(1)
    for _ in range(200):
        assert area(overlap(SQUARE + rng.normal(0, 1e-6, (4, 2)), SQUARE)) == pytest.approx(1, abs=1e-4)


def test_polygons_apart_share_nothing():
    assert len(overlap(SQUARE + 2, SQUARE)) == 0
    assert area(overlap(SQUARE + 2, SQUARE)) == 0


@pytest.mark.parametrize("last", [1.0, 0.5, 2.0])
def test_an_affine_map_is_applied_as_any_other_is(last):
    scaled = np.array([(1.1, 0.1, 0.2), (-0.05, 0.9, 0.1), (0, 0, last)])
    mapped = np.c_[POINTS, np.ones(len(POINTS))] @ scaled.T
    np.testing.assert_allclose(apply(scaled, POINTS), mapped[:, :2] / last)
    np.testing.assert_allclose(tangents(scaled, POINTS[:1])[0], scaled[:2, :2] / last)


@pytest.mark.parametrize(
    "linear", [np.diag((2, 0.5)), np.array([(0.3, -2), (1, 0.4)]), np.ones((2, 2)), np.zeros((2, 2))]
)
def test_strains_are_singular_values_and_tell_what_mirrors(linear):
    for one, sign in ((linear, 1), (linear @ np.diag((-1, 1)), -1)):
        wide, narrow = np.linalg.svd(one, compute_uv=False)
        found = strains(np.block([[one, np.zeros((2, 1))], [np.eye(3)[2:]]]))
        np.testing.assert_allclose(found, (wide, sign * narrow), atol=1e-12)


def test_mirroring_folding_and_looking_from_behind_break_the_order():
    assert keeps_order(TILTED, SQUARE)
    assert not keeps_order(flip((1, 1)), SQUARE)
    assert not keeps_order(np.array([(1, 0, 0), (0, 1, 0), (-2, 0, 1.0)]), SQUARE)
