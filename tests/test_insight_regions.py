"""What a network is shown of a picture: tiles that overlap, faces by a cascade and by YuNet."""

from __future__ import annotations

import numpy as np
import pytest

from lineage.errors import UsageError, WeightsError
from lineage.insight.labels.faces import by_cascade, yunet
from lineage.insight.labels.regions import face_in, parts, region, tiles
from tests.tiny_yunet import SIDE, write_tiny_yunet


def test_tiles_are_the_picture_and_quarters_that_overlap():
    pixels = np.arange(100 * 200 * 3, dtype=np.uint32).reshape(100, 200, 3).astype(np.uint8)
    whole, *quarters = parts(pixels, tiles)
    assert np.array_equal(whole, pixels)
    assert [quarter.shape for quarter in quarters] == [(60, 120, 3)] * 4
    assert np.array_equal(quarters[0], pixels[:60, :120])
    assert np.array_equal(quarters[3], pixels[40:, 80:])


def test_a_picture_of_one_pixel_has_tiles():
    assert [tile.shape for tile in parts(np.zeros((1, 1, 3), np.uint8), tiles)] == [(1, 1, 3)] * 5


@pytest.fixture(scope="module")
def portrait():
    """A face, (512, 512, 3) uint8, in public domain: NASA's portrait of Eileen Collins, which scikit-image ships."""
    from skimage.data import astronaut

    return astronaut()


def test_the_cascade_finds_a_face(portrait):
    left, top, width, height = max(by_cascade(portrait), key=lambda box: box[2])
    assert 180 < left + width / 2 < 270
    assert 80 < top + height / 2 < 160


def test_a_head_is_more_than_its_face(portrait):
    (face,), (head,) = (parts(portrait, region(name)) for name in ("face", "head"))
    assert len(head) > 1.4 * len(face)


def test_the_face_that_was_looked_at_can_be_shown(portrait):
    face = face_in(portrait, region("face"))
    assert face is not None
    assert face.size < portrait.size / 4
    assert face_in(np.full((120, 90, 3), 200, np.uint8), region("face")) is None


def test_a_picture_without_a_face_is_taken_whole():
    plain = np.full((120, 90, 3), 200, np.uint8)
    (part,) = parts(plain, region("face"))
    assert part.shape == plain.shape


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    return write_tiny_yunet(tmp_path_factory.mktemp("yunet") / "yunet.onnx")


def test_yunet_finds_faces_where_it_is_named(network):
    picture = np.full((200, 300, 3), 128, np.uint8)
    picture[64:128, 128:192] = (255, 0, 0)
    (part,) = parts(picture, region(f"face@{network}"))
    assert part.shape[0] < 1.5 * SIDE
    assert (part == (255, 0, 0)).all(2).mean() > 0.3


def test_yunet_without_a_find_leaves_the_picture_whole(network):
    picture = np.full((90, 70, 3), 128, np.uint8)
    (part,) = parts(picture, region(f"head@{network}"))
    assert part.shape == picture.shape


def test_a_file_that_is_no_yunet_is_one_sentence(tmp_path):
    with pytest.raises(WeightsError, match="not a YuNet face detector"):
        yunet(tmp_path / "no.onnx")


def test_a_region_that_takes_no_file_is_one_sentence():
    with pytest.raises(UsageError, match=r"tiles@no\.onnx: no such region"):
        region("tiles@no.onnx")
