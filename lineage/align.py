"""Where an asset lies in a post: matches of local features → geometry.

Every match of two SIFT features implies a whole similarity: their scales, angles and positions. All of them are tried
against all matches (Philbin et al. 2007), so that few and repeated matches need no luck. The best grow into an affine
map or a homography, with which all features are matched again where they should lie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lineage.geometry import (
    Points,
    apply,
    area,
    corners,
    fit_affine,
    fit_homography,
    fit_similarity,
    flip,
    inside,
    invert,
    keeps_order,
    overlap,
    tangent,
)
from lineage.records import Alignment, Floats, Keypoints, Map, Point

Indices = npt.NDArray[np.intp]

RATIO = 0.9  # distance to the nearest over distance to the second nearest feature of the asset
HYPOTHESES = 4  # similarities that are followed up
MIN_INLIERS = 4  # fewer are found between any two pictures
AFFINE_FROM, HOMOGRAPHY_FROM = 6, 20  # inliers, from which a map with six or eight numbers is not guessed
SIMILAR = 0.65  # cosine from which features may be the same, once they lie where they should
ASSET_TOLERANCE = 0.006  # of the asset's longer side: 3 px at 512
POST_TOLERANCE = 0.0015  # of the post's longer side: about 1 px; it counts for more the smaller the asset is shown
SCALE_TOLERANCE = 0.8  # octaves
TURN_TOLERANCE = 0.8  # cosine of the difference in angle: 37°; perspective and stretching turn features too
MIN_SCALE, MAX_SCALE = 1 / 20, 20.0  # size of the asset in the post, beyond which there is nothing to see
MAX_STRETCH = 3.0  # beyond, a map is an accident and not an edit
WITHIN = 0.95  # share of the inliers in a window from which the asset is seen through it
MISSED = 2  # inliers that are lacking outside of a window, at the rate that there is inside
SMALLEST = 1e-4  # of the post's squared longer side: 10 × 10 px in 1000
SHARPNESS = 0.02  # difference in cosine by which one candidate explains a feature e times better than another


@dataclass(frozen=True, slots=True)
class PostFeatures:
    """Local features of a post and of its mirror image.

    Attributes:
        plain: of the post
        mirrored: of the post with left and right exchanged, in the frame of that picture; the same features in the same
            order, or none
        size: width and height of the post in any unit
        windows: (4, 2) corners of each part that looks like a picture of its own, unit frame: of an asset in there
            nothing is seen outside of it
    """

    plain: Keypoints
    mirrored: Keypoints
    size: tuple[float, float]
    windows: tuple[Points, ...] = ()

    def without(self, region: Sequence[Point]) -> PostFeatures:
        """The same without the features in a convex region of the post, so that a second asset can be found.

        Feature i stays feature i of the mirror image: candidates compete for it whichever way round they lie.
        """
        keep = ~inside(np.array(region), self.plain.positions)
        mirrored = _kept(self.mirrored, keep) if len(self.mirrored) else self.mirrored
        return replace(self, plain=_kept(self.plain, keep), mirrored=mirrored)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Features of post and asset that may be the same: indices on either side, cosine of their descriptors."""

    post: Indices
    asset: Indices
    similarity: Floats

    def __len__(self) -> int:
        return len(self.post)

    def __getitem__(self, chosen: Indices | npt.NDArray[np.bool_]) -> _Pairs:
        return _Pairs(self.post[chosen], self.asset[chosen], self.similarity[chosen])


@dataclass(frozen=True, slots=True)
class Located:
    """A map into the post, or into its mirror image, what supports it, and how exactly, as in `Alignment`."""

    asset_to_post: Map
    inliers: _Pairs
    error: float
    mirrored: bool = False


def align(post: PostFeatures, asset: Keypoints, *, asset_size: tuple[float, float]) -> Alignment | None:
    """`align_all` for a single asset."""
    return align_all(post, [asset], asset_sizes=[asset_size])[0]


