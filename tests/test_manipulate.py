"""Every manipulation against its own truth: the map, the mask, the seed, and pictures of any size."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pytest

from lineage.errors import UsageError
from lineage.manipulate import (
    FAMILIES,
    MANIPULATIONS,
    Manipulated,
    any_post,
    apply,
    apply_all,
    chain,
    plan,
    rephotograph,
)
from lineage.manipulate.__main__ import table
from lineage.manipulate.bent import FARTHEST
from lineage.manipulate.camera import view
from lineage.manipulate.dose import Dose
from lineage.manipulate.maps import transform
from lineage.manipulate.shapes import rounded
from lineage.records import Pixels

MOVING = [n for n, m in MANIPULATIONS.items() if m.family not in ("colour", "degrade", "codec")]
STILL = [n for n, m in MANIPULATIONS.items() if m.family in ("colour", "degrade")]
PHOTOGRAPHS = [n for n, m in MANIPULATIONS.items() if m.family == "rephotograph"]
DRAWING = [n for n, m in MANIPULATIONS.items() if m.family in ("overlay", "layout", "collage")]
WHOLE = [
    n
    for n, m in MANIPULATIONS.items()
    if m.family in ("geometry", "overlay", "codec") and n not in ("shrink", "redact")
]


def photograph(width: int, height: int, seed: int = 0) -> Pixels:
    """Smooth colours with some grain, neither black nor white."""
    rng = np.random.default_rng(seed)
    smooth = cv2.resize(rng.uniform(70, 180, (5, 5, 3)), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.clip(smooth + rng.normal(0, 4, (height, width, 1)), 0, 255).astype(np.uint8)


def others(count: int = 4) -> list[Pixels]:
    return [photograph(150 + 20 * k, 190 - 15 * k, seed=10 + k) for k in range(count)]


def marked(picture: Pixels, points: list[tuple[int, int]], radius: int) -> Pixels:
    copy = picture.copy()
    for point in points:
        cv2.circle(copy, point, radius, (255, 255, 255), -1)
    return copy


def sent(post: Manipulated, size: tuple[int, int], point: tuple[float, float]) -> np.ndarray:
    """Where a pixel centre of the original lies in the result, px."""
    unit = (np.array([point]) + 0.5) / max(size)
    return np.asarray(transform(post.original_to_result, unit)[0] * max(post.pixels.shape[:2]))


def mark_offsets(make, size=(200, 260), radius=6) -> list[float]:
    """Distances, px of the result, between where the map sends visible marks and the middle of what they changed there.

    `make` turns a picture into a post. Marks that cannot be told from their surroundings there are left out, but not
    more than half of them.
    """
    picture = photograph(*size)
    plain = make(picture)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 9,) * 2)
    inside = cv2.erode(plain.visible.astype(np.uint8), disc, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    points = [p for p in product((40, 97, 160), (40, 125, 221)) if inside[p[1], p[0]]]
    change = np.abs(plain.pixels.astype(np.int16) - make(marked(picture, points, radius)).pixels).sum(2)
    _, labels = cv2.connectedComponents((change > 0.3 * change.max()).astype(np.uint8))
    expected = [sent(plain, size, point) for point in points]
    blobs = [labels == labels[int(y), int(x)] if labels[int(y), int(x)] else None for x, y in expected]
    middles = [None if b is None or b.sum() < 6 else np.argwhere(b).mean(0)[::-1] + 0.5 for b in blobs]
    found = [float(np.hypot(*(m - e))) for m, e in zip(middles, expected, strict=True) if m is not None]
    assert points, "no mark is left wholly visible"
    assert len(found) >= len(points) / 2
    return found


@pytest.fixture
def lossless(monkeypatch):
    """Platforms without their codec and cameras without light and lens, which smear the marks that are measured."""
    monkeypatch.setattr("lineage.manipulate.platforms.jpeg", lambda pixels, quality: pixels)
    monkeypatch.setattr("lineage.manipulate.platforms.webp", lambda pixels, quality: pixels)
    monkeypatch.setattr("lineage.manipulate.rephotographed.expose", lambda scene, dose: scene)


# Glare and exposure of a strong photo of a screen drown the marks; bent paper has no map but in the mean.
@pytest.mark.parametrize(
    ("name", "strength"),
    sorted({*product(MOVING, (0.2, 0.8))} - {("photo_of_screen", 0.8), ("photo_of_page", 0.2), ("photo_of_page", 0.8)}),
)
def test_the_map_sends_marks_where_they_went(name, strength, lossless):
    found = mark_offsets(lambda p: apply(name, p, strength=strength, seed=3, context=others()))
    assert all(f <= 1 for f in found), found


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_light_and_lens_of_a_photograph_move_nothing(name):
    found = mark_offsets(lambda p: apply(name, p, strength=0.1, seed=8, context=others()), radius=9)
    assert all(f <= (3 if name == "photo_of_page" else 1.5) for f in found), found


@pytest.mark.parametrize(("strength", "least"), [(0.3, 0.3), (1.0, 0.6)])
def test_bent_paper_lies_about_its_map(strength, least, lossless):
    found = [
        offset
        for seed in range(8)
        for offset in mark_offsets(lambda p, s=seed: apply("photo_of_page", p, strength=strength, seed=s), radius=9)
    ]
    assert max(found) <= 1.5 * FARTHEST * 260 + 1
    assert max(found) > least


def test_a_photograph_is_leant_by_no_more_than_it_says():
    picture = photograph(300, 300)
    for seed in range(30):
        dose = Dose(1.0, np.random.default_rng(seed))
        map_ = view(picture, dose, (900, 900), 0.9)
        # Nearest and farthest corner differ in depth, the bottom row of the map, by what 60° and the distance allow.
        corners = np.array([[0, 0], [300, 0], [300, 300], [0, 300]])
        depth = np.column_stack([corners, np.ones(4)]) @ map_[2]
        assert 1 <= depth.max() / depth.min() < 5


def test_one_any_post_in_twelve_is_a_photograph_of_the_picture():
    steps = [any_post(photograph(16, 16), seed=seed).steps for seed in range(200)]
    share = np.mean([any(name in PHOTOGRAPHS for name in names) for names in steps])
    assert 0.04 <= share <= 0.13


def test_a_photographed_picture_may_be_edited_before_and_sent_on_after():
    recipes = [rephotograph(strength=0.8, seed=seed) for seed in range(300)]
    names = [[name for name, _ in recipe] for recipe in recipes]
    assert all(sum(name in PHOTOGRAPHS for name in one) == 1 for one in names)
    assert {len(one) for one in names} == {1, 2, 3}
    assert all(0 <= strength <= 0.8 for recipe in recipes for _, strength in recipe)


@pytest.mark.parametrize("seed", range(12))
def test_the_map_of_a_chain_is_the_product_of_its_steps(seed):
    names = np.random.default_rng(seed).choice([n for n in MOVING if n in WHOLE or n in DRAWING], 4, replace=False)
    steps = [(str(name), 0.2) for name in names]  # at .3 and above overlays may hide every mark
    found = mark_offsets(lambda p: apply_all(steps, p, seed=seed, context=others()), radius=9)
    assert all(f <= 1 for f in found), (names, found)


@pytest.mark.parametrize("name", STILL)
def test_what_only_changes_colours_moves_nothing(name):
    picture = photograph(90, 70)
    post = apply(name, picture, strength=0.7, seed=1)
    assert post.pixels.shape == picture.shape
    assert np.array_equal(post.original_to_result, np.eye(3))
    assert post.visible.all()
    assert not np.array_equal(post.pixels, picture)


# Behind a blurred fill and under a pixelated patch, hidden pixels show on, blurred.
@pytest.mark.parametrize("name", sorted({*DRAWING} - {"blurred_fill", "redact"}))
def test_hidden_pixels_leave_no_trace_and_visible_ones_do(name):
    picture = photograph(160, 120)
    post = apply(name, picture, strength=0.8, seed=5, context=others())
    see_through = 0.5  # overlays may be anything up to opaque: at least half of a visible pixel's change arrives
    for mask, low, high in ((post.visible, see_through, 1.0), (~post.visible, 0.0, see_through)):
        core = cv2.erode(mask.astype(np.uint8), np.ones((7, 7))).astype(bool)
        if core.sum() < 30:
            continue
        changed = picture.copy()
        changed[core] = 255 - changed[core] // 2
        again = apply(name, changed, strength=0.8, seed=5, context=others())
        share = arrived(post, again, picture, changed, core)
        assert low - 0.12 <= share <= high + 0.12


def arrived(post: Manipulated, again: Manipulated, picture: Pixels, changed: Pixels, core: np.ndarray) -> float:
    """Median share of the change of a picture's pixels that is found at the place where the map sends them."""
    inner = cv2.erode(core.astype(np.uint8), np.ones((5, 5))).astype(bool)
    y, x = np.nonzero(inner if inner.any() else core)
    unit = (np.column_stack([x, y]) + 0.5) / max(picture.shape[:2])
    column, row = (transform(post.original_to_result, unit) * max(post.pixels.shape[:2])).astype(int).T
    here = (column >= 0) & (row >= 0) & (column < post.pixels.shape[1]) & (row < post.pixels.shape[0])
    if not here.any():
        return 0.0
    after = np.abs(again.pixels.astype(float) - post.pixels)[row[here], column[here]].sum(1)
    before = np.abs(changed.astype(float) - picture)[y[here], x[here]].sum(1)
    return float(np.median(after / before))


