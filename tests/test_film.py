"""Animations and files of several pages: every view that they show is part of the picture that is looked at."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from lineage.read.film import MOST
from lineage.read.images import decode
from lineage.settings import Settings
from tests.engines import engine_for_files


def coded(kind: str, *frames: np.ndarray) -> bytes:
    """A file of these frames."""
    first, *others = map(Image.fromarray, frames)
    file = BytesIO()
    lossless = {"lossless": True} if kind == "WEBP" else {}
    first.save(file, kind, save_all=True, append_images=others, **lossless)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_wide_frames_that_differ_lie_below_each_other(kind, drawn):
    picture = decode(coded(kind, drawn(1), drawn(2), drawn(3)))
    assert picture.pixels.shape == (720, 320, 3)
    assert (picture.width, picture.height) == (320, 720)
    for n in range(3):
        error = np.abs(picture.pixels[240 * n : 240 * (n + 1)].astype(int) - drawn(n + 1))
        assert error.mean() < (12 if kind == "GIF" else 1)


def test_high_frames_lie_side_by_side(drawn):
    frames = [drawn(n, width=120, height=200) for n in (1, 2)]
    assert decode(coded("TIFF", *frames)).pixels.shape == (200, 240, 3)


def test_of_a_fade_in_the_clearest_frame_is_seen(drawn):
    frames = [(drawn(1) * share).astype(np.uint8) for share in (0.0, 0.3, 0.6, 1.0)]
    pixels = decode(coded("TIFF", *frames)).pixels
    np.testing.assert_array_equal(pixels, frames[-1])


def test_a_black_title_is_left_out(drawn):
    frames = [np.zeros((240, 320, 3), np.uint8), drawn(1), drawn(2)]
    assert decode(coded("TIFF", *frames)).pixels.shape == (480, 320, 3)


def test_a_file_whose_frames_are_all_plain_gives_its_first(drawn):
    frames = [np.full((240, 320, 3), level, np.uint8) for level in (40, 200)]
    np.testing.assert_array_equal(decode(coded("TIFF", *frames)).pixels, frames[0])


def test_no_more_frames_are_taken_than_stay_visible(drawn):
    pixels = decode(coded("TIFF", *(drawn(n) for n in range(12)))).pixels
    assert pixels.shape == (240 * MOST, 320, 3)


def test_pages_of_other_sizes_are_brought_to_that_of_the_first(drawn):
    assert decode(coded("TIFF", drawn(1), drawn(2, width=640, height=480))).pixels.shape == (480, 320, 3)


def test_frames_are_read_at_the_size_that_is_asked_for(drawn):
    picture = decode(coded("TIFF", drawn(1), drawn(2)), longest=160)
    assert max(picture.pixels.shape) <= 160
    assert (picture.width, picture.height) == (320, 480)


def test_a_file_that_ends_within_a_later_frame_has_those_before(drawn):
    whole = coded("GIF", drawn(1), drawn(2), drawn(3))
    assert decode(whole[: len(whole) * 9 // 10]).pixels.shape == (480, 320, 3)


@pytest.mark.slow
def test_a_later_frame_of_an_animation_is_known(tmp_path, drawn):
    (tmp_path / "slides.gif").write_bytes(coded("GIF", drawn(1), drawn(2), drawn(3)))
    Image.fromarray(drawn(3)).save(tmp_path / "post.jpg", quality=85)
    with engine_for_files([tmp_path / "slides.gif"], Settings()) as engine:
        (claim,) = engine.query(decode(tmp_path / "post.jpg"), name="post").verdict.claims
    assert claim.evidence.asset.path.endswith("slides.gif")