def align_all(
    post: PostFeatures, assets: Sequence[Keypoints], *, asset_sizes: Sequence[tuple[float, float]]
) -> list[Alignment | None]:
    """Where each asset lies in a post, plain or mirrored: `locate`, then `compare`."""
    return compare(post, assets, locate(post, assets), asset_sizes=asset_sizes)


def locate(post: PostFeatures, assets: Sequence[Keypoints]) -> list[Located | None]:
    """The best supported map of each asset on its own; None where none has the support of MIN_INLIERS features."""
    sides = [(post.plain, _unit(post.plain)), (post.mirrored, _unit(post.mirrored))]
    return [
        _best([_locate(side, unit, asset, mirrored=m == 1) for m, (side, unit) in enumerate(sides)]) for asset in assets
    ]


def compare(
    post: PostFeatures,
    assets: Sequence[Keypoints],
    located: Sequence[Located | None],
    *,
    asset_sizes: Sequence[tuple[float, float]],
) -> list[Alignment | None]:
    """Alignments of assets that compete: `weight` counts a feature of the post that several explain in parts.

    Args:
        post: features of the post
        assets: features of each asset
        located: of each, as `locate` found them
        asset_sizes: width and height of each asset in any unit

    Returns:
        In the order of the assets; None where an asset is not located, or nothing of it lies inside the post.
    """
    return [
        _describe(one, asset, post, size, weight) if one else None
        for one, asset, size, weight in zip(located, assets, asset_sizes, _weights(located), strict=True)
    ]


def _locate(post: Keypoints, post_unit: Floats, asset: Keypoints, *, mirrored: bool) -> Located | None:
    if min(len(post), len(asset)) < MIN_INLIERS:
        return None
    similarity = post_unit @ _unit(asset).T
    matches = _matches(similarity)
    seeds = _seeds(post, asset, matches)
    if not seeds:
        return None
    near = np.nonzero(similarity > SIMILAR)
    pairs = _Pairs(near[0], near[1], similarity[near])
    best = _best([_grow(post, asset, matches, pairs, seed) for seed in seeds])
    return replace(best, mirrored=mirrored) if best else None


def _best(found: Sequence[Located | None]) -> Located | None:
    return max((one for one in found if one), key=lambda one: float(one.inliers.similarity.sum()), default=None)


def _unit(keypoints: Keypoints) -> Floats:
    """(N, D) centred descriptors, L2 norm 1: their products are cosines."""
    centred = keypoints.descriptors.astype(np.float32) - 128
    return np.asarray(centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1), np.float32)


def _matches(similarity: Floats) -> _Pairs:
    """Mutually nearest features whose second nearest in the asset is clearly farther."""
    nearest = similarity.argmax(1)
    rows = np.arange(len(similarity))
    mutual = similarity.argmax(0)[nearest] == rows
    p, a = rows[mutual], nearest[mutual]
    rest = similarity[p]
    first = rest[np.arange(len(p)), a]
    rest[np.arange(len(p)), a] = -1
    clear = 1 - first < RATIO**2 * (1 - rest.max(1))  # 1 - cosine is half the squared distance
    return _Pairs(p[clear], a[clear], first[clear])


def _seeds(post: Keypoints, asset: Keypoints, matches: _Pairs) -> list[Indices]:
    """Sets of matches that agree with the similarity of one of them, best first, none much like another."""
    p, a = _complex(post.positions[matches.post]), _complex(asset.positions[matches.asset])
    scale = post.scales[matches.post] / asset.scales[matches.asset]
    turn = np.exp(1j * np.deg2rad(post.angles[matches.post] - asset.angles[matches.asset])).astype(np.complex64)
    offset = a[None, :] - a[:, None]
    error = np.abs((p[None, :] - p[:, None]) / (scale * turn)[:, None] - offset)
    # A single feature knows scale and angle to some 10 %, so the error grows with the distance from it.
    agree = error < 2 * ASSET_TOLERANCE + POST_TOLERANCE / scale[:, None] + 0.15 * np.abs(offset)
    agree &= np.abs(np.log2(scale[None, :] / scale[:, None])) < SCALE_TOLERANCE
    agree &= (turn[None, :] * turn[:, None].conj()).real > TURN_TOLERANCE
    agree &= ((scale > MIN_SCALE) & (scale < MAX_SCALE))[:, None]
    votes = agree @ matches.similarity
    seeds: list[Indices] = []
    for row in np.argsort(-votes, kind="stable")[: 4 * HYPOTHESES]:
        members = np.flatnonzero(agree[row])
        if len(members) >= MIN_INLIERS - 1 and not any(np.isin(members, seed).mean() > 0.7 for seed in seeds):
            seeds.append(members)
    return seeds[:HYPOTHESES]


