import cv2
import numpy as np
import pytest
from PIL import Image

from lineage.geometry import apply, area, corners, flip, overlap
from lineage.records import Alignment, Residual, Restoration
from lineage.tell.edits import colour_edits, foreign_edits, geometry_edits
from lineage.verify.residual import residual
from tests.command import call
from tests.conftest import SAMPLES

ASSET, POST = (400, 300), (500, 500)


def turned(degrees):
    cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return np.array([(cos, -sin, 0), (sin, cos, 0), (0, 0, 1)])


def moved(x, y):
    return np.array([(1, 0, x), (0, 1, y), (0, 0, 1.0)])


def scaled(x, y):
    return np.diag([x, y, 1.0])


def centred(linear):
    """The map that does this around the asset's middle and puts it into the post's middle."""
    return moved(0.5, 0.5) @ linear @ moved(-0.5, -0.375)


def alignment(asset_to_post, *, inliers=60):
    in_post = overlap(apply(asset_to_post, corners(ASSET)), corners(POST))
    in_asset = apply(np.linalg.inv(asset_to_post), in_post)
    return Alignment(
        asset_to_post=asset_to_post,
        inliers=inliers,
        spread=1.0,
        expected=100,
        asset_seen=min(1.0, area(in_asset) / area(corners(ASSET))),
        post_covered=min(1.0, area(in_post) / area(corners(POST))),
        region_in_post=tuple(map(tuple, in_post.tolist())),
        region_in_asset=tuple(map(tuple, in_asset.tolist())),
    )


def edits(asset_to_post, *, inliers=60, residual=None):
    found = geometry_edits(
        alignment(asset_to_post, inliers=inliers), post_size=POST, asset_size=ASSET, residual=residual
    )
    return {edit.label: edit for edit in found}


def test_a_plain_copy_has_no_edits():
    frame = tuple(map(tuple, corners(ASSET).tolist()))
    same = geometry_edits(
        Alignment(np.eye(3), 80, 1.0, 90, 1.0, 1.0, frame, frame),
        post_size=ASSET,
        asset_size=ASSET,
        residual=Residual(0.95, 0.97, 0.98, 0.01, np.ones((12, 16), np.float32)),
    )
    assert same == ()


def test_a_crop_says_how_much_is_left():
    found = edits(moved(-0.5, -0.25) @ scaled(2, 2))  # half of the width, two thirds of the height
    assert found["shows 33 % of the asset"].action == "c2pa.cropped"
    assert found["scaled to 250 % of the asset's size"].amount == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("degrees", "label"),
    [(12, "rotated 12° clockwise"), (-30, "rotated 30° counterclockwise"), (90, "rotated 90° clockwise")],
)
def test_a_rotation_says_degrees_and_direction(degrees, label):
    edit = edits(centred(turned(degrees) @ scaled(0.5, 0.5)))[label]
    assert edit.action == "c2pa.orientation"
    assert edit.amount == pytest.approx(degrees)


def test_edits_of_different_amounts_are_of_one_kind():
    some, less = (list(edits(moved(-0.5, -0.25) @ scaled(by, by)).values()) for by in (2, 3))
    assert (some[0].kind, less[0].kind) == ("cropped", "cropped")
    assert some[0].label != less[0].label


def test_a_mirrored_asset_is_not_called_rotated():
    found = edits(flip(POST) @ centred(scaled(0.5, 0.5)))
    assert found["mirrored"].action == "c2pa.orientation"
    assert not any("rotated" in label for label in found)


def test_upside_down_is_mirrored_and_turned_by_half():
    assert {"mirrored", "rotated 180° clockwise"} <= {
        label.replace("counterclockwise", "clockwise") for label in edits(centred(scaled(0.5, -0.5)))
    }


@pytest.mark.parametrize(("x", "y", "label"), [(0.6, 0.5, "20 % wider"), (0.5, 0.6, "20 % taller")])
def test_another_aspect_ratio_says_which_side_grew(x, y, label):
    assert edits(centred(scaled(x, y)))[f"stretched {label}"].action == "c2pa.resized"


def test_perspective_says_how_much_the_scale_changes():
    tilted = centred(scaled(0.5, 0.5)) @ np.array([(1, 0, 0), (0, 1, 0), (0.2, 0, 1.0)])
    assert edits(tilted)["in perspective, one side 31 % larger than the other"].amount == pytest.approx(1.2**1.5)


def test_a_part_of_a_composition_says_how_much_it_fills():
    assert edits(centred(scaled(0.5, 0.5)))["fills 19 % of the post"].action == "c2pa.placed"


def test_disagreeing_cells_are_covered_or_changed():
    residual = Residual(0.7, 0.9, 0.8, 0.12, np.ones((12, 16), np.float32))
    assert (
        edits(centred(scaled(0.5, 0.5)), residual=residual)["12 % of what is seen covered or changed"].action
        == "c2pa.edited"
    )


