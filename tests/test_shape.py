"""What maps do to the shape of things, on maps put together from known parts."""

from __future__ import annotations

import numpy as np
import pytest

from lineage.geometry import shape_of

WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.75), (0.0, 0.75))


def turned(degrees: float) -> np.ndarray:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])


@pytest.mark.parametrize("degrees", [0, 12, 90, -170])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_stretched_and_turned_copy_has_no_skew(degrees, mirrored):
    stretched = np.diag((-0.5 if mirrored else 0.5, 0.4, 1.0))
    shape = shape_of(turned(degrees) @ stretched, WHOLE)
    assert [shape.turn, shape.squeeze] == pytest.approx([degrees, 1.25])
    assert shape.skew == pytest.approx(0, abs=1e-12)


def test_a_leaning_picture_has_skew():
    leaning = np.array([[1.0, 0.2, 0], [0, 1, 0], [0, 0, 1]])
    assert shape_of(leaning, WHOLE).skew == pytest.approx(0.1, abs=0.005)


def test_a_picture_seen_at_an_angle_is_tilted():
    slanted = np.array([[1.0, 0, 0], [0, 1, 0], [0.1, 0, 1]])
    assert shape_of(slanted, WHOLE).tilt == pytest.approx(1.1**1.5)
