"""What was pasted over an asset is told from another filling of a layout, and has no say."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from lineage.engine import Engine
from lineage.geometry import apply, area, overlap
from lineage.read.images import decode
from lineage.records import Laid, Picture, Pixels, Verdict
from lineage.settings import Settings
from lineage.verify.changes import changes
from lineage.verify.covers import covers
from lineage.verify.overlay import lay
from lineage.verify.residual import residual
from lineage.verify.restore.model import load_restorer
from lineage.verify.restore.planes import planes
from tests.conftest import SAMPLES, draw
from tests.engines import engine_for_files

SAME = np.eye(3)
BOX = (0.2, 0.25, 0.5, 0.6)  # left, top, right, bottom, unit frame


@cache
def photograph(name: str, *, side: int = 320) -> Pixels:
    return decode(SAMPLES / "library" / name, longest=side).pixels


JACKET, SHIRT, HAT = "jackets/00595.jpg", "shirts/00142.jpg", "hats/00141.jpg"


def pasted(picture: Pixels, other: Pixels, box=BOX) -> Pixels:
    """The other picture over a box of this one."""
    post, longer = picture.copy(), max(picture.shape[:2])
    left, top, right, bottom = (round(edge * longer) for edge in box)
    here = post[top:bottom, left:right]
    here[:] = cv2.resize(other, (here.shape[1], here.shape[0]), interpolation=cv2.INTER_AREA)
    return post


def page(filling: Pixels) -> Pixels:
    """A page whose layout has a place for a picture."""
    sheet = np.full((320, 240, 3), 245, np.uint8)
    for row, word in enumerate(("AUTUMN SALE", "thirty per cent", "until Sunday")):
        cv2.putText(sheet, word, (14, 30 + 24 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (20, 40, 90), 2, cv2.LINE_AA)
    sheet[90:250, 30:210] = cv2.resize(filling, (180, 160), interpolation=cv2.INTER_AREA)
    cv2.putText(sheet, "www.example.com", (30, 290), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (20, 20, 20), 2, cv2.LINE_AA)
    return sheet


def screen(filling: Pixels, ground: int) -> Pixels:
    """A screen of an application, filled by a photograph between two bars."""
    shown = np.full((320, 180, 3), ground, np.uint8)
    cv2.putText(shown, "market", (10, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (90, 90, 200), 2, cv2.LINE_AA)
    shown[40:240] = cv2.resize(filling, (180, 200), interpolation=cv2.INTER_AREA)
    for row, words in enumerate(("for sale", "1,204 likes", "home  cart  me")):
        cv2.putText(shown, words, (10, 264 + 22 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (120, 120, 120), 1, cv2.LINE_AA)
    return shown


def share(polygon, box=BOX) -> float:
    """Intersection over union of a polygon and a box."""
    left, top, right, bottom = box
    other = np.array(((left, top), (right, top), (right, bottom), (left, bottom)))
    both = area(overlap(np.array(polygon), other))
    return float(both / (area(np.array(polygon)) + area(other) - both))


def test_a_pasted_photograph_is_found_where_it_lies():
    asset = photograph(JACKET)
    (found,) = covers(pasted(asset, photograph(HAT)), asset, SAME)
    assert share(found) > 0.9


def test_it_is_found_in_the_frame_of_the_post():
    asset = photograph(JACKET)
    post = np.zeros((480, 640, 3), np.uint8)
    reduced = cv2.resize(pasted(asset, photograph(HAT)), None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)
    post[100 : 100 + reduced.shape[0], 50 : 50 + reduced.shape[1]] = reduced
    scale = max(reduced.shape) / 640
    laid = np.array(((scale, 0, 50 / 640), (0, scale, 100 / 640), (0, 0, 1)))
    (found,) = covers(post, asset, laid)
    assert share(apply(np.linalg.inv(laid), np.array(found))) > 0.85


def test_two_are_both_found():
    asset = photograph(JACKET)
    boxes = (0.1, 0.1, 0.35, 0.35), (0.2, 0.55, 0.45, 0.85)
    post = pasted(pasted(asset, photograph(HAT), boxes[0]), photograph(SHIRT), boxes[1])
    found = covers(post, asset, SAME)
    assert all(max(share(one, box) for one in found) > 0.85 for box in boxes)


def test_one_that_lies_over_the_rim_is_found():
    asset = photograph(JACKET)
    (found,) = covers(pasted(asset, photograph(HAT), (0.0, 0.5, 0.3, 0.9)), asset, SAME)
    assert share(found, (0.0, 0.5, 0.3, 0.9)) > 0.85


def test_one_from_rim_to_rim_is_found():
    asset = photograph(JACKET)
    box = (0.0, 0.4, asset.shape[1] / max(asset.shape), 0.7)
    (found,) = covers(pasted(asset, photograph(HAT), box), asset, SAME)
    assert share(found, box) > 0.85


@pytest.mark.parametrize("quality", [30, 90])
def test_a_copy_has_none(quality):
    asset = photograph(JACKET)
    coded = cv2.imencode(".jpg", asset, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    assert covers(np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8), asset, SAME) == ()


def test_another_picture_in_the_place_that_a_layout_has_for_it_is_none():
    assert covers(page(photograph(HAT)), page(photograph(SHIRT)), SAME) == ()


def test_a_picture_on_the_plain_ground_of_a_layout_is_none():
    sheet = page(np.full((160, 180, 3), 245, np.uint8))
    product, other = sheet.copy(), sheet.copy()
    mask = np.zeros(sheet.shape[:2], np.uint8)
    cv2.ellipse(mask, (120, 170), (80, 60), 20, 0, 360, 1, -1)
    product[mask > 0] = cv2.resize(photograph(SHIRT), (240, 320))[mask > 0]
    other[90:250, 25:215] = cv2.resize(photograph(HAT), (190, 160), interpolation=cv2.INTER_AREA)
    assert covers(other, product, SAME) == ()


@pytest.mark.parametrize("ground", [15, 245], ids=["dark", "light"])
def test_no_screen_of_an_application_covers_another(ground):
    names = sorted((SAMPLES / "library" / "shoes").glob("*.jpg"))
    screens = [screen(decode(name, longest=320).pixels, ground) for name in names]
    assert [covers(post, asset, SAME) for post in screens for asset in screens] == [()] * len(names) ** 2


def test_another_shape_than_a_rectangle_is_none():
    asset = photograph(JACKET)
    other = cv2.resize(photograph(HAT), (asset.shape[1], asset.shape[0]), interpolation=cv2.INTER_AREA)
    mask = np.zeros(asset.shape[:2], np.uint8)
    cv2.ellipse(mask, (asset.shape[1] // 2, asset.shape[0] // 2), (80, 60), 30, 0, 360, 1, -1)
    assert covers(np.where(mask[..., None] > 0, other, asset), asset, SAME) == ()


def test_where_something_else_differs_there_is_none():
    asset = photograph(JACKET)
    post = pasted(asset, photograph(HAT))
    other = cv2.resize(photograph(SHIRT), (asset.shape[1], asset.shape[0]), interpolation=cv2.INTER_AREA)
    mask = np.zeros(asset.shape[:2], np.uint8)
    cv2.ellipse(mask, (90, 280), (70, 30), 0, 0, 360, 1, -1)
    assert covers(np.where(mask[..., None] > 0, other, post), asset, SAME) == ()


def test_a_stranger_has_none():
    asset, other = photograph(JACKET), photograph(SHIRT)
    stranger = cv2.resize(other, (asset.shape[1], asset.shape[0]), interpolation=cv2.INTER_AREA)
    assert covers(stranger, asset, SAME) == ()


def test_a_plain_picture_has_none():
    plain = np.full((240, 320, 3), 200, np.uint8)
    assert covers(plain, plain, SAME) == ()


# What is hidden has no say

ASSET = photograph(JACKET)
POST = pasted(ASSET, photograph(HAT))
HIDDEN = covers(POST, ASSET, SAME)


def test_a_hidden_part_is_inside_and_not_shown():
    laid = lay(POST, ASSET, SAME, side=200, hidden=HIDDEN)
    middle = laid.inside.shape[0] // 2 - 15, laid.inside.shape[1] // 2
    assert (laid.inside[middle], laid.shown[middle]) == (1, 0)


def test_what_is_hidden_does_not_disagree():
    told, silent = residual(POST, ASSET, SAME), residual(POST, ASSET, SAME, hidden=HIDDEN)
    assert told is not None
    assert silent is not None
    assert told.disagreeing > 0.1 > silent.disagreeing


def test_what_is_hidden_stays_among_the_cells_of_the_residual():
    told, silent = residual(POST, ASSET, SAME), residual(POST, ASSET, SAME, hidden=HIDDEN)
    assert told is not None
    assert silent is not None
    np.testing.assert_array_equal(told.cells, silent.cells)


def test_what_is_hidden_changes_no_structure():
    told, silent = changes(POST, ASSET, SAME), changes(POST, ASSET, SAME, hidden=HIDDEN)
    assert told is not None
    assert silent is not None
    assert told.structure > 0.1
    assert silent.structure < 0.02


def test_the_network_of_pairs_does_not_see_it():
    laid = lay(POST, ASSET, SAME, side=256, hidden=HIDDEN)
    seen = planes(laid)
    x, y = (round(64 * (low + high) / 2) for low, high in ((BOX[0], BOX[2]), (BOX[1], BOX[3])))
    assert not seen[:, y, x].any()


def test_the_edit_map_shows_it():
    (found,) = load_restorer().restore(POST, [Laid(ASSET, SAME, hidden=HIDDEN)])
    assert found is not None
    x, y = (round(16 * (low + high) / 2) for low, high in ((BOX[0], BOX[2]), (BOX[1], BOX[3])))
    assert found.cells[y, x] > 0


def test_the_autoencoder_explains_the_rest():
    told, silent = (load_restorer().restore(POST, [Laid(ASSET, SAME, hidden=one)])[0] for one in ((), HIDDEN))
    assert told is not None
    assert silent is not None
    assert silent.explained > max(told.explained, 0.9)


# As a whole


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with engine_for_files(sorted((SAMPLES / "library").glob("*/*.jpg")), Settings()) as engine:
        yield engine


def asked(engine: Engine, other: Pixels, box=(0.05, 0.25, 0.5, 0.75)) -> Verdict:
    """The verdict on a photograph of the library over which another picture was pasted, by default over 40 %."""
    post = pasted(photograph(JACKET, side=800), other, box)
    return engine.query(Picture(post, post.shape[1], post.shape[0], "JPEG"), name="post").verdict


def test_a_photograph_under_a_strange_one_is_known(engine):
    verdict = asked(engine, draw(5))
    assert verdict.decision == "known"
    assert [Path(claim.asset.path).name for claim in verdict.claims] == [Path(JACKET).name]


def test_without_looking_for_what_was_pasted_it_is_not(engine):
    assert asked(engine.without({"covers"}), draw(5)).decision != "known"


def test_what_lies_over_it_is_named(engine):
    (claim,) = asked(engine, draw(5), BOX).claims
    (amount,) = (edit.amount for edit in claim.evidence.edits if edit.kind == "overlay")
    assert amount == pytest.approx(0.3 * 0.35 / 0.5625, abs=0.02)


def test_much_of_it_is_named_too(engine):
    (claim,) = asked(engine, draw(5)).claims
    (amount,) = (edit.amount for edit in claim.evidence.edits if edit.kind == "overlay")
    assert amount == pytest.approx(0.4, abs=0.02)


@pytest.mark.parametrize("name", [HAT, "knitwear/00034.jpg"])
def test_an_asset_over_an_asset_is_a_further_source(engine, name):
    verdict = asked(engine, photograph(name, side=800))
    assert {Path(claim.asset.path).name for claim in verdict.claims} == {Path(name).name, Path(JACKET).name}
