"""Maps from assets into a post, found by matching local features.

Every match of two SIFT features implies a whole similarity: their scales, angles and positions. All of them are tried
against all matches (Philbin et al. 2007), so that few and repeated matches need no luck. The best grow into an affine
map or a homography, with which all features are matched again where they should lie.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lineage.describe.keypoints import unit_descriptors
from lineage.describe.post import PostFeatures
from lineage.geometry import (
    Truths,
    affine,
    apply,
    corners,
    fit_affine,
    fit_homography,
    fit_similarity,
    flip,
    invert,
    keeps_order,
    mirrors,
    strains,
    tangents,
)
from lineage.records import Floats, Keypoints, Map
from lineage.verify.matching import Indices, Matches, clear_matches, possible_matches

HYPOTHESES = 4  # similarities that are followed up
MIN_INLIERS = 4  # fewer are found between any two pictures
AFFINE_FROM, HOMOGRAPHY_FROM = 6, 12  # inliers, from which a map with six or eight numbers is not guessed
# Times what is tolerated in the end: a tilted picture's affine map fits a corner of it.
BENDING = (6, 4, 3, 2, 1.5, 1, 1)
BENT, GAIN = 6, 1.05  # best maps that are bent; times as many inliers, from which that is better than by chance
ASSET_TOLERANCE = 0.006  # of the asset's longer side: 3 px at 512
POST_TOLERANCE = 0.0015  # of the post's longer side: about 1 px; it counts for more the smaller the asset is shown
SCALE_TOLERANCE = 0.8  # octaves
TURN_TOLERANCE = 0.8  # cosine of the difference in angle: 37°; perspective and stretching turn features too
MIN_SCALE, MAX_SCALE = 1 / 20, 20.0  # size of the asset in the post, beyond which there is nothing to see
MAX_STRETCH = 3.0  # beyond, a map is an accident and not an edit
MAX_TILTED = 8.0  # the same across a picture seen at an angle: 60° halve one side, and the far end is smaller yet


@dataclass(frozen=True, slots=True)
class Located:
    """A map into the post, or into its mirror image, what supports it, and how exactly, as in `Alignment`."""

    asset_to_post: Map
    inliers: Matches
    error: float
    mirrored: bool = False

    def whole(self, post_size: tuple[float, float]) -> Map:
        """The map into the post itself, of this width and height in any unit."""
        return flip(post_size) @ self.asset_to_post if self.mirrored else self.asset_to_post


def locate(post: PostFeatures, assets: Sequence[Keypoints]) -> list[Located | None]:
    """The best supported map of each asset on its own; None where none has the support of MIN_INLIERS features."""
    return Locator(post).locate({str(number): asset for number, asset in enumerate(assets)})


class Locator:
    """Looks for assets in one post: for each once, however many stages ask for it.

    Args:
        post: its features
    """

    def __init__(self, post: PostFeatures) -> None:
        self._sides = [(side, unit_descriptors(side)) for side in (post.unmirrored, post.mirrored)]
        self._straight: dict[str, Located | None] = {}
        self._bent: dict[str, Located] = {}

    def locate(self, assets: Mapping[str, Keypoints]) -> list[Located | None]:
        """As `locate`, of assets by their ids; the best of those that are asked for together are bent."""
        straight = {key: self.straight(key, asset) for key, asset in assets.items()}
        best = sorted((key for key, one in straight.items() if one), key=lambda key: -_support(straight[key]))[:BENT]
        return [self._bend(key, assets[key], one) if one and key in best else one for key, one in straight.items()]

    def straight(self, key: str, asset: Keypoints) -> Located | None:
        """The best supported affine map of an asset by its id; None where none has the support of MIN_INLIERS."""
        if key not in self._straight:
            unit = unit_descriptors(asset)
            sides = enumerate(self._sides)
            self._straight[key] = _best([_locate(*side, asset, unit, mirrored=m == 1) for m, side in sides])
        return self._straight[key]

    def _bend(self, key: str, asset: Keypoints, straight: Located) -> Located:
        if key not in self._bent:
            self._bent[key] = _bend(*self._sides[straight.mirrored], asset, straight)
        return self._bent[key]


def _locate(
    post: Keypoints, post_unit: Floats, asset: Keypoints, asset_unit: Floats, *, mirrored: bool
) -> Located | None:
    if min(len(post), len(asset)) < MIN_INLIERS:
        return None
    similarity = post_unit @ asset_unit.T
    matches = clear_matches(similarity)
    seeds = _seeds(post, asset, matches)
    if not seeds:
        return None
    pairs = possible_matches(similarity)
    best = _best([_grow(post, asset, matches, pairs, seed) for seed in seeds])
    return replace(best, mirrored=mirrored) if best else None


def recount(post: PostFeatures, asset: Keypoints, asset_to_post: Map, *, asset_size: tuple[float, float]) -> Located:
    """What supports a map that was found otherwise, be it nothing.

    Args:
        post: features of the post
        asset: features of the asset
        asset_to_post: 3 × 3, unit frame → unit frame; a mirrored post is part of the map
        asset_size: width and height of the asset in any unit
    """
    mirrored = mirrors(asset_to_post, corners(asset_size))
    own = flip(post.size) @ asset_to_post if mirrored else asset_to_post
    side = post.mirrored if mirrored else post.unmirrored
    pairs = possible_matches(unit_descriptors(side) @ unit_descriptors(asset).T)
    return replace(_supported(side, asset, own, pairs, tolerance=1), mirrored=mirrored)


def _best(found: Sequence[Located | None]) -> Located | None:
    return max((one for one in found if one), key=_support, default=None)


def _support(found: Located | None) -> float:
    return float(found.inliers.similarity.sum()) if found else 0.0


def _seeds(post: Keypoints, asset: Keypoints, matches: Matches) -> list[Indices]:
    """Sets of matches that agree with the similarity of one of them, best first, none much like another."""
    scale = post.scales[matches.post] / asset.scales[matches.asset]
    turn = np.exp(1j * np.deg2rad(post.angles[matches.post] - asset.angles[matches.asset])).astype(np.complex64)
    octave = np.log2(scale)
    agree = np.abs(octave[None, :] - octave[:, None]) < SCALE_TOLERANCE
    agree &= (turn[None, :] * turn[:, None].conj()).real > TURN_TOLERANCE
    agree &= ((scale > MIN_SCALE) & (scale < MAX_SCALE))[:, None]
    one, other = np.divmod(np.flatnonzero(agree), len(matches))  # few pairs are left of which to look where they lie
    p, a = _complex(post.positions[matches.post]), _complex(asset.positions[matches.asset])
    offset = a[other] - a[one]
    error = np.abs((p[other] - p[one]) / (scale * turn)[one] - offset)
    # A single feature knows scale and angle to some 10 %, so the error grows with the distance from it.
    agree[one, other] = error < 2 * ASSET_TOLERANCE + POST_TOLERANCE / scale[one] + 0.15 * np.abs(offset)
    votes, support = agree @ matches.similarity, agree.sum(1)
    best = np.argsort(-votes, kind="stable")[: 4 * HYPOTHESES]
    best = best[support[best] >= MIN_INLIERS - 1]
    return [np.flatnonzero(agree[row]) for row in best[_unlike(agree[best])][:HYPOTHESES]]


def _unlike(sets: Truths) -> list[int]:
    """Which of (N, M) sets share at most seven tenths of their members with any that is chosen before."""
    shared = (sets.astype(np.float32) @ sets.T).tolist()  # numbers of Python, which do not round 0.7 to float32
    chosen: list[int] = []
    for row, size in enumerate(sets.sum(1).tolist()):
        if not any(shared[row][other] > 0.7 * size for other in chosen):
            chosen.append(row)
    return chosen


def _grow(post: Keypoints, asset: Keypoints, matches: Matches, pairs: Matches, seed: Indices) -> Located | None:
    """From a seed to an affine map through clear matches, then to all pairs that lie where they should."""
    inliers = matches[seed]
    for tolerance in (4, 2):
        found = _fit(post, asset, inliers, matches, tolerance=tolerance)
        if found is None:
            return None
        inliers = found.inliers
    grown = _fit(post, asset, inliers, pairs, tolerance=2)
    return grown and _fit(post, asset, grown.inliers, pairs, tolerance=1)


def _bend(post: Keypoints, post_unit: Floats, asset: Keypoints, straight: Located) -> Located:
    """From an affine map to a homography, where one explains more: a tilted picture is affine in a part of it only.

    The map grows outwards from that part, each time matched again with less tolerance.
    """
    if len(straight.inliers) < HOMOGRAPHY_FROM:
        return straight
    bent: Located | None = straight
    pairs = possible_matches(post_unit @ unit_descriptors(asset).T)
    for tolerance in BENDING:
        bent = bent and _fit(post, asset, bent.inliers, pairs, tolerance=tolerance, bent=True)
        if bent is None or len(bent.inliers) <= GAIN * len(straight.inliers):  # the next tolerates less
            return straight
    return replace(bent, mirrored=straight.mirrored) if bent else straight


def _fit(
    post: Keypoints, asset: Keypoints, inliers: Matches, pairs: Matches, *, tolerance: float, bent: bool = False
) -> Located | None:
    """The map that `inliers` stand for, and those of `pairs` that agree with it; None where no edit could have done it.

    Args:
        post, asset: features of either side
        inliers: what the map is fitted to
        pairs: what may support it
        tolerance: times what is tolerated in the end
        bent: a homography, else the simpler map that the inliers can carry
    """
    source, target = asset.positions[inliers.asset], post.positions[inliers.post]
    fit = fit_homography if bent else fit_affine if len(inliers) >= AFFINE_FROM else fit_similarity
    asset_to_post = fit(source, target)
    if asset_to_post is None or not _plausible(asset_to_post, asset.positions, bent=bent):
        return None
    found = _supported(post, asset, asset_to_post, pairs, tolerance=tolerance)
    return found if len(found.inliers) >= MIN_INLIERS else None


def _supported(post: Keypoints, asset: Keypoints, asset_to_post: Map, pairs: Matches, *, tolerance: float) -> Located:
    """A map with those of some pairs that lie where it puts them, as large and turned as it makes them there."""
    places = asset.positions[pairs.asset]
    everywhere = affine(asset_to_post)
    turned = tangents(asset_to_post, places[:1] if everywhere else places)
    scale = np.maximum(np.sqrt(np.abs(np.linalg.det(turned))), 1e-9)
    back = apply(invert(asset_to_post), post.positions[pairs.post])
    error = np.hypot(*(back - places).T) / (ASSET_TOLERANCE + POST_TOLERANCE / scale)
    near = np.flatnonzero(error < tolerance)
    if not everywhere:
        turned, scale = turned[near], scale[near]
    turn = np.arctan2(turned[:, 1, 0] - turned[:, 0, 1], turned[:, 0, 0] + turned[:, 1, 1])
    ours, theirs = pairs.post[near], pairs.asset[near]
    octaves = np.log2(post.scales[ours] / (asset.scales[theirs] * scale))
    turns = np.deg2rad(post.angles[ours] - asset.angles[theirs]) - turn
    chosen = near[(np.abs(octaves) < SCALE_TOLERANCE) & (np.cos(turns) > TURN_TOLERANCE)]
    once = _once(pairs[chosen], asset)
    off = error[chosen[once]]
    return Located(asset_to_post, pairs[chosen[once]], float(np.sqrt((off * off).sum() / max(len(off), 1))))


def _once(pairs: Matches, asset: Keypoints) -> Indices:
    """Which of the pairs are the most similar ones, so that no feature of the post, and no place of the asset, is used
    twice.
    """
    places = (asset.positions[pairs.asset] / ASSET_TOLERANCE).astype(np.int64) @ (1 << 20, 1)
    order = np.argsort(-pairs.similarity, kind="stable")
    for keys in (places, pairs.post):
        order = order[np.sort(np.unique(keys[order], return_index=True)[1])]
    return order


def _plausible(asset_to_post: Map, positions: Floats, *, bent: bool) -> bool:
    """Whether an edit could have done this: no mirroring, nothing folded, flattened or wildly stretched."""
    if bent:
        low, high = positions.min(0), positions.max(0)
        frame = np.array([low, (high[0], low[1]), high, (low[0], high[1])], np.float64)
        if not keeps_order(asset_to_post, frame):
            return False
        found = np.linalg.svd(tangents(asset_to_post, frame), compute_uv=False)
        wide, narrow, most = found[:, 0].max(), found[:, 1].min(), MAX_TILTED
    else:
        (wide, narrow), most = strains(asset_to_post), MAX_STRETCH
    return bool(narrow > MIN_SCALE and wide < MAX_SCALE and wide < most * narrow)


def _complex(points: Floats) -> npt.NDArray[np.complex64]:
    return (points[:, 0] + 1j * points[:, 1]).astype(np.complex64)
