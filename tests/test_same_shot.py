"""The network that says whether a laid post and an asset are the same shot, and what it is told."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lineage.records import Laid, Pixels
from lineage.train.autoencoder.model import Model, load_model, save_restorer
from lineage.train.same_shot.network import SameShotModule
from lineage.verify.overlay import Overlay, lay
from lineage.verify.restore import load_restorer
from lineage.verify.restore.planes import GRID, LARGEST, PLANES, SIDE, planes
from lineage.verify.restore.shape import Shape
from tests.restorers import restorer_of

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
def file(tmp_path_factory):
    torch.manual_seed(0)
    file = tmp_path_factory.mktemp("both") / "both.safetensors"
    save_restorer(Model(Shape(side=64, width=8, halvings=3, code=4), SameShotModule()), file)
    return file


def test_its_logit_is_what_a_restorer_says(file, drawn):
    (found,) = load_restorer(file).restore(drawn(1), [Laid(drawn(1), SAME)])
    network = load_model(file).same_shot
    assert found
    assert network
    with torch.inference_mode():
        logit = network(torch.from_numpy(planes(laid(drawn(1), drawn(1)))[None]))
    assert found.agreement == pytest.approx(float(logit), abs=1e-4)


def test_weights_without_it_are_read_as_before(file, drawn):
    model = load_model(file)
    model.same_shot = None
    both = load_restorer(file), restorer_of(model)
    with_it, without = (one.restore(drawn(1), [Laid(drawn(2), SAME)])[0] for one in both)
    assert with_it
    assert without
    assert with_it.loss == without.loss
    assert with_it.agreement != without.agreement
