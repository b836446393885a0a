"""The network that says whether a laid post and an asset are the same shot, and what it is told."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lineage.records import Laid, Pixels
from lineage.verify.overlay import Overlay, lay
from lineage.verify.restore import AutoencoderRestorer, load_restorer, save_restorer
from lineage.verify.restore.model import Model
from lineage.verify.restore.network import Shape
from lineage.verify.restore.planes import GRID, LARGEST, PLANES, SIDE, planes
from lineage.verify.restore.same_shot import SameShot

SAME = np.eye(3)
COVERED, POLYGON, CORRELATED, OFF = 0, 1, 5, 19  # numbers of planes


def laid(post: Pixels, asset: Pixels) -> Overlay:
    return lay(post, asset, SAME, side=SIDE)


def test_every_plane_has_its_grid_and_its_range(drawn):
    numbers = planes(laid(drawn(1), drawn(2)))
    assert numbers.shape == (PLANES, GRID, GRID)
    assert np.abs(numbers).max() <= LARGEST


def test_a_copy_agrees_wherever_it_has_structure(drawn):
    numbers = planes(laid(drawn(1), drawn(1)))
    assert numbers[CORRELATED][numbers[2] > 0.5].min() > 0.9


def test_another_picture_agrees_nowhere_in_the_mean(drawn):
    numbers = planes(laid(drawn(2), drawn(1)))
    assert abs(numbers[CORRELATED][numbers[0] > 0.5].mean()) < 0.2


def test_a_cast_of_the_whole_picture_is_taken_out(drawn):
    warm = np.clip(drawn(1) * np.array([0.9, 0.75, 0.6]) + 20, 0, 255).astype(np.uint8)
    assert planes(laid(warm, drawn(1)))[OFF].mean() < 0.1


def test_a_part_in_another_colour_is_seen(drawn):
    part = drawn(1).copy()
    part[60:120, 80:160] = part[60:120, 80:160][..., ::-1] // 2 + 100
    numbers = planes(laid(part, drawn(1)))[OFF]
    assert numbers[14:20, 18:28].mean() > 3 * numbers[32:44].mean()


def test_nothing_is_said_where_the_post_does_not_reach(drawn):
    post = np.ascontiguousarray(drawn(1)[:, :160])
    numbers = planes(lay(post, drawn(1), np.diag([2.0, 2.0, 1.0]), side=SIDE))
    assert not numbers[:, :, GRID // 2 + 2 :].any()


def test_what_lies_outside_of_the_seen_polygon_is_marked(drawn):
    numbers = planes(laid(drawn(1), drawn(1)), [(0, 0), (0.5, 0), (0.5, 0.75), (0, 0.75)])
    assert numbers[POLYGON][:, : GRID // 2 - 1].sum() > 0
    assert not numbers[POLYGON][:, GRID // 2 + 1 :].any()


@pytest.fixture(scope="module")
def both() -> Model:
    torch.manual_seed(0)
    return Model(Shape(side=64, width=8, halvings=3, code=4), SameShot())


def test_its_logit_is_what_a_restorer_says(both, drawn):
    (found,) = AutoencoderRestorer(both, "untrained").restore(drawn(1), [Laid(drawn(1), SAME)])
    assert found
    assert both.same_shot
    with torch.inference_mode():
        logit = both.same_shot(torch.from_numpy(planes(laid(drawn(1), drawn(1)))[None]))
    assert found.agreement == pytest.approx(float(logit), abs=1e-5)


def test_it_goes_with_the_autoencoder_into_one_file(both, drawn, tmp_path):
    save_restorer(both, tmp_path / "both.safetensors")
    again = load_restorer(tmp_path / "both.safetensors")
    assert again.model.same_shot is not None
    one, other = (r.restore(drawn(1), [Laid(drawn(2), SAME)])[0] for r in (AutoencoderRestorer(both, ""), again))
    assert one
    assert other
    assert one.agreement == pytest.approx(other.agreement, abs=0.05)  # in half precision


def test_weights_without_it_are_read_as_before(tmp_path):
    save_restorer(Model(Shape(side=64, width=8, halvings=3, code=4)), tmp_path / "one.safetensors")
    assert load_restorer(tmp_path / "one.safetensors").model.same_shot is None