def _grow(post: Keypoints, asset: Keypoints, matches: _Pairs, pairs: _Pairs, seed: Indices) -> Located | None:
    """From a seed to an affine map through clear matches, then to all pairs that lie where they should."""
    inliers = matches[seed]
    for tolerance in (4, 2):
        found = _fit(post, asset, inliers, matches, tolerance=tolerance)
        if found is None:
            return None
        inliers = found.inliers
    grown = _fit(post, asset, inliers, pairs, tolerance=2)
    grown = grown and _fit(post, asset, grown.inliers, pairs, tolerance=1)
    if grown is None or len(grown.inliers) < HOMOGRAPHY_FROM:
        return grown
    bent = _fit(post, asset, grown.inliers, pairs, tolerance=1, bent=True)
    return bent if bent and len(bent.inliers) > 1.05 * len(grown.inliers) else grown


def _fit(
    post: Keypoints, asset: Keypoints, inliers: _Pairs, pairs: _Pairs, *, tolerance: float, bent: bool = False
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
    if asset_to_post is None or not _plausible(asset_to_post, asset.positions):
        return None
    turned = tangent(asset_to_post, source.mean(0))
    scale = np.sqrt(np.linalg.det(turned))
    turn = np.rad2deg(np.arctan2(turned[1, 0] - turned[0, 1], turned[0, 0] + turned[1, 1]))
    back = apply(invert(asset_to_post), post.positions)
    error = np.hypot(*(back[pairs.post] - asset.positions[pairs.asset]).T)
    tolerated = ASSET_TOLERANCE + POST_TOLERANCE / scale
    agree = error < tolerance * tolerated
    agreeing = pairs[agree]
    octaves = np.log2(post.scales[agreeing.post] / (asset.scales[agreeing.asset] * scale))
    turns = np.deg2rad(post.angles[agreeing.post] - asset.angles[agreeing.asset] - turn)
    agreeing = agreeing[(np.abs(octaves) < SCALE_TOLERANCE) & (np.cos(turns) > TURN_TOLERANCE)]
    agreeing = _once(agreeing, asset)
    off = back[agreeing.post] - asset.positions[agreeing.asset]
    off_by = float(np.sqrt((off * off).sum() / max(len(agreeing), 1)) / tolerated)
    return Located(asset_to_post, agreeing, off_by) if len(agreeing) >= MIN_INLIERS else None


def _once(pairs: _Pairs, asset: Keypoints) -> _Pairs:
    """The most similar pairs so that no feature of the post, and no place of the asset, is used twice."""
    places = (asset.positions[pairs.asset] / ASSET_TOLERANCE).astype(np.int64) @ (1 << 20, 1)
    order = np.argsort(-pairs.similarity, kind="stable")
    for keys in (places, pairs.post):
        order = order[np.sort(np.unique(keys[order], return_index=True)[1])]
    return pairs[order]


def _plausible(asset_to_post: Map, positions: Floats) -> bool:
    """Whether an edit could have done this: no mirroring, nothing folded, flattened or wildly stretched."""
    low, high = positions.min(0), positions.max(0)
    frame = np.array([low, (high[0], low[1]), high, (low[0], high[1])], np.float64)
    if not keeps_order(asset_to_post, frame):
        return False
    strains = [np.linalg.svd(tangent(asset_to_post, point), compute_uv=False) for point in frame]
    wide, narrow = np.max(strains, axis=0)[0], np.min(strains, axis=0)[1]
    return bool(narrow > MIN_SCALE and wide < MAX_SCALE and wide < MAX_STRETCH * narrow)


def _weights(found: Sequence[Located | None]) -> list[float]:
    """Sum over each one's inliers of its share in that feature of the post, which goes to the more similar ones."""
    owners = [np.full(len(one.inliers), i) for i, one in enumerate(found) if one]
    if not owners:
        return [0.0] * len(found)
    owner = np.concatenate(owners)
    feature = np.concatenate([one.inliers.post for one in found if one])
    claim = np.exp(np.concatenate([one.inliers.similarity for one in found if one]).astype(np.float64) / SHARPNESS)
    share = claim / np.bincount(feature, claim)[feature]
    return [float(weight) for weight in np.bincount(owner, share, minlength=len(found))]


def _describe(
    found: Located,
    asset: Keypoints,
    post: PostFeatures,
    asset_size: tuple[float, float],
    weight: float,
) -> Alignment | None:
    """Both regions and their shares; None where the map leaves nothing of the asset in the post."""
    asset_to_post = flip(post.size) @ found.asset_to_post if found.mirrored else found.asset_to_post
    frame, canvas = corners(asset_size), corners(post.size)
    if not keeps_order(found.asset_to_post, frame):
        return None
    in_post = overlap(apply(asset_to_post, frame), _window(found, apply(asset_to_post, asset.positions), post))
    if area(in_post) < SMALLEST:
        return None
    in_asset = apply(invert(asset_to_post), in_post)
    low, high = in_asset.min(0), in_asset.max(0)
    seen = inside(in_asset, asset.positions)
    cells = ((asset.positions[found.inliers.asset] - low) / (high - low) * 4).clip(0, 3).astype(np.intp)
    return Alignment(
        asset_to_post=asset_to_post,
        inliers=len(found.inliers),
        spread=len(np.unique(cells, axis=0)) / 16,
        expected=int(seen.sum()),
        asset_seen=min(1.0, area(in_asset) / area(frame)),
        post_covered=min(1.0, area(in_post) / area(canvas)),
        region_in_post=_polygon(in_post),
        region_in_asset=_polygon(in_asset),
        weight=weight,
        error=found.error,
        agreeing=int(seen[found.inliers.asset].sum()),
    )


def _window(found: Located, features: Points, post: PostFeatures) -> Points:
    """The smallest window through which the asset is seen, else the whole post.

    Nearly all inliers lie in it, and more of them would lie outside if the asset were seen there too. On plain ground,
    as around a packshot, there are none to be missed.

    Args:
        found: map and inliers
        features: (N, 2), where the map puts those of the asset
        post: features and windows
    """
    whole = corners(post.size)
    visible, inliers = features[inside(whole, features)], features[found.inliers.asset]
    fitting = [window for window in post.windows if _hides(window, visible, inliers)]
    return min(fitting, key=area, default=whole)


def _hides(window: Points, visible: Points, inliers: Points) -> bool:
    """Whether nearly all inliers lie in a window, and too few of an asset's features outside are inliers as well."""
    agreeing, there = inside(window, inliers), inside(window, visible)
    expected = agreeing.sum() * (~there).sum() / max(there.sum(), 1)
    return bool(agreeing.mean() >= WITHIN and expected - (~agreeing).sum() >= MISSED)


def _polygon(points: Points) -> tuple[Point, ...]:
    return tuple((float(x), float(y)) for x, y in points)


def _complex(points: Floats) -> npt.NDArray[np.complex64]:
    return (points[:, 0] + 1j * points[:, 1]).astype(np.complex64)


def _kept(keypoints: Keypoints, keep: npt.NDArray[np.bool_]) -> Keypoints:
    return Keypoints(
        keypoints.positions[keep], keypoints.scales[keep], keypoints.angles[keep], keypoints.descriptors[keep]
    )
