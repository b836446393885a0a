"""Dark pictures are looked at brightened, all others as they are."""

from __future__ import annotations

import numpy as np
import pytest

from lineage.read.exposure import DARK, brightened


def test_the_lights_of_a_dark_picture_are_brought_to_one_level(drawn):
    for share in (0.1, 0.2, 0.3):
        lights = np.quantile(brightened((drawn(1) * share).astype(np.uint8)).max(2), 0.99)
        assert abs(lights - DARK) < 6


def test_a_picture_that_is_hardly_dark_is_hardly_changed(drawn):
    hardly = (drawn(1) * (0.95 * DARK / np.quantile(drawn(1).max(2), 0.99))).astype(np.uint8)
    assert np.abs(brightened(hardly).astype(int) - hardly).max() <= 8


def test_brightening_twice_is_brightening_once(drawn):
    once = brightened((drawn(1) * 0.1).astype(np.uint8))
    assert brightened(once) is once


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


@pytest.mark.parametrize("bright", range(7, 13))
def test_lights_are_the_brightest_hundredth_however_few_they_are(bright):
    levels = np.full(900, 60, np.uint8)
    levels[:bright] = DARK
    picture = np.kron(levels.reshape(30, 30), np.ones((4, 4), np.uint8))[:, :, None].repeat(3, axis=2)
    assert (brightened(picture) is picture) == (np.quantile(levels, 0.99) >= DARK - 1)
