import cv2
import numpy as np
import pytest

from lineage.verify.residual import residual

SAME = np.eye(3)


def drawing(seed: int, height: int = 240, width: int = 320) -> np.ndarray:
    """Coloured shapes of all sizes."""
    rng = np.random.default_rng(seed)
    picture = np.full((height, width, 3), 128, np.uint8)
    for _ in range(150):
        centre = [int(value) for value in rng.integers(0, (width, height))]
        axes = [int(value) for value in rng.integers(3, 30, 2)]
        colour = [int(value) for value in rng.integers(0, 256, 3)]
        cv2.ellipse(picture, centre, axes, int(rng.integers(180)), 0, 360, colour, -1, cv2.LINE_AA)
    return picture


ASSET = drawing(1)


def recompressed(picture: np.ndarray) -> np.ndarray:
    coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 25])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


EDITS = {
    "none": lambda p: p,
    "recompressed": recompressed,
    "darker": lambda p: p // 3,
    "tinted": lambda p: (p * np.array([1, 0.7, 0.5])).astype(np.uint8),
    "blurred": lambda p: cv2.GaussianBlur(p, (0, 0), 1.5),
    "enlarged": lambda p: cv2.resize(p, None, fx=3.7, fy=3.7, interpolation=cv2.INTER_CUBIC),
    "reduced": lambda p: cv2.resize(p, None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_copy_agrees_whatever_was_done_to_all_of_it(edit):
    found = residual(EDITS[edit](ASSET), ASSET, SAME)
    assert found is not None
    assert found.correlation > 0.8
    assert found.agreeing > 0.9
    assert found.disagreeing < 0.05


def test_a_stranger_disagrees():
    found = residual(drawing(2), ASSET, SAME)
    assert found is not None
    assert abs(found.correlation) < 0.2
    assert found.disagreeing > 0.4


def test_a_sibling_disagrees_where_the_shots_differ():
    sibling = ASSET.copy()
    sibling[80:160, 160:320] = drawing(2)[80:160, 160:320]
    found = residual(sibling, ASSET, SAME)
    assert found is not None
    rows, columns = found.cells.shape
    differs = np.zeros((rows, columns), bool)
    differs[rows // 3 + 1 : 2 * rows // 3 - 1, columns // 2 + 1 :] = True
    assert np.nanmean(found.cells[differs]) < 0.3
    assert np.nanmean(found.cells[: rows // 3 - 1]) > 0.9


def test_an_overlay_is_not_held_against_a_copy():
    covered = ASSET.copy()
    covered[:60] = drawing(3)[:60]
    found = residual(covered, ASSET, SAME)
    assert found is not None
    assert found.trimmed > 0.9 > found.correlation


def test_only_what_is_visible_counts():
    asset_to_post = np.array([(2.0, 0, -1.0), (0, 2.0, 0), (0, 0, 1)])  # the right upper quarter, enlarged
    post = cv2.resize(ASSET[:120, 160:], (320, 240), interpolation=cv2.INTER_CUBIC)
    found = residual(np.asarray(post, np.uint8), ASSET, asset_to_post)
    assert found is not None
    assert found.correlation > 0.8
    rows, columns = found.cells.shape
    assert np.isnan(found.cells[:, : columns // 2]).all()
    assert np.isnan(found.cells[rows // 2 + 1 :]).all()


def test_a_mirrored_post_is_laid_back_by_the_map():
    mirrored = np.array([(-1.0, 0, 1.0), (0, 1.0, 0), (0, 0, 1)])
    found = residual(np.ascontiguousarray(ASSET[:, ::-1]), ASSET, mirrored)
    assert found is not None
    assert found.correlation > 0.95


def test_a_projective_map_is_followed():
    asset_to_post = np.array([(0.9, 0.05, 0.02), (0.03, 0.8, 0.05), (0.1, 0.15, 1)])
    pixels = np.diag([320.0, 320, 1]) @ asset_to_post @ np.diag([1 / 320, 1 / 320, 1])
    found = residual(np.asarray(cv2.warpPerspective(ASSET, pixels, (320, 240)), np.uint8), ASSET, asset_to_post)
    assert found is not None
    assert found.correlation > 0.8


def test_flat_pictures_say_nothing():
    assert residual(np.full((200, 300, 3), 255, np.uint8), np.full((240, 320, 3), 250, np.uint8), SAME) is None


def test_a_sliver_of_the_asset_says_nothing():
    assert residual(ASSET, ASSET, np.array([(1, 0, 0.97), (0, 1, 0), (0, 0, 1.0)])) is None


@pytest.mark.parametrize("edit", EDITS)
def test_nothing_has_moved_in_a_copy(edit):
    found = residual(EDITS[edit](ASSET), ASSET, SAME)
    assert found is not None
    assert found.moved < 0.4 / 256


def test_what_has_moved_by_a_pixel_is_told():
    moved = residual(np.roll(ASSET, 1, axis=1), ASSET, SAME)
    assert moved is not None
    assert moved.moved == pytest.approx(1 / 320, rel=0.3)


def test_where_nothing_is_shown_it_is_said_to_have_moved():
    found = residual(drawing(2), ASSET, SAME)
    assert found is not None
    assert found.moved > 0.8 / 256
