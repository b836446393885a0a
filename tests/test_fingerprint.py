"""Pictures become fingerprints, in one step or in two."""

from __future__ import annotations

import dataclasses
import pickle
import subprocess
import sys
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from lineage.backbones.batches import BatchEmbedder
from lineage.describe.fingerprint import fingerprint, finish, prepare
from lineage.describe.keypoints import words
from lineage.records import BackboneSpec, Floats, Picture, Pixels


class Thumbnail(BatchEmbedder):
    """The smallest embedder there is: 8 × 8 pixels as they are."""

    def __init__(self) -> None:
        super().__init__(BackboneSpec("thumbnail", 192, 8, (0, 0, 0), (1, 1, 1), "none", "0" * 64))

    def _forward(self, batch: Pixels) -> Floats:
        return batch.reshape(len(batch), -1).astype(np.float32)


@pytest.fixture
def pictures(drawn):
    drawings = (drawn(0), drawn(1, width=200, height=600))
    return [Picture(pixels, pixels.shape[1], pixels.shape[0], "PNG") for pixels in drawings]


def test_a_fingerprint_holds_vector_hashes_features_words_and_preview(pictures):
    one, other = fingerprint(pictures, Thumbnail())
    assert one.vector.shape == (192,)
    assert np.linalg.norm(one.vector) == pytest.approx(1)
    assert one.hashes != other.hashes
    assert len(one.keypoints) > 50
    assert len(one.words) > 20
    with Image.open(BytesIO(other.preview)) as preview:
        assert preview.size == (107, 320)


def test_every_feature_is_remembered_by_its_two_nearest_words(pictures):
    (only,) = fingerprint(pictures[:1], Thumbnail())
    nearest, two = (words(only.keypoints, assignments=n).indices for n in (1, 2))
    np.testing.assert_array_equal(only.words.indices, two)
    assert set(nearest) < set(two)


def test_both_halves_together_make_the_same_as_one_step(pictures):
    embedder = Thumbnail()
    halves = [prepare(picture.pixels, input_size=8) for picture in pictures]
    joined = finish(halves, embedder.embed([half.pixels for half in halves]))
    for ours, theirs in zip(joined, fingerprint(pictures, embedder), strict=True):
        np.testing.assert_array_equal(ours.vector, theirs.vector)
        np.testing.assert_array_equal(ours.keypoints.descriptors, theirs.keypoints.descriptors)
        assert (ours.hashes, ours.preview) == (theirs.hashes, theirs.preview)


def test_a_picture_that_was_mirrored_by_a_view_is_taken(pictures):
    mirrored = prepare(pictures[0].pixels[:, ::-1], input_size=8)
    contiguous = prepare(np.ascontiguousarray(pictures[0].pixels[:, ::-1]), input_size=8)
    assert mirrored.hashes == contiguous.hashes
    assert mirrored.preview == contiguous.preview


def test_a_plain_picture_has_a_fingerprint_without_features():
    plain = Picture(np.full((90, 120, 3), 200, np.uint8), 120, 90, "PNG")
    (only,) = fingerprint([plain], Thumbnail())
    assert len(only.keypoints) == len(only.words) == 0
    assert np.isfinite(only.vector).all()


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 300, 3), (300, 2, 3)])
def test_the_smallest_and_thinnest_pictures_have_fingerprints(shape):
    thin = Picture(np.full(shape, 90, np.uint8), shape[1], shape[0], "PNG")
    assert fingerprint([thin], Thumbnail())[0].preview


def test_no_pictures_have_no_fingerprints():
    assert fingerprint([], Thumbnail()) == []


def test_halves_and_vectors_must_be_equally_many(pictures):
    half = prepare(pictures[0].pixels, input_size=8)
    with pytest.raises(ValueError, match="shorter"):
        finish([half, half], np.ones((1, 192), np.float32))


def test_the_first_half_survives_the_way_between_processes_and_is_lean(drawn):
    half = prepare(drawn(3, width=512, height=400), input_size=224)
    packed = pickle.dumps(half)
    copy = pickle.loads(packed)
    np.testing.assert_array_equal(copy.pixels, half.pixels)
    np.testing.assert_array_equal(copy.words.indices, half.words.indices)
    assert dataclasses.replace(copy.hashes) == half.hashes
    assert len(packed) < 250_000


def test_worker_processes_need_no_torch():
    code = "import sys, lineage.describe.fingerprint; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
