"""An asset laid into a post."""

from __future__ import annotations

import numpy as np
import pytest

from lineage.tell.evidence.layers import laid_into
from tests.conftest import draw

PASTED = np.array([(0.5, 0, 0.25), (0, 0.5, 0.125), (0, 0, 1)], np.float64)
"""Half as large in a post of the same size, with its upper left corner at (0.25, 0.125)."""


def test_an_asset_is_laid_where_it_lies_and_nothing_is_beside_it():
    asset = draw(3, width=400, height=200)
    laid = np.asarray(laid_into(np.zeros((200, 400, 3), np.uint8), asset, PASTED))
    assert laid.shape == (200, 400, 4)
    inside, outside = laid[60:140, 110:290], np.concatenate([laid[:, :95], laid[:, 305:]], axis=1)
    assert (inside[..., 3] == 255).all()
    assert not outside[..., 3].any()
    small = asset.reshape(100, 2, 200, 2, 3).mean((1, 3))
    assert np.abs(inside[..., :3] - small[10:90, 10:190]).mean() < 3


@pytest.mark.parametrize("factor", [1, 3])
def test_the_size_at_which_the_asset_was_read_does_not_matter(factor):
    asset = draw(3, width=200, height=100)
    larger = asset.repeat(factor, axis=0).repeat(factor, axis=1)
    post = np.zeros((100, 200, 3), np.uint8)
    laid, other = (np.asarray(laid_into(post, one, PASTED), np.float32) for one in (asset, larger))
    assert np.abs(laid - other)[30:55, 60:140, :3].mean() < 12


def test_a_mirrored_asset_is_laid_mirrored():
    asset = draw(4, width=200, height=100)
    mirror = np.array([(-1, 0, 1), (0, 1, 0), (0, 0, 1)], np.float64)
    laid = np.asarray(laid_into(asset, asset, mirror))
    assert np.array_equal(laid[..., :3], asset[:, ::-1])
