"""Was an asset's own content replaced in place, or was something laid over it?"""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lineage.records import Changes
from lineage.verify.changes import changes
from tests.conftest import draw

SAME = np.eye(3)


def changed(post, asset=None) -> Changes:
    found = changes(post, ASSET if asset is None else asset, SAME)
    assert found is not None
    return found


def form(words, *, number="4711"):
    """A form with a frame, a heading and some lines."""
    page = np.full((320, 240, 3), 250, np.uint8)
    cv2.rectangle(page, (10, 10), (229, 309), (30, 60, 120), 3)
    cv2.putText(page, "RECEIPT", (50, 50), cv2.FONT_HERSHEY_DUPLEX, 1.0, (30, 60, 120), 2, cv2.LINE_AA)
    for row, word in enumerate(words):
        cv2.putText(page, word, (30, 100 + 34 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (20, 20, 20), 2, cv2.LINE_AA)
    cv2.putText(page, number, (120, 290), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (20, 20, 20), 2, cv2.LINE_AA)
    return page


ASSET = form(["Apples", "Pears", "Quinces", "Plums", "Figs"])
OTHER = form(["Nails", "Hammer", "Screws", "Glue", "Saw"], number="0815")


def captioned(asset):
    post = asset.copy()
    cv2.rectangle(post, (0, 130), (239, 190), (200, 30, 60), -1)
    cv2.putText(post, "wow!", (80, 170), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (255, 255, 255), 2, cv2.LINE_AA)
    return post


def test_a_copy_changes_nothing():
    found = changed(ASSET, ASSET)
    assert (found.structure, found.piece, found.in_place) == (0, 0, 0)
    assert max(found.hue, found.tone) < 0.01


def test_other_words_on_the_same_form_replace_structure_and_leave_the_ground():
    found = changed(OTHER, ASSET)
    assert found.structure > 0.15
    assert found.ratio > 1
    assert found.in_place > 0.5


def test_a_caption_falls_on_structure_and_ground_alike_and_brings_its_own_ground():
    found = changed(captioned(ASSET), ASSET)
    assert found.ratio < changed(OTHER).ratio - 0.5
    assert found.in_place < 0.5


def test_a_cover_over_a_picture_cuts_through_what_goes_on():
    asset = draw(1)
    post = asset.copy()
    cv2.circle(post, (160, 120), 50, (250, 230, 30), -1)
    assert changed(post, asset).cut > 0.2


def test_the_largest_piece_is_what_lies_together():
    asset = draw(2)
    post = asset.copy()
    post[60:180, 80:240] = draw(3)[60:180, 80:240]
    found = changed(post, asset)
    assert found.piece > 0.7 * found.structure > 0.1


@pytest.mark.parametrize(("shift", "least", "most"), [(0, 0.0, 0.02), (60, 0.1, 1.0)])
def test_a_turned_hue_is_seen(shift, least, most):
    asset = draw(4)
    hsv = cv2.cvtColor(asset, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(int) + shift) % 180
    assert least <= changed(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), asset).hue <= most


def test_a_cast_of_the_whole_picture_is_no_other_colour():
    asset = draw(5)
    warm = (asset * np.array((0.95, 0.85, 0.7)) + (10, 5, 0)).clip(0, 255).astype(np.uint8)
    assert changed(warm, asset).hue < 0.1


def test_black_and_white_has_no_hue_to_be_off():
    asset = draw(6)
    grey = cv2.cvtColor(cv2.cvtColor(asset, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    assert changed(grey, asset).hue == 0


def test_where_nothing_has_structure_nothing_is_said():
    plain = np.full((200, 300, 3), 240, np.uint8)
    assert changes(plain, plain, SAME) is None
