"""Dark pictures are looked at brightened, all others as they are."""

from __future__ import annotations

import numpy as np

from lineage.describe.exposure import LIT, brightened


def test_a_dark_picture_is_brought_to_a_middle_grey(drawn):
    dark = (drawn(1) * 0.1).astype(np.uint8)
    lights = np.quantile(brightened(dark).max(2), 0.99)
    assert abs(lights - LIT) < 10


def test_a_picture_with_lights_stays_the_very_same(drawn):
    picture = drawn(1)
    assert brightened(picture) is picture


def test_a_lamp_in_the_night_does_not_keep_it_dark(drawn):
    night = (drawn(1) * 0.1).astype(np.uint8)
    night[20:24, 20:24] = 255
    assert np.median(brightened(night)) > 3 * np.median(night)


def test_black_stays_black():
    black = np.zeros((40, 50, 3), np.uint8)
    assert (brightened(black) == 0).all()
