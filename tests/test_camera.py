"""Camera files are seen as the picture that the camera put into them."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from PIL import Image

from lineage.errors import ImageError
from lineage.read.images import decode
from tests.dng import dng
from tests.fuzzing import seeds


def test_a_camera_file_gives_the_picture_in_it(drawn):
    sensor, shown = drawn(1, width=800, height=600), drawn(2, width=800, height=600)
    error = np.abs(decode(dng(sensor, preview=shown)).pixels.astype(int) - shown)
    assert error.mean() < 12


def test_it_is_turned_as_the_camera_was(drawn):
    upright = decode(dng(drawn(1), orientation=6)).pixels
    np.testing.assert_array_equal(upright, np.rot90(decode(dng(drawn(1))).pixels, -1))


def test_a_stamp_sized_picture_gives_way_to_the_samples_of_the_sensor(drawn):
    sensor = drawn(1, width=1600, height=1200)
    pixels = decode(dng(sensor, preview=drawn(2, width=160, height=120))).pixels
    assert pixels.shape == (600, 800, 3)
    whole = np.asarray(Image.fromarray(sensor).resize((800, 600)), float)
    assert np.corrcoef(pixels.ravel(), whole.ravel())[0, 1] > 0.7  # half of it is noise


def test_a_truncated_camera_file_is_one_sentence(drawn):
    with pytest.raises(ImageError, match=r"^shot\.dng: the TIFF is (truncated|damaged)"):
        decode(dng(drawn(1))[:200], name="shot.dng")


def test_an_ordinary_tiff_is_read_as_before(tmp_path, drawn):
    Image.fromarray(drawn(1)).save(tmp_path / "plain.tif")
    np.testing.assert_array_equal(decode(tmp_path / "plain.tif").pixels, drawn(1))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="waits for glibc, which fills memory")
@pytest.mark.parametrize("share", [25, 30, 35, 40])
def test_what_a_truncated_camera_file_lacks_is_no_memory_of_other_pictures(share):
    content = seeds()["dng"]
    assert len({told(content[: len(content) * share // 100]) for _ in range(40)}) == 1


def told(content: bytes) -> bytes:
    """The pixels of a picture, or the sentence on it."""
    np.random.default_rng().bytes(5000)  # what lies in memory changes
    try:
        return decode(content, name="a.dng", longest=512).pixels.tobytes()
    except ImageError as error:
        return str(error).encode()
