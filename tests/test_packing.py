from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lineage.errors import StoreError
from lineage.records import Keypoints
from lineage.store.packing import pack, unpack

SHARES = st.floats(0, 1, width=32)


@st.composite
def any_keypoints(draw) -> Keypoints:
    count, dim = draw(st.integers(0, 20)), draw(st.integers(0, 8))
    return Keypoints(
        positions=draw(arrays(np.float32, (count, 2), elements=SHARES)),
        scales=draw(arrays(np.float32, count, elements=st.floats(2.0**-12, 2, width=32))),
        angles=draw(arrays(np.float32, count, elements=st.floats(0, 360, width=32))),
        descriptors=draw(arrays(np.uint8, (count, dim))),
    )


@given(any_keypoints())
def test_a_round_trip_changes_no_more_than_documented(points):
    got = unpack(pack(points))
    assert len(got) == len(points)
    np.testing.assert_array_equal(got.descriptors, points.descriptors)
    np.testing.assert_allclose(got.positions, points.positions, atol=7.7e-6)
    np.testing.assert_allclose(got.scales, points.scales, rtol=0.018)
    turned = np.abs(got.angles - points.angles) % 360
    assert (np.minimum(turned, 360 - turned) <= 0.71).all()
    assert [field.dtype for field in (got.positions, got.scales, got.angles)] == [np.float32] * 3


@given(any_keypoints())
def test_packing_again_changes_nothing(points):
    once = pack(points)
    assert pack(unpack(once)) == once


def test_a_key_point_takes_six_bytes_and_its_descriptor():
    points = Keypoints(np.zeros((100, 2), "f"), np.ones(100, "f"), np.zeros(100, "f"), np.zeros((100, 64), np.uint8))
    assert len(pack(points)) == 4 + 100 * (6 + 64)


def test_values_outside_the_range_are_moved_to_its_edge():
    points = Keypoints(
        np.array([[-0.1, 1.1]], "f"), np.array([1e-9], "f"), np.array([359.9], "f"), np.zeros((1, 4), np.uint8)
    )
    got = unpack(pack(points))
    assert got.positions.tolist() == [[0, 1]]
    assert got.scales.tolist() == [2.0**-12]
    assert got.angles.tolist() == [0]


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x02\x00\x04\x00abc"])
def test_damaged_bytes_are_refused(data):
    with pytest.raises(StoreError, match="damaged"):
        unpack(data)