def test_small_differences_need_more_support():
    slightly = centred(turned(2) @ scaled(0.5, 0.5))
    assert "rotated 2° clockwise" in edits(slightly, inliers=60)
    assert "rotated 2° clockwise" not in edits(slightly, inliers=6)


def colours(post, asset, asset_to_post):
    rest = residual(post, asset, asset_to_post)
    assert rest is not None
    return colour_edits(post, asset, asset_to_post, cells=rest.cells)


@pytest.fixture(scope="module")
def shirt():
    """A photograph of the sample library: a shirt of one colour before wood."""
    file = next(iter(sorted((SAMPLES / "library" / "shirts").glob("*.jpg"))))
    return np.asarray(Image.open(file).convert("RGB")).copy()


def recoloured(picture, change):
    levels = picture.astype(np.float32) / 255
    return (np.clip(change(levels), 0, 1) * 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("label", "change"),
    [
        ("brighter", lambda p: p * 0.8 + 0.2),
        ("darker", lambda p: p * 0.7),
        ("less contrast", lambda p: (p - 0.5) * 0.5 + 0.5),
        ("warmer", lambda p: p * (1.0, 0.95, 0.7)),
        ("cooler", lambda p: p * (0.75, 0.95, 1.0)),
        ("grey", lambda p: np.repeat(p.mean(axis=2, keepdims=True), 3, axis=2)),
    ],
)
def test_a_change_of_colour_is_named(drawn, label, change):
    asset = drawn(1)
    found = colours(recoloured(asset, change), asset, np.eye(3))
    assert label in {edit.label for edit in found}
    assert {edit.action for edit in found} == {"c2pa.adjustedColor"}


def turned_hues(picture, degrees):
    hsv = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0] + degrees) % 360
    return (cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB) * 255).round().clip(0, 255).astype(np.uint8)


def told(post, asset):
    """The label of the only change of colour, without its ΔE, and that of no other kind."""
    (edit,) = colours(post, asset, np.eye(3))
    assert edit.action == "c2pa.adjustedColor"
    assert abs(edit.amount) == pytest.approx(float(edit.label.rstrip("°)").split("ΔE ")[-1].split(" ")[-1]), abs=0.5)
    return edit.label.split(" (ΔE")[0]


@pytest.mark.parametrize("degrees", [40, 90, 120, 180])
def test_turned_hues_are_told_by_their_angle(shirt, degrees):
    assert told(turned_hues(shirt, degrees), shirt) == f"recoloured: hue turned by {degrees}°"


def test_a_recoloured_post_is_told_by_the_command(shirt, tmp_path):
    Image.fromarray(shirt).save(tmp_path / "shirt.png")
    Image.fromarray(turned_hues(shirt, 120)[30:330, 20:250]).save(tmp_path / "post.jpg", quality=85)
    assert "recoloured: hue turned by 120°" in call("compare", tmp_path / "post.jpg", tmp_path / "shirt.png").stdout


def test_the_amount_of_a_turn_says_its_direction(shirt):
    (edit,) = colours(turned_hues(shirt, 270), shirt, np.eye(3))
    assert (edit.label, edit.amount) == ("recoloured: hue turned by 90°", pytest.approx(-90, abs=1))


@pytest.mark.parametrize(
    ("label", "change"),
    [
        ("red and blue exchanged", lambda p: p[..., [2, 1, 0]]),
        ("green and blue exchanged", lambda p: p[..., [0, 2, 1]]),
        ("tinted green", lambda p: 0.6 * p + 0.4 * np.array((0, 0.8, 0))),
        ("tinted blue", lambda p: 0.7 * p + 0.3 * np.array((0, 0, 1.0))),
        ("toned yellow", lambda p: p @ np.array([(0.39, 0.35, 0.27), (0.77, 0.69, 0.53), (0.19, 0.17, 0.13)])),
        ("colours inverted", lambda p: 1 - p),
    ],
)
def test_recolouring_is_told_by_its_kind(shirt, label, change):
    assert told(recoloured(shirt, change), shirt) == f"recoloured: {label}"


def test_recolouring_is_told_after_jpeg_and_a_smaller_size(shirt):
    small = cv2.resize(turned_hues(shirt, 120), None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    code = cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 60])[1]
    post = np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR))[..., ::-1].copy()
    (edit,) = colours(post, shirt, np.eye(3))
    assert edit.amount == pytest.approx(120, abs=5)


@pytest.mark.parametrize("change", [lambda p: p, lambda p: p * (1.3, 1, 1 / 1.3), lambda p: p * (1 / 1.3, 1, 1.3)])
@pytest.mark.parametrize("quality", [30, 90])
def test_copies_and_warm_and_cool_filters_are_not_told_as_recoloured(shirt, change, quality):
    filtered = recoloured(shirt, change)
    code = cv2.imencode(".jpg", filtered[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    post = np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR))[..., ::-1].copy()
    assert not any("recoloured" in edit.label for edit in colours(post, shirt, np.eye(3)))


