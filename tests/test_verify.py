"""Which maps are believed, and when a post is so plainly one asset that little need be looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from lineage.decide.features import FEATURES, INEXACT, feature_table
from lineage.describe.keypoints import extract
from lineage.describe.post import PostFeatures, both_ways
from lineage.machine.stopwatch import Stopwatch
from lineage.read.images import decode, preview
from lineage.records import (
    Alignment,
    Candidate,
    Candidates,
    Entry,
    Evidence,
    Fingerprint,
    Keypoints,
    Laid,
    Pixels,
    Restoration,
)
from lineage.verify.candidates import Given, verify
from lineage.verify.easy import fills, looks_whole
from lineage.verify.locate import Locator
from tests.conftest import draw
from tests.store_samples import asset, entry, hashes, sparse, vector

COPY = Alignment(
    asset_to_post=np.eye(3),
    inliers=120,
    spread=1.0,
    expected=400,
    asset_seen=1.0,
    post_covered=0.99,
    region_in_post=(),
    region_in_asset=(),
    weight=120.0,
)


def test_an_asset_all_over_the_post_fills_it():
    assert fills([None, COPY])


def test_an_asset_beside_something_else_does_not():
    assert not fills([replace(COPY, post_covered=0.9)])


def test_an_asset_of_which_little_is_recognised_does_not():
    assert not fills([replace(COPY, weight=80.0)])


def test_an_asset_that_has_a_look_alike_does_not():
    assert not fills([COPY, replace(COPY, weight=50.0)])


def test_a_weak_second_alignment_does_not_matter():
    assert fills([COPY, replace(COPY, weight=10.0)])


def test_nothing_aligned_fills_nothing():
    assert not fills([None])


@pytest.mark.parametrize(
    ("size", "similarity", "hash_distance", "told"),
    [
        pytest.param((1000, 667), 0.9, 0.4, True, id="by its vector"),
        pytest.param((1000, 667), 0.5, 0.05, True, id="by its hash"),
        pytest.param((1000, 667), None, 0.05, True, id="by its hash where no vector was near"),
        pytest.param((1000, 667), 0.5, 0.4, False, id="unlike it"),
        pytest.param((1000, 800), 0.9, 0.05, False, id="of another shape"),
        pytest.param((667, 1000), 0.9, 0.05, False, id="turned by a quarter"),
        pytest.param((600, 400), 0.9, 0.05, False, id="no larger than what is indexed"),
    ],
)
def test_a_large_post_looks_like_a_copy_by_how_alike_it_is_and_by_its_shape(size, similarity, hash_distance, told):
    one = Candidate("a", similarity, "frame", 0.0, hash_distance, ())
    assert looks_whole(size, Candidates(((one, entry(0)),), None)) is told  # of 1200 × 800 px


def test_a_strip_is_none_that_is_described_smaller_first():
    one, strip = Candidate("a", 0.9, "frame", 0.0, 0.05, ()), replace(entry(0), asset=replace(asset(0), width=4800))
    assert not looks_whole((3000, 500), Candidates(((one, strip),), None))


# Which map is believed

FRAME = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.75), (0.0, 0.75))


def features(pixels: Pixels) -> PostFeatures:
    height, width = pixels.shape[:2]
    return both_ways(extract(pixels, limit=800, side=max(width, height)), (width, height))


def moved(keypoints: Keypoints, by: float) -> Keypoints:
    return replace(keypoints, positions=keypoints.positions + np.array((by, 0), np.float32))


def looked_at(
    pixels: Pixels,
    keypoints: Keypoints,
    *,
    post: PostFeatures | None = None,
    similarity: float = 0.95,
    hash_distance: float = 0.5,
) -> Evidence:
    """A drawing as the post, and as an asset that is kept with some key points and is found as alike as that."""
    rng = np.random.default_rng(0)
    kept = Fingerprint(vector(1), hashes(1), keypoints, sparse(rng, 20), preview(pixels))
    entry = Entry(replace(asset(1), width=320, height=240), kept)
    candidate = Candidate(entry.asset.id, similarity, "frame", 0.0, hash_distance, ("vectors",), start=np.eye(3))
    found = Candidates(((candidate, entry),), None)
    post = post or features(pixels)
    (evidence,) = verify(Given(pixels, post, found, Locator(post)), watch=Stopwatch())
    return evidence


def test_a_map_that_features_support_is_made_exact():
    drawing = draw(1)
    found = looked_at(drawing, moved(extract(drawing), 0.004)).alignment
    assert found is not None
    np.testing.assert_allclose(found.asset_to_post, np.eye(3), atol=0.001)
    assert found.inliers > 40


def test_a_map_is_not_made_exact_at_the_cost_of_the_features_that_found_it():
    drawing = draw(1)
    found = looked_at(drawing, moved(extract(drawing), 0.03)).alignment
    assert found is not None
    assert found.inliers > 40
    np.testing.assert_allclose(found.asset_to_post[0, 2], -0.03, atol=0.002)


def test_without_features_an_asset_is_where_a_view_says_if_its_pixels_agree():
    drawing = draw(1)
    none = extract(np.zeros_like(drawing))
    evidence = looked_at(drawing, none)
    assert evidence.alignment is not None
    assert (evidence.alignment.inliers, evidence.examined) == (0, True)
    np.testing.assert_allclose(evidence.alignment.asset_to_post, np.eye(3), atol=0.001)
    assert feature_table([evidence])[0, FEATURES.index("error")] == INEXACT


def test_without_features_and_vector_an_asset_is_all_over_the_post_if_hashes_and_pixels_agree():
    drawing = draw(1)
    none = extract(np.zeros_like(drawing))
    alike = looked_at(drawing, none, similarity=0.3, hash_distance=0.05).alignment
    assert alike is not None
    np.testing.assert_allclose(alike.asset_to_post, np.eye(3), atol=0.001)
    assert looked_at(drawing, none, similarity=0.3, hash_distance=0.4).alignment is None


def test_a_view_of_what_is_masked_says_nothing():
    drawing = draw(1)
    none, post = extract(np.zeros_like(drawing)), features(drawing)
    assert looked_at(drawing, none, post=post.without(FRAME)).alignment is None
    beside = ((0.0, 0.0), (0.1, 0.0), (0.1, 0.75), (0.0, 0.75))
    assert looked_at(drawing, none, post=post.without(beside)).alignment is not None


def test_the_preview_of_a_candidate_is_decoded_once(monkeypatch):
    decoded = []

    def noted(file, *, name):
        decoded.append(name)
        return decode(file, name=name)

    monkeypatch.setattr("lineage.read.originals.decode", noted)
    drawing = draw(6)
    assert looked_at(drawing, extract(drawing)).changes is not None
    assert len(decoded) == 1


# What a rival is worth


class Noted:
    """A restorer that notes how many candidates it is shown."""

    version = "noted"

    def __init__(self) -> None:
        self.shown = 0

    def restore(self, post: Pixels, candidates: Sequence[Laid]) -> list[Restoration | None]:
        self.shown += len(candidates)
        return [None] * len(candidates)


def shown_beside(rival: Keypoints) -> int:
    """How many candidates are compared in every way where a copy has a rival with these key points."""
    drawing, rng, noted = draw(1), np.random.default_rng(0), Noted()
    pairs = []
    for number, keypoints in enumerate((extract(drawing), rival)):
        kept = Fingerprint(vector(1), hashes(1), keypoints, sparse(rng, 20), preview(drawing))
        entry = Entry(replace(asset(number), width=320, height=240), kept)
        pairs.append((Candidate(entry.asset.id, 0.5, "frame", 0.0, 0.0, ("words",)), entry))
    post = features(drawing)
    found = Candidates(tuple(pairs), None)
    verify(Given(drawing, post, found, Locator(post)), watch=Stopwatch(), restorer=noted)
    return noted.shown


def test_a_rival_that_shares_much_is_compared_in_every_way():
    assert shown_beside(extract(draw(1))) == 2


def test_a_rival_that_shares_a_few_features_is_not():
    few = extract(draw(1))
    assert shown_beside(few.chosen(np.arange(7))) == 1
