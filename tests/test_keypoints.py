import cv2
import numpy as np
import pytest

import lineage.describe.keypoints as module
from lineage.describe.keypoints import LIMIT, extract, mirror, negative, vocabulary, words
from lineage.errors import WeightsError
from lineage.records import Keypoints
from lineage.train import vocabulary as training


def drawing(seed: int = 1, height: int = 300, width: int = 400) -> np.ndarray:
    """Coloured shapes of all sizes on a gradient."""
    rng = np.random.default_rng(seed)
    picture = np.linspace(60, 200, height * width * 3).reshape(height, width, 3).astype(np.uint8)
    for _ in range(150):
        centre = [int(value) for value in rng.integers(0, (width, height))]
        axes = [int(value) for value in rng.integers(3, 40, 2)]
        colour = [int(value) for value in rng.integers(0, 256, 3)]
        cv2.ellipse(picture, centre, axes, int(rng.integers(180)), 0, 360, colour, -1, cv2.LINE_AA)
    return picture


@pytest.fixture(scope="module")
def keypoints() -> Keypoints:
    return extract(drawing())


def test_features_lie_in_the_unit_frame(keypoints):
    assert keypoints.positions.dtype == keypoints.scales.dtype == keypoints.angles.dtype == np.float32
    assert keypoints.positions.min() >= 0
    assert (keypoints.positions.max(0) <= (1, 0.75)).all()
    assert ((keypoints.angles >= 0) & (keypoints.angles <= 360)).all()


def test_at_most_limit_features_and_sixteen_kilobytes(keypoints):
    assert 100 < len(extract(drawing(), limit=200)) <= 200
    assert keypoints.descriptors.dtype == np.uint8
    assert LIMIT * (keypoints.descriptors.shape[1] + 8) <= 16_000


def test_a_shorter_list_is_the_beginning_of_the_longer_one(keypoints):
    np.testing.assert_array_equal(extract(drawing(), limit=100).positions, keypoints.positions[:100])


def test_features_are_spread_although_a_corner_is_busier():
    picture = cv2.GaussianBlur(drawing(), (0, 0), 2)
    picture[:60, :60] = np.random.default_rng(0).integers(0, 256, (60, 60, 3))
    inside = (extract(np.asarray(picture, np.uint8), limit=150).positions < 0.15).all(1)
    assert inside.mean() < 0.2


def test_large_pictures_give_the_features_of_the_reduced_one():
    picture = drawing()
    large = cv2.resize(picture, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    few, many = extract(picture), extract(np.asarray(large, np.uint8))
    distance = np.linalg.norm(few.positions[:, None] - many.positions[None], axis=2).min(1)
    assert np.median(distance) < 0.004


@pytest.mark.parametrize("shape", [(64, 64, 3), (1, 1, 3), (1, 900, 3)])
def test_a_picture_without_structure_has_no_features_and_no_words(shape):
    keypoints = extract(np.full(shape, 255, np.uint8))
    assert len(keypoints) == len(words(keypoints)) == len(mirror(keypoints, width=1.0)) == 0
    assert keypoints.descriptors.shape == (0, vocabulary().projection.shape[1])


def errors_of(given: Keypoints, extracted: Keypoints) -> np.ndarray:
    """Levels by which descriptors of the same features are off; most features must be the same."""
    distance = np.linalg.norm(given.positions[:, None] - extracted.positions[None], axis=2)
    turned = np.abs((given.angles[:, None] - extracted.angles[None] + 180) % 360 - 180)
    nearest = (distance + turned / 1000).argmin(1)
    rows = np.arange(len(given))
    same = (distance[rows, nearest] < 0.002) & (turned[rows, nearest] < 2)
    assert same.mean() > 0.8
    return np.abs(given.descriptors[same].astype(int) - extracted.descriptors[nearest[same]])


@pytest.mark.parametrize(("height", "width"), [(300, 400), (400, 300)])
def test_mirror_gives_what_the_mirrored_picture_gives(height, width):
    picture = drawing(2, height, width)
    mirrored = mirror(extract(picture), width=width / 400)
    assert np.percentile(errors_of(mirrored, extract(np.ascontiguousarray(picture[:, ::-1]))), 95) <= 2


def test_negative_gives_what_the_negative_of_the_picture_gives(keypoints):
    assert np.percentile(errors_of(negative(keypoints), extract(255 - drawing())), 95) <= 4


def test_a_picture_without_features_has_none_as_a_negative():
    assert len(negative(extract(np.full((64, 64, 3), 255, np.uint8)))) == 0


def test_mirroring_twice_changes_nothing(keypoints):
    twice = mirror(mirror(keypoints, width=1.0), width=1.0)
    np.testing.assert_array_equal(twice.descriptors, keypoints.descriptors)
    np.testing.assert_allclose(twice.positions, keypoints.positions, atol=1e-6)
    np.testing.assert_allclose(np.cos(np.deg2rad(twice.angles - keypoints.angles)), 1, atol=1e-6)


def test_words_are_distinct_increasing_and_of_norm_one(keypoints):
    found = words(keypoints, assignments=2)
    assert found.indices.dtype == np.uint32
    assert (np.diff(found.indices.astype(np.int64)) > 0).all()
    assert np.linalg.norm(found.values) == pytest.approx(1)


def test_the_first_word_is_among_several(keypoints):
    assert set(words(keypoints).indices) <= set(words(keypoints, assignments=3).indices)


def test_a_feature_lies_in_the_word_whose_centres_are_nearest(keypoints):
    centres = vocabulary().centres
    one = keypoints.descriptors[0].astype(np.float64) - 128
    a, b = (int(np.linalg.norm(centres[half] - one[half::2], axis=1).argmin()) for half in (0, 1))
    alone = Keypoints(*(getattr(keypoints, name)[:1] for name in Keypoints.__slots__))
    assert words(alone).indices.tolist() == [a * centres.shape[1] + b]


def test_a_manipulated_copy_shares_many_words_and_another_picture_few(keypoints):
    copy = cv2.GaussianBlur(drawing(), (0, 0), 0.8)[20:280, 30:380] // 2 + 40
    ours = words(keypoints, assignments=2).indices
    shared = [
        np.isin(words(extract(np.asarray(p, np.uint8)), assignments=2).indices, ours).mean() for p in (copy, drawing(7))
    ]
    assert shared[0] > 5 * shared[1]


def test_components_are_orthonormal_and_their_parity_is_a_sign():
    projection, parity = vocabulary().projection, vocabulary().parity
    np.testing.assert_allclose(projection.T @ projection, np.eye(len(parity)), atol=1e-5)
    np.testing.assert_array_equal(np.abs(parity), 1)


def test_damaged_weights_are_named(monkeypatch, tmp_path):
    broken = tmp_path / "keypoints.safetensors"
    broken.write_bytes(b"not weights")
    monkeypatch.setattr(module, "WEIGHTS", broken)
    vocabulary.cache_clear()
    with pytest.raises(WeightsError, match=r"keypoints\.safetensors"):
        vocabulary()
    vocabulary.cache_clear()


def test_training_is_repeatable(monkeypatch, tmp_path):
    monkeypatch.setattr(training, "CENTRES", 16)
    paths = [tmp_path / f"{seed}.png" for seed in range(3)]
    for seed, path in enumerate(paths):
        cv2.imwrite(str(path), drawing(seed))
    first, second = (training.train(paths, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first.centres, second.centres)
    assert first.centres.shape == (2, 16, training.DIM // 2)
