"""Where assets lie in a post: their maps compete for its features, and each shows what of it is seen there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lineage.describe.post import PostFeatures
from lineage.geometry import Points, apply, area, corners, inside, invert, keeps_order, overlap, polygon_of
from lineage.records import Alignment, Keypoints
from lineage.verify.locate import Located, locate

WITHIN = 0.95  # share of the inliers in a window from which the asset is seen through it
LEAST = 0.2  # of an asset's features, that plain borders must leave: a logo alone is not the advertisement around it
MISSED = 2  # inliers that are lacking outside of a window, at the rate that there is inside
SMALLEST = 1e-4  # of the post's squared longer side: 10 × 10 px in 1000
SHARPNESS = 0.02  # difference in cosine by which one candidate explains a feature e times better than another


def align(post: PostFeatures, asset: Keypoints, *, asset_size: tuple[float, float]) -> Alignment | None:
    """`align_all` for a single asset."""
    return align_all(post, [asset], asset_sizes=[asset_size])[0]


def align_all(
    post: PostFeatures, assets: Sequence[Keypoints], *, asset_sizes: Sequence[tuple[float, float]]
) -> list[Alignment | None]:
    """Where each asset lies in a post, either way round: `locate`, then `alignments`."""
    return alignments(post, assets, locate(post, assets), asset_sizes=asset_sizes)


def alignments(
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
    cells = ((asset.positions[found.inliers.asset] - low) / (high - low) * 4).clip(0, 3).astype(np.intp) @ (4, 1)
    return Alignment(
        asset_to_post=asset_to_post,
        inliers=len(found.inliers),
        spread=len(np.unique(cells)) / 16,
        expected=int(seen.sum()),
        asset_seen=min(1.0, area(in_asset) / area(frame)),
        post_covered=min(1.0, area(in_post) / area(canvas)),
        region_in_post=polygon_of(in_post),
        region_in_asset=polygon_of(in_asset),
        weight=weight,
        error=found.error,
        agreeing=int(seen[found.inliers.asset].sum()),
    )


def _window(found: Located, features: Points, post: PostFeatures) -> Points:
    """The smallest window through which the asset is seen, else the whole post.

    Nearly all inliers lie in it, and more of them would lie outside if the asset were seen there too. On plain ground,
    as around a packshot, there are none to be missed. What plain borders leave is one too, where it shows enough.

    Args:
        found: map and inliers
        features: (N, 2), where the map puts those of the asset
        post: features and windows
    """
    whole = corners(post.size)
    visible, inliers = features[inside(whole, features)], features[found.inliers.asset]
    windows = [*post.windows, *(one for one in post.bordered if inside(one, features).sum() >= LEAST * len(features))]
    return min((window for window in windows if _hides(window, visible, inliers)), key=area, default=whole)


def _hides(window: Points, visible: Points, inliers: Points) -> bool:
    """Whether nearly all inliers lie in a window, and too few of an asset's features outside are inliers as well."""
    if not len(inliers):
        return False
    agreeing, there = inside(window, inliers), inside(window, visible)
    expected = agreeing.sum() * (~there).sum() / max(there.sum(), 1)
    return bool(agreeing.mean() >= WITHIN and expected - (~agreeing).sum() >= MISSED)
