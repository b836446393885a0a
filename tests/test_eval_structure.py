"""How much of a source is left to see, by what was done to it."""

from __future__ import annotations

import numpy as np
import pytest

from eval.corpora.structure import shown_structure
from lineage.manipulate import apply

ALL = np.ones((200, 300), np.bool_)


@pytest.fixture
def half_plain() -> np.ndarray:
    """(200, 300, 3): stripes on the left, nothing on the right."""
    picture = np.full((200, 300, 3), 128, np.uint8)
    picture[:, 0:150:10] = picture[:, 1:150:10] = picture[:, 2:150:10] = 20
    return picture


def test_a_copy_shows_all_of_it(half_plain):
    assert shown_structure(half_plain, ALL) == 1


def test_a_crop_of_the_plain_half_shows_nothing(half_plain):
    visible = ALL.copy()
    visible[:, :170] = False
    assert shown_structure(half_plain, visible) == 0


def test_half_of_the_stripes_are_half_of_it_however_much_ground_is_shown(half_plain):
    visible = ALL.copy()
    visible[:100] = False
    assert shown_structure(half_plain, visible) == pytest.approx(0.5, abs=0.02)


def test_noise_is_no_structure(half_plain):
    noisy = half_plain + np.random.default_rng(0).integers(0, 8, half_plain.shape, np.uint8)
    visible = ALL.copy()
    visible[:, :170] = False
    assert shown_structure(noisy, visible) < 0.01


def test_a_plain_picture_has_nothing_to_show():
    assert shown_structure(np.full((200, 300, 3), 90, np.uint8), ALL) == 0


def test_what_a_manipulation_hides_is_not_shown(drawn):
    picture = drawn(1, width=300, height=200)
    shown = [shown_structure(picture, apply("crop", picture, strength=s, seed=3).visible) for s in (0.0, 1.0)]
    assert 0 < shown[1] < shown[0] <= 1
