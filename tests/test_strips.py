"""Comics, panoramas, long posters: a part of them is found, located and told apart like a picture of its own."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from lineage.geometry import LONGEST, elongation
from lineage.read.images import decode
from lineage.records import Laid, Picture, Restoration
from lineage.settings import Settings
from lineage.verify.strips import shown_part
from tests.engines import engine_for_files

PANELS = 10


@pytest.fixture(scope="module")
def strip(drawn) -> np.ndarray:
    """(2400, 320, 3): ten drawings one below the other."""
    return np.vstack([drawn(30 + n) for n in range(PANELS)])


@pytest.mark.parametrize(
    ("size", "times"), [((300, 100), 1), ((100, 290), 1), ((900, 100), 3), ((90_000, 100), LONGEST)]
)
def test_strips_are_looked_at_longer_and_other_pictures_not(size, times):
    assert elongation(size) == times


def test_a_strip_is_decoded_so_that_something_is_left_of_its_width(tmp_path, strip):
    Image.fromarray(strip).save(tmp_path / "strip.png")
    assert decode(tmp_path / "strip.png", longest=512).pixels.shape[:2] == (1280, 171)
    assert decode(tmp_path / "strip.png", longest=2400).pixels.shape == strip.shape


def test_the_part_of_a_strip_that_is_seen_stands_for_it(strip):
    map_of_whole = np.diag((2.0, 2.0, 1.0))
    seen = ((0.0, 0.5), (0.13, 0.5), (0.13, 0.6), (0.0, 0.6))
    part = shown_part(Laid(strip, map_of_whole, seen))
    assert part.laid.preview.shape[:2] == (240, 312)
    corner = part.laid.asset_to_post @ (0, 0, 1)
    np.testing.assert_allclose(corner[:2] / corner[2], (0, 2 * part.top))


def test_the_edit_map_of_a_part_lies_where_the_part_does(strip):
    seen = ((0.0, 0.5), (0.13, 0.5), (0.13, 0.6), (0.0, 0.6))
    part = shown_part(Laid(strip, np.eye(3), seen))
    whole = part.of_whole(Restoration(1.0, 1.0, 1.0, 1.0, np.ones((16, 16), np.float32)))
    assert whole is not None
    rows = np.flatnonzero(np.isfinite(whole.cells).any(1)) / len(whole.cells)
    assert rows.min() == pytest.approx(part.top, abs=0.01)
    assert rows.max() == pytest.approx(part.top + part.side, abs=0.02)


def test_a_picture_that_is_no_strip_is_shown_whole(drawn):
    laid = Laid(drawn(1), np.eye(3), ((0.0, 0.0), (0.1, 0.0), (0.1, 0.1)))
    assert shown_part(laid).laid is laid


@pytest.mark.slow
def test_one_panel_of_a_strip_is_known(tmp_path, strip, drawn):
    Image.fromarray(strip).save(tmp_path / "strip.png")
    Image.fromarray(drawn(50)).save(tmp_path / "other.png")
    panel = Picture(np.ascontiguousarray(strip[1680:1920]), 320, 240, "PNG")
    with engine_for_files([tmp_path / "strip.png", tmp_path / "other.png"], Settings()) as engine:
        (claim,) = engine.query(panel, name="panel").verdict.claims
        assert not engine.query(Picture(drawn(60), 320, 240, "PNG"), name="another").verdict.claims
    assert claim.evidence.asset.path.endswith("strip.png")
    assert claim.evidence.alignment is not None
    place = np.array(claim.evidence.alignment.region_in_asset)
    assert (place[:, 1].min(), place[:, 1].max()) == pytest.approx((0.7, 0.8), abs=0.01)
