from dataclasses import replace

import cv2
import numpy as np
import pytest

from lineage.describe.keypoints import extract
from lineage.describe.post import PostFeatures, both_ways
from lineage.geometry import apply, corners, mirrors
from lineage.records import Keypoints
from lineage.verify.align import align, align_all
from lineage.verify.locate import MIN_INLIERS, Locator, _unlike

SIZE = (400, 300)
FRAME = corners(SIZE)


def drawing(seed: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Coloured shapes of all sizes."""
    rng = np.random.default_rng(seed)
    picture = np.full((size[1], size[0], 3), 128, np.uint8)
    for _ in range(150):
        centre = [int(value) for value in rng.integers(0, size)]
        axes = [int(value) for value in rng.integers(3, 40, 2)]
        colour = [int(value) for value in rng.integers(0, 256, 3)]
        cv2.ellipse(picture, centre, axes, int(rng.integers(180)), 0, 360, colour, -1, cv2.LINE_AA)
    return picture


def features(picture: np.ndarray) -> PostFeatures:
    height, width = picture.shape[:2]
    return both_ways(extract(picture, limit=800, side=800), (width, height))


def warped(asset: np.ndarray, asset_to_post: np.ndarray, size: tuple[int, int] = (500, 400)) -> np.ndarray:
    """The asset laid on a blurred backdrop by a px → px map, anti-aliased."""
    backdrop = cv2.GaussianBlur(drawing(99, size), (0, 0), 15)
    fine = np.diag([4.0, 4.0, 1.0]) @ asset_to_post
    large = cv2.resize(backdrop, None, fx=4, fy=4)
    cv2.warpPerspective(asset, fine, (size[0] * 4, size[1] * 4), large, borderMode=cv2.BORDER_TRANSPARENT)
    return np.asarray(cv2.resize(large, size, interpolation=cv2.INTER_AREA), np.uint8)


def unit(asset_to_post: np.ndarray, size: tuple[int, int] = (500, 400)) -> np.ndarray:
    """The same px → px map between unit frames; pixel centres lie half a pixel inside."""
    asset = np.array([(SIZE[0], 0, -0.5), (0, SIZE[0], -0.5), (0, 0, 1)])
    post = np.array([(1, 0, 0.5), (0, 1, 0.5), (0, 0, max(size))])
    return post @ asset_to_post @ asset


ANGLE = np.deg2rad(25)
MAPS = {
    "smaller": np.array([(0.4, 0, 60), (0, 0.4, 200), (0, 0, 1.0)]),
    "larger": np.array([(2.0, 0, -200), (0, 2.0, -150), (0, 0, 1.0)]),
    "turned": np.array([(np.cos(ANGLE), -np.sin(ANGLE), 130), (np.sin(ANGLE), np.cos(ANGLE), 20), (0, 0, 1.0)]),
    "stretched": np.array([(1.2, 0, 10), (0, 0.8, 60), (0, 0, 1.0)]),
    "tilted": np.array([(1.1, 0.1, 5), (0.05, 1.0, 20), (0.0004, 0.0003, 1.0)]),
    "mirrored": np.array([(-0.9, 0, 420), (0, 0.9, 40), (0, 0, 1.0)]),
}


@pytest.fixture(scope="module")
def asset() -> Keypoints:
    return extract(drawing(1))


@pytest.fixture(scope="module")
def post() -> PostFeatures:
    return features(warped(drawing(1), MAPS["turned"]))


@pytest.mark.parametrize("name", MAPS)
def test_the_map_is_found(asset, name):
    found = align(features(warped(drawing(1), MAPS[name])), asset, asset_size=SIZE)
    assert found is not None
    middle = FRAME * 0.5 + FRAME.mean(0) * 0.5  # corners of the asset's inner half, which every map shows
    np.testing.assert_allclose(
        apply(found.asset_to_post, middle), apply(unit(MAPS[name]), middle), atol=0.006, err_msg=name
    )
    assert mirrors(found.asset_to_post, found.region_in_asset) == (name == "mirrored")


def test_parts_that_moved_against_each_other_are_told_by_the_error(asset):
    picture = drawing(1)
    copy = warped(picture, np.diag([1.2, 1.2, 1.0]), (480, 360))
    moved = np.vstack([copy[:180], np.roll(copy[180:], 5, axis=1)])
    found = [align(features(post), asset, asset_size=SIZE) for post in (copy, moved)]
    still, apart = (one.error for one in found if one)
    assert still < 0.25
    assert apart > still + 0.1


def test_an_unrelated_picture_has_no_map(post):
    assert align(post, extract(drawing(2)), asset_size=SIZE) is None


def test_shares_and_regions_follow_the_map(asset):
    found = align(features(drawing(1)[:, 200:]), asset, asset_size=SIZE)
    assert found is not None
    assert found.asset_seen == pytest.approx(0.5, abs=0.02)
    assert found.post_covered == pytest.approx(1, abs=0.02)
    region = np.array(found.region_in_asset)
    np.testing.assert_allclose((region.min(0), region.max(0)), [(0.5, 0), (1, 0.75)], atol=0.01)
    visible = (asset.positions[:, 0] > 0.5).sum()
    assert found.expected == pytest.approx(visible, rel=0.05)
    assert found.inliers <= found.expected


def test_spread_tells_a_shared_logo_from_a_shared_picture(asset):
    stranger = drawing(5)
    stranger[20:120, 20:150] = drawing(1)[20:120, 20:150]
    whole = align(features(drawing(1)), asset, asset_size=SIZE)
    logo = align(features(stranger), asset, asset_size=SIZE)
    assert whole is not None
    assert logo is not None
    assert logo.spread < 0.5
    assert whole.spread > 0.9


def test_no_feature_counts_twice(asset):
    twice = Keypoints(*(np.concatenate([getattr(asset, name)] * 2) for name in Keypoints.__slots__))
    post = features(drawing(1))
    once, doubled = (align(post, keypoints, asset_size=SIZE) for keypoints in (asset, twice))
    assert once is not None
    assert doubled is None or doubled.inliers <= once.inliers


def test_a_collage_is_taken_apart_one_asset_after_the_other(asset):
    other = extract(drawing(2))
    post = features(np.hstack([drawing(1), drawing(2)]))
    first = align(post, asset, asset_size=SIZE)
    assert first is not None
    rest = post.without(first.region_in_post)
    assert align(rest, asset, asset_size=SIZE) is None
    second = align(rest, other, asset_size=SIZE)
    assert second is not None
    assert np.array(second.region_in_post)[:, 0].min() == pytest.approx(0.5, abs=0.01)


def test_a_feature_on_the_border_of_a_panel_goes_from_both_sides_or_from_none():
    post = features(drawing(1))
    for x in post.unmirrored.positions[:40, 0].tolist():
        rest = post.without(((0.0, 0.0), (x, 0.0), (x, 1.0), (0.0, 1.0)))
        np.testing.assert_allclose(rest.unmirrored.positions[:, 1], rest.mirrored.positions[:, 1])


def test_a_mirrored_panel_is_taken_away_too(asset):
    post = features(np.hstack([np.ascontiguousarray(drawing(1)[:, ::-1]), drawing(2)]))
    first = align(post, asset, asset_size=SIZE)
    assert first is not None
    assert mirrors(first.asset_to_post, first.region_in_asset)
    assert align(post.without(first.region_in_post), asset, asset_size=SIZE) is None


def test_candidates_share_what_they_both_explain(post, asset):
    alone = align_all(post, [asset], asset_sizes=[SIZE])[0]
    twins = align_all(post, [asset, extract(drawing(2)), asset], asset_sizes=[SIZE] * 3)
    assert alone is not None
    assert alone.weight == pytest.approx(alone.inliers)
    assert twins[1] is None
    assert [twin and twin.weight for twin in (twins[0], twins[2])] == pytest.approx([alone.inliers / 2] * 2)


def test_the_better_candidate_gets_the_larger_share(asset):
    sibling = drawing(1)
    sibling[100:200, 150:280] = drawing(3)[100:200, 150:280]
    right, wrong = align_all(features(drawing(1)), [asset, extract(sibling)], asset_sizes=[SIZE] * 2)
    assert right is not None
    assert wrong is not None
    assert wrong.weight < 0.7 * right.weight


def test_a_map_that_no_edit_makes_is_refused(asset):
    flattened = np.array([(1.2, 0, 0), (0, 0.2, 100), (0, 0, 1.0)])
    found = align(features(warped(drawing(1), flattened)), asset, asset_size=SIZE)
    assert found is None or found.inliers < 2 * MIN_INLIERS


def test_nothing_matches_nothing(post, asset):
    empty = Keypoints(*(getattr(asset, name)[:0] for name in Keypoints.__slots__))
    assert align(post, empty, asset_size=SIZE) is None
    assert align(replace(post, unmirrored=empty, mirrored=empty), asset, asset_size=SIZE) is None
    assert align_all(post, [], asset_sizes=[]) == []


def test_an_asset_in_a_tile_is_seen_through_it():
    # Two tiles side by side, each with the left half of its picture.
    wall = np.hstack([drawing(1)[:, :200], drawing(2)[:, :200]])
    left = np.array([(0, 0), (0.5, 0), (0.5, 0.75), (0, 0.75)])
    post = replace(features(wall), windows=(left,))
    without, within = (align(one, extract(drawing(1)), asset_size=SIZE) for one in (replace(post, windows=()), post))
    assert without
    assert within
    assert without.asset_seen == pytest.approx(1, abs=0.01)
    assert within.asset_seen == pytest.approx(0.5, abs=0.01)
    assert within.expected < 0.7 * without.expected


def test_what_agrees_is_counted_among_what_could(asset):
    wall = np.hstack([drawing(1)[:, :200], drawing(2)[:, :200]])
    close = np.array([(0, 0), (0.48, 0), (0.48, 0.75), (0, 0.75)])  # a border of the tile was found a little inside
    found = align(replace(features(wall), windows=(close,)), asset, asset_size=SIZE)
    assert found
    assert found.agreeing < found.inliers
    outside = asset.positions[:, 0] > 0.485
    assert found.agreeing <= found.expected <= (~outside).sum()


@pytest.mark.parametrize(("width", "seen"), [(200, 0.5), (50, 1.0)], ids=["half", "too little"])
def test_an_asset_is_seen_through_what_plain_borders_leave_where_that_is_enough(width, seen):
    post = np.full((300, 400, 3), 250, np.uint8)
    post[:, :width] = drawing(1)[:, :width]
    left = np.array([(0, 0), (width / 400, 0), (width / 400, 0.75), (0, 0.75)])
    found = align(replace(features(post), bordered=(left,)), extract(drawing(1)), asset_size=SIZE)
    assert found
    assert found.asset_seen == pytest.approx(seen, abs=0.02)


def test_plain_ground_outside_of_a_window_is_seen_all_the_same():
    product = np.full((300, 400, 3), 250, np.uint8)
    product[60:240, 100:300] = drawing(3)[60:240, 100:300]
    box = np.array([(0.25, 0.15), (0.75, 0.15), (0.75, 0.6), (0.25, 0.6)])
    found = align(replace(features(product), windows=(box,)), extract(product), asset_size=SIZE)
    assert found
    assert found.asset_seen == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    ("size", "common", "chosen"), [(30, 21, [0, 1]), (30, 22, [0]), (90, 62, [0, 1]), (90, 63, [0])]
)
def test_a_set_of_matches_much_like_a_better_one_is_passed_over(size, common, chosen):
    """As double precision has it, by which 0.7 · 90 is a little less than 63."""
    members = np.arange(200)
    assert _unlike(np.array([members < 100, (members >= 100 - common) & (members < 100 - common + size)])) == chosen


def test_an_asset_is_looked_for_once_in_a_post():
    locator, asset = Locator(features(drawing(1))), extract(drawing(1))
    (first,) = locator.locate({"same": asset})
    (again, _) = locator.locate({"same": asset, "other": extract(drawing(2))})
    assert first is not None
    assert again is first


def test_an_asset_is_found_alike_alone_and_among_others():
    post, assets = features(drawing(1)), {str(seed): extract(drawing(seed)) for seed in (2, 1, 3)}
    (alone,) = Locator(post).locate({"1": assets["1"]})
    _, among, _ = Locator(post).locate(assets)
    assert alone is not None
    assert among is not None
    np.testing.assert_array_equal(alone.asset_to_post, among.asset_to_post)
    assert len(alone.inliers) == len(among.inliers)