@pytest.mark.parametrize("name", MANIPULATIONS)
def test_the_same_seed_gives_the_same_bytes(name):
    picture = photograph(61, 83)
    first, second = (apply(name, picture, strength=0.6, seed=11, context=others(2)) for _ in range(2))
    assert first.pixels.tobytes() == second.pixels.tobytes()
    assert np.array_equal(first.original_to_result, second.original_to_result)
    assert np.array_equal(first.visible, second.visible)


SIZES = [
    (16, 16, 1.0),
    (1, 1, 0.5),
    (9, 300, 0.0),
    (400, 120, 1.0),
    pytest.param(2000, 600, 1.0, marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("width", "height", "strength"), SIZES)
@pytest.mark.parametrize("name", MANIPULATIONS)
def test_any_size_survives(name, width, height, strength):
    post = apply(name, photograph(width, height), strength=strength, seed=2, context=others(1))
    assert post.pixels.dtype == np.uint8
    assert post.pixels.shape[2:] == (3,)
    assert 8 <= min(post.pixels.shape[:2]) <= max(post.pixels.shape[:2]) <= 4096
    assert post.visible.shape == (height, width)
    assert np.isfinite(post.original_to_result).all()


@pytest.mark.parametrize("name", MANIPULATIONS)
def test_a_plain_grey_picture_survives(name):
    post = apply(name, np.full((40, 50, 3), 127, np.uint8), strength=0.5, seed=9)
    assert post.pixels.dtype == np.uint8


def test_the_picture_given_is_left_alone():
    picture = photograph(50, 40)
    before = picture.copy()
    for name in MANIPULATIONS:
        apply(name, picture, strength=0.8, seed=0)
    assert np.array_equal(picture, before)


def test_a_crop_keeps_the_share_that_its_strength_says():
    for strength, kept in ((0.0, 0.9), (0.5, 0.2121), (1.0, 0.05)):
        post = apply("crop", photograph(400, 300), strength=strength, seed=1)
        assert post.visible.mean() == pytest.approx(kept, rel=0.05)


def test_collages_tell_where_every_picture_of_the_context_went():
    picture, context = photograph(200, 160), [np.full((100, 140, 3), level, np.uint8) for level in (10, 90, 200)]
    post = apply("collage", picture, strength=0.3, seed=2, context=context)
    assert {p.picture for p in post.placements} == {0, 1, 2}
    for placement in post.placements:
        source = context[placement.picture]
        y, x = (int(np.median(axis)) for axis in np.nonzero(placement.visible))
        unit = (np.array([[x, y]]) + 0.5) / 140
        column, row = (transform(placement.picture_to_result, unit)[0] * max(post.pixels.shape[:2])).astype(int)
        assert np.array_equal(post.pixels[row, column], source[y, x])


def test_placements_are_followed_through_later_steps():
    context = [np.full((100, 140, 3), 10, np.uint8)]
    steps = [("paste", 0.4), ("mirror", 0.0), ("pad", 0.5)]
    seeds = [s for s in range(40) if apply_all(steps, photograph(200, 160), seed=s, context=context).placements]
    post = apply_all(steps, photograph(200, 160), seed=seeds[0], context=context)
    (placement,) = post.placements
    assert np.linalg.det(placement.picture_to_result[:2, :2]) < 0
    y, x = np.nonzero(placement.visible)
    unit = (np.column_stack([x, y]) + 0.5) / 140
    column, row = (transform(placement.picture_to_result, unit) * max(post.pixels.shape[:2])).astype(int).T
    assert np.median(post.pixels[row, column]) == 10


def test_a_mirrored_picture_has_a_mirroring_map():
    post = apply("mirror", photograph(40, 20), strength=0, seed=0)
    assert np.allclose(post.original_to_result, [[-1, 0, 1], [0, 1, 0], [0, 0, 1]])


def test_unknown_names_and_strengths_are_refused():
    picture = photograph(20, 20)
    with pytest.raises(UsageError, match="no manipulation 'sparkle'"):
        apply("sparkle", picture, strength=0.5, seed=0)
    with pytest.raises(UsageError, match="between 0 and 1"):
        apply("crop", picture, strength=1.5, seed=0)


def test_every_manipulation_belongs_to_a_family_and_says_what_its_strength_means():
    assert {m.family for m in MANIPULATIONS.values()} == set(FAMILIES)
    assert all(m.scale and m.name == name for name, m in MANIPULATIONS.items())


def test_a_plan_has_three_to_five_different_steps_of_at_most_the_strength():
    plans = [plan(strength=0.7, seed=seed) for seed in range(1200)]
    assert {len(p) for p in plans} == {3, 4, 5}
    assert all(len({name for name, _ in p}) == len(p) for p in plans)
    assert all(0 <= s <= 0.7 for p in plans for _, s in p)
    assert {name for p in plans for name, _ in p} == set(MANIPULATIONS) - {*PHOTOGRAPHS}


def test_a_chain_is_repeatable_and_names_its_steps():
    picture = photograph(120, 90)
    first, second = (chain(picture, strength=0.6, seed=8, context=others()) for _ in range(2))
    assert first.pixels.tobytes() == second.pixels.tobytes()
    assert first.steps == tuple(name for name, _ in plan(strength=0.6, seed=8))


@pytest.mark.parametrize("radius", [0, 3, 10, 99])
def test_rounded_corners_are_clear_and_the_middle_is_opaque(radius):
    mask = rounded((40, 20), radius)
    assert mask[10, 20] == mask[10, 12] == mask[0, 20] == 255
    assert (mask[0, 0] == 255) == (radius == 0)
    assert np.array_equal(mask, mask[::-1, ::-1])


def test_a_pasted_picture_is_opaque_unless_it_is_faded():
    picture, ground = np.full((90, 120, 3), 200, np.uint8), [np.zeros((100, 140, 3), np.uint8)]
    posts = [apply("paste", picture, strength=0.1, seed=seed, context=ground) for seed in range(20)]
    assert sum(int(np.percentile(post.pixels, 70)) >= 198 for post in posts) >= 14


def test_the_documentation_lists_the_catalogue():
    assert table() in (Path(__file__).parent.parent / "docs" / "evaluation.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("width", "height"), [(16, 16), (30, 200), (224, 168)])
def test_severe_chains_of_any_kind_survive(width, height):
    for seed in range(25):
        post = any_post(photograph(width, height), seed=seed, context=others(seed % 3))
        assert 8 <= min(post.pixels.shape[:2]) <= max(post.pixels.shape[:2]) <= 4096
        assert np.isfinite(post.original_to_result).all()
