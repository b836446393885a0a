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
    mirrors,
    overlap,
    tangent,
    tangents,
)
from lineage.records import Alignment, Floats, Keypoints, Map, Point

Indices = npt.NDArray[np.intp]

RATIO = 0.9  # distance to the nearest over distance to the second nearest feature of the asset
HYPOTHESES = 4  # similarities that are followed up
MIN_INLIERS = 4  # fewer are found between any two pictures
AFFINE_FROM, HOMOGRAPHY_FROM = 6, 12  # inliers, from which a map with six or eight numbers is not guessed
BENDING = (
    6,
    4,
    3,
    2,
    1.5,
    1,
    1,
)  # times what is tolerated in the end: a tilted picture's affine map fits a corner of it
BENT, GAIN = 6, 1.05  # best maps that are bent; times as many inliers, from which that is better than by chance
SIMILAR = 0.65  # cosine from which features may be the same, once they lie where they should
ASSET_TOLERANCE = 0.006  # of the asset's longer side: 3 px at 512
POST_TOLERANCE = 0.0015  # of the post's longer side: about 1 px; it counts for more the smaller the asset is shown
SCALE_TOLERANCE = 0.8  # octaves
TURN_TOLERANCE = 0.8  # cosine of the difference in angle: 37°; perspective and stretching turn features too
MIN_SCALE, MAX_SCALE = 1 / 20, 20.0  # size of the asset in the post, beyond which there is nothing to see
MAX_STRETCH = 3.0  # beyond, a map is an accident and not an edit
MAX_TILTED = 8.0  # the same across a picture seen at an angle: 60° halve one side, and the far end is smaller yet
WITHIN = 0.95  # share of the inliers in a window from which the asset is seen through it
MISSED = 2  # inliers that are lacking outside of a window, at the rate that there is inside
SMALLEST = 1e-4  # of the post's squared longer side: 10 × 10 px in 1000
MASKED = 0.25  # share of a place, up to which what is seen there is not that of what was masked
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
        masked: polygons, unit frame, whose features were taken away: what they show is ignored, or claimed already
    """

    plain: Keypoints
    mirrored: Keypoints
    size: tuple[float, float]
    windows: tuple[Points, ...] = ()
    masked: tuple[tuple[Point, ...], ...] = ()

    def without(self, region: Sequence[Point]) -> PostFeatures:
        """The same without the features in a convex region of the post, so that a second asset can be found.

        Feature i stays feature i of the mirror image: candidates compete for it whichever way round they lie.
        """
        keep = ~inside(np.array(region), self.plain.positions)
        mirrored = _kept(self.mirrored, keep) if len(self.mirrored) else self.mirrored
        return replace(self, plain=_kept(self.plain, keep), mirrored=mirrored, masked=(*self.masked, tuple(region)))

    def free(self, polygon: Points) -> bool:
        """Whether hardly anything of a convex polygon of the post is masked."""
        return sum(area(overlap(polygon, np.array(one))) for one in self.masked) <= MASKED * area(polygon)


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

    def whole(self, post_size: tuple[float, float]) -> Map:
        """The map into the post itself, of this width and height in any unit."""
        return flip(post_size) @ self.asset_to_post if self.mirrored else self.asset_to_post


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
    straight = [
        _best([_locate(side, unit, asset, mirrored=m == 1) for m, (side, unit) in enumerate(sides)]) for asset in assets
    ]
    best = sorted((n for n, one in enumerate(straight) if one), key=lambda n: -_support(straight[n]))[:BENT]
    return [_bend(*sides[one.mirrored], assets[n], one) if one and n in best else one for n, one in enumerate(straight)]


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
    pairs = _similar(similarity)
    best = _best([_grow(post, asset, matches, pairs, seed) for seed in seeds])
    return replace(best, mirrored=mirrored) if best else None


def recounted(post: PostFeatures, asset: Keypoints, asset_to_post: Map, *, asset_size: tuple[float, float]) -> Located:
    """What supports a map that was found otherwise, be it nothing.

    Args:
        post: features of the post
        asset: features of the asset
        asset_to_post: 3 × 3, unit frame → unit frame; a mirrored post is part of the map
        asset_size: width and height of the asset in any unit
    """
    mirrored = mirrors(asset_to_post, corners(asset_size))
    own = flip(post.size) @ asset_to_post if mirrored else asset_to_post
    side = post.mirrored if mirrored else post.plain
    pairs = _similar(_unit(side) @ _unit(asset).T)
    return replace(_supported(side, asset, own, pairs, tolerance=1), mirrored=mirrored)


def _similar(similarity: Floats) -> _Pairs:
    near = np.flatnonzero(similarity > SIMILAR)  # much faster than looking for both indices at once
    post, asset = np.divmod(near, similarity.shape[1])
    return _Pairs(post, asset, similarity.ravel()[near])


def _best(found: Sequence[Located | None]) -> Located | None:
    return max((one for one in found if one), key=_support, default=None)


def _support(found: Located | None) -> float:
    return float(found.inliers.similarity.sum()) if found else 0.0


def _unit(keypoints: Keypoints) -> Floats:
    """(N, D) centred descriptors, L2 norm 1: their products are cosines."""
    centred = keypoints.descriptors.astype(np.float32) - 128
    return np.asarray(centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1), np.float32)


def _matches(similarity: Floats) -> _Pairs:
    """Mutually nearest features whose second nearest in the asset is clearly farther."""
    rows = np.arange(len(similarity))
    nearest = similarity.argmax(1)
    first = similarity[rows, nearest]
    similarity[rows, nearest] = -1  # for a moment: a copy would cost more than the search
    second = similarity.max(1)
    similarity[rows, nearest] = first
    clear = np.flatnonzero(1 - first < RATIO**2 * (1 - second))  # 1 - cosine is half the squared distance
    mutual = clear[first[clear] >= similarity[:, nearest[clear]].max(0)]
    return _Pairs(mutual, nearest[mutual], first[mutual])


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
    return grown and _fit(post, asset, grown.inliers, pairs, tolerance=1)


def _bend(post: Keypoints, post_unit: Floats, asset: Keypoints, straight: Located) -> Located:
    """From an affine map to a homography, where one explains more: a tilted picture is affine in a part of it only.

    The map grows outwards from that part, each time matched again with less tolerance.
    """
    if len(straight.inliers) < HOMOGRAPHY_FROM:
        return straight
    bent: Located | None = straight
    pairs = _similar(post_unit @ _unit(asset).T)
    for tolerance in BENDING:
        bent = bent and _fit(post, asset, bent.inliers, pairs, tolerance=tolerance, bent=True)
    better = bent is not None and len(bent.inliers) > GAIN * len(straight.inliers)
    return replace(bent, mirrored=straight.mirrored) if bent and better else straight


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
    if asset_to_post is None or not _plausible(asset_to_post, asset.positions, bent=bent):
        return None
    found = _supported(post, asset, asset_to_post, pairs, tolerance=tolerance)
    return found if len(found.inliers) >= MIN_INLIERS else None


def _supported(post: Keypoints, asset: Keypoints, asset_to_post: Map, pairs: _Pairs, *, tolerance: float) -> Located:
    """A map with those of some pairs that lie where it puts them, as large and turned as it makes them there."""
    places = asset.positions[pairs.asset]
    turned = tangents(asset_to_post, places)
    scale = np.sqrt(np.abs(np.linalg.det(turned)))
    expected = ASSET_TOLERANCE + POST_TOLERANCE / np.maximum(scale, 1e-9)
    back = apply(invert(asset_to_post), post.positions[pairs.post])
    error = np.hypot(*(back - places).T) / expected
    turn = np.arctan2(turned[:, 1, 0] - turned[:, 0, 1], turned[:, 0, 0] + turned[:, 1, 1])
    octaves = np.log2(post.scales[pairs.post] / (asset.scales[pairs.asset] * np.maximum(scale, 1e-9)))
    turns = np.deg2rad(post.angles[pairs.post] - asset.angles[pairs.asset]) - turn
    agree = (error < tolerance) & (np.abs(octaves) < SCALE_TOLERANCE) & (np.cos(turns) > TURN_TOLERANCE)
    chosen = np.flatnonzero(agree)
    once = _once(pairs[chosen], asset)
    off = error[chosen[once]]
    return Located(asset_to_post, pairs[chosen[once]], float(np.sqrt((off * off).sum() / max(len(off), 1))))


def _once(pairs: _Pairs, asset: Keypoints) -> Indices:
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
    low, high = positions.min(0), positions.max(0)
    frame = np.array([low, (high[0], low[1]), high, (low[0], high[1])], np.float64)
    if not keeps_order(asset_to_post, frame):
        return False
    strains = [np.linalg.svd(tangent(asset_to_post, point), compute_uv=False) for point in frame]
    wide, narrow = np.max(strains, axis=0)[0], np.min(strains, axis=0)[1]
    most = MAX_TILTED if bent else MAX_STRETCH
    return bool(narrow > MIN_SCALE and wide < MAX_SCALE and wide < most * narrow)


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
    asset_to_post = found.whole(post.size)
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
    if not len(inliers):
        return False
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