def test_a_picture_of_constant_lightness_is_compared_without_a_warning():
    flat = np.full((120, 160, 3), 128, np.uint8)
    assert colour_edits(flat, flat, np.eye(3), cells=np.ones((12, 16), np.float32)) == ()


def test_a_post_is_laid_on_exactly(shirt):
    """Half a pixel off, an edge beside a line of another colour would be told as a change of it."""
    striped = shirt.copy()
    striped[:, ::2] = 255 - striped[:, ::2]
    assert colours(striped, striped, np.eye(3)) == ()


def test_compression_and_a_sticker_change_no_colours(drawn):
    asset = drawn(2)
    code = cv2.imencode(".jpg", asset, [cv2.IMWRITE_JPEG_QUALITY, 50])[1]
    post = np.array(cv2.imdecode(code, cv2.IMREAD_COLOR), np.uint8)
    post[:100, :120] = (255, 230, 0)
    assert colours(post, asset, np.eye(3)) == ()


def test_colours_are_compared_where_the_asset_lies_in_the_post(drawn):
    asset = drawn(3)
    post = np.full((800, 800, 3), 255, np.uint8)
    post[400:640, 300:620] = asset
    placed = moved(300 / 800, 400 / 800) @ scaled(320 / 800, 320 / 800)
    assert colours(post, asset, placed) == ()


def test_an_asset_outside_the_post_says_nothing_about_colours(drawn):
    assert colour_edits(drawn(4), drawn(5), moved(5, 5), cells=np.ones((12, 16), np.float32)) == ()


SAME = np.eye(3)


def over(asset, post, *, restoration=None):
    return foreign_edits(post, asset, SAME, residual=residual(post, asset, SAME), restoration=restoration)


def lettered(picture):
    post = picture.copy()
    post[150:200] = 255
    for k, letter in enumerate("LINEAGE"):
        cv2.putText(post, letter, (15 + 42 * k, 192), cv2.FONT_HERSHEY_SIMPLEX, 1.3, (0, 0, 0), 3)
    return post


def test_letters_over_the_asset_are_text(drawn):
    asset = drawn(3, width=320, height=240)
    (edit,) = over(asset, lettered(asset))
    assert edit.action == "c2pa.placed"
    assert edit.label.startswith("text over")
    assert 0.1 < edit.amount < 0.35


def test_a_patch_of_another_picture_is_something_else(drawn):
    asset = drawn(3, width=320, height=240)
    post = asset.copy()
    post[60:140, 60:160] = cv2.resize(drawn(8, width=320, height=240), (100, 80))
    assert [edit.label.split(" over")[0] for edit in over(asset, post)] == ["something else"]


def test_what_lies_over_the_last_row_of_a_small_asset_is_seen(drawn):
    asset = drawn(3, width=160, height=160)
    post = asset.copy()
    post[144:] = drawn(8, width=160, height=16)
    assert [edit.action for edit in over(asset, post)] == ["c2pa.placed"]


def test_what_departs_and_keeps_its_structure_was_recoloured(drawn):
    asset = drawn(3, width=320, height=240)
    cells = np.where(np.arange(16) < 4, 1.0, -1.0).astype(np.float32) * np.ones((16, 1), np.float32)
    cells[12:] = np.nan
    (edit,) = over(asset, asset, restoration=Restoration(0.5, 0.6, 0.8, 3.0, cells))
    assert edit.action == "c2pa.adjustedColor"
    assert edit.label == "25 % of where it lies recoloured"


@pytest.mark.parametrize("width", [400, 224, 144])
def test_the_edit_map_is_read_where_it_departs_whatever_the_size_of_the_asset(drawn, width):
    asset = drawn(3, width=width, height=width)
    cells = np.full((16, 16), -1.0, np.float32)
    cells[12:, 12:] = 1.0
    (edit,) = over(asset, asset, restoration=Restoration(0.5, 0.6, 0.8, 3.0, cells))
    assert edit.amount == pytest.approx(1 / 16, rel=0.35)


def test_nothing_is_put_over_a_plain_copy_or_over_a_picture_that_departs_everywhere(drawn):
    asset, other = drawn(3, width=320, height=240), drawn(8, width=320, height=240)
    assert over(asset, asset) == ()
    assert over(asset, other) == ()


def test_what_lies_over_an_asset_is_told_once():
    done = call("compare", SAMPLES / "posts/post-03.jpg", SAMPLES / "library/jackets/00232.jpg")
    assert "something else over" in done.stdout
    assert "covered or changed" not in done.stdout
