"""When is a post so plainly one asset that little need be looked up?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lineage.records import Alignment
from lineage.verify import fills

COPY = Alignment(
    asset_to_post=np.eye(3),
    inliers=120,
    spread=1.0,
    expected=400,
    asset_seen=1.0,
    post_covered=0.99,
    region_in_post=(),
    region_in_asset=(),
    weight=120.0,
)


def test_an_asset_all_over_the_post_fills_it():
    assert fills([None, COPY])


def test_an_asset_beside_something_else_does_not():
    assert not fills([replace(COPY, post_covered=0.9)])


def test_an_asset_of_which_little_is_recognised_does_not():
    assert not fills([replace(COPY, weight=80.0)])


def test_an_asset_that_has_a_look_alike_does_not():
    assert not fills([COPY, replace(COPY, weight=50.0)])


def test_a_weak_second_alignment_does_not_matter():
    assert fills([COPY, replace(COPY, weight=10.0)])


def test_nothing_aligned_fills_nothing():
    assert not fills([None])
