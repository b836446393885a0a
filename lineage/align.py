"""Where an asset lies in a post: matches of local features → geometry.

Every match of two SIFT features implies a whole similarity: their scales, angles and positions. All of them are tried
against all matches (Philbin et al. 2007), so that few and repeated matches need no luck. The best is refined to an affine map or
a homography, and with it all features are matched again where they should lie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from lineage.records import Alignment, Floats, Keypoints, Map, Point

Indices = npt.NDArray[np.intp]

RATIO = 0.9  # distance to the nearest over distance to the second nearest feature of the asset
HYPOTHESES = 5  # similarities that are refined
MIN_INLIERS = 4  # one more than an affine map can explain by itself
MAX_ANISOTROPY = 3.0  # beyond, a map is an accident and not an edit
MIN_SCALE, MAX_SCALE = 1 / 20, 20.0  # asset's sizes in the post that can be told at all
TOLERANCE = 0.008  # of the asset's longer side: 3–4 px at 512


@dataclass(frozen=True, slots=True)
class PostFeatures:
    """Local features of a post and of its mirror image.

    Attributes:
        plain: of the post
        mirrored: of the post with left and right exchanged, in the frame of that picture
        size: width and height of the post in any unit
    """

    plain: Keypoints
    mirrored: Keypoints
    size: tuple[float, float]

    def without(self, region: Sequence[Point]) -> PostFeatures:
        """The same without the features that lie in a convex region of the post, so that a second asset can be found."""
        flip = _flip(self.size)
        return replace(
            self,
            plain=_outside(self.plain, np.array(region)),
            mirrored=_outside(self.mirrored, _apply(flip, np.array(region))),
        )


def align(post: PostFeatures, asset: Keypoints, *, asset_size: tuple[float, float]) -> Alignment | None:
    """The best supported map of an asset into a post, plain or mirrored.

    Args:
        post: features of the post
        asset: features of the asset
        asset_size: width and height of the asset in any unit

    Returns:
        None where no map has the support of MIN_INLIERS features.
    """
    found = [_align(post.plain, asset), _align(post.mirrored, asset)]
    mirrored = int(_support(found[1]) > _support(found[0]))
    best = found[mirrored]
    if best is None:
        return None
    asset_to_post, inliers = best
    if mirrored:
        asset_to_post = _flip(post.size) @ asset_to_post
    return _describe(asset_to_post, asset, inliers, _corners(asset_size), _corners(post.size))


def _support(found: tuple[Map, Indices] | None) -> int:
    return len(found[1]) if found else 0


def _align(post: Keypoints, asset: Keypoints) -> tuple[Map, Indices] | None:
    """The best map and the asset's features that support it."""
    if min(len(post), len(asset)) < MIN_INLIERS:
        return None
    similarity = _similarities(post, asset)
    p, a = _matches(similarity)
    best: tuple[Map, Indices] | None = None
    for inliers in _hypotheses(post, asset, p, a):
        asset_to_post = _refine(post, asset, p, a, inliers)
        if asset_to_post is None:
            continue
        agreed = _guided(post, asset, similarity, asset_to_post)
        if len(agreed[0]) < MIN_INLIERS:
            continue
        asset_to_post = _fit(asset.positions[agreed[1]], post.positions[agreed[0]])
        if _plausible(asset_to_post):
            agreed = _guided(post, asset, similarity, asset_to_post)
            if len(agreed[1]) >= max(MIN_INLIERS, len(best[1]) + 1 if best else 0):
                best = asset_to_post, agreed[1]
    return best


def _similarities(post: Keypoints, asset: Keypoints) -> Floats:
    """(P, A) cosine of the centred descriptors."""
    p, a = (k.descriptors.astype(np.float32) - 128 for k in (post, asset))
    p /= np.linalg.norm(p, axis=1, keepdims=True)
    a /= np.linalg.norm(a, axis=1, keepdims=True)
    return np.asarray(p @ a.T, np.float32)


def _matches(similarity: Floats) -> tuple[Indices, Indices]:
    """Mutually nearest features whose second nearest is clearly farther."""
    nearest = similarity.argmax(1)
    rows = np.arange(len(similarity))
    mutual = similarity.argmax(0)[nearest] == rows
    p, a = rows[mutual], nearest[mutual]
    others = similarity[p]
    first = others[np.arange(len(p)), a].copy()
    others[np.arange(len(p)), a] = -1
    clear = (1 - first) < RATIO**2 * (1 - others.max(1))
    return p[clear], a[clear]


def _hypotheses(post: Keypoints, asset: Keypoints, p: Indices, a: Indices) -> list[Indices]:
    """Sets of matches that agree with the similarity of one of them, best first."""
    if len(p) < MIN_INLIERS:
        return []
    zp, za = _complex(post.positions[p]), _complex(asset.positions[a])
    scale = post.scales[p] / asset.scales[a]
    turn = np.exp(1j * np.deg2rad(post.angles[p] - asset.angles[a])).astype(np.complex64)
    offset = za[None, :] - za[:, None]
    error = np.abs(zp[None, :] - zp[:, None] - (scale * turn)[:, None] * offset) / scale[:, None]
    # Scale and angle of one feature are known to some 10 %, so the error grows with the distance.
    close = error < 2 * TOLERANCE + 0.15 * np.abs(offset)
    close &= np.abs(np.log2(scale[None, :] / scale[:, None])) < 0.8
    close &= (turn[None, :] * turn[:, None].conj()).real > 0.8
    plausible = (scale > MIN_SCALE) & (scale < MAX_SCALE)
    votes = close.sum(1) * plausible
    chosen: list[Indices] = []
    for row in np.argsort(-votes, kind="stable")[: 4 * HYPOTHESES]:
        inliers = np.flatnonzero(close[row])
        if votes[row] >= MIN_INLIERS - 1 and not any(np.isin(inliers, c).mean() > 0.8 for c in chosen):
            chosen.append(inliers)
    return chosen[:HYPOTHESES]


def _refine(post: Keypoints, asset: Keypoints, p: Indices, a: Indices, inliers: Indices) -> Map | None:
    """Affine map through the matches, fitted again to those that agree with it, with a falling tolerance."""
    for tolerance in (4, 2, 1):
        if len(np.unique(asset.positions[a[inliers]].round(2), axis=0)) < 3:
            return None
        asset_to_post = _fit(asset.positions[a[inliers]], post.positions[p[inliers]], homography=False)
        if not _plausible(asset_to_post):
            return None
        error = np.linalg.norm(_apply(np.linalg.inv(asset_to_post), post.positions[p]) - asset.positions[a], axis=1)
        inliers = np.flatnonzero(error < tolerance * TOLERANCE)
    return asset_to_post


def _guided(post: Keypoints, asset: Keypoints, similarity: Floats, asset_to_post: Map) -> tuple[Indices, Indices]:
    """Matches among all features that lie where the map says, one per feature on either side."""
    back = _complex(_apply(np.linalg.inv(asset_to_post), post.positions))
    near = np.abs(back[:, None] - _complex(asset.positions)[None, :]) < TOLERANCE
    masked = np.where(near & (similarity > 0.6), similarity, -1)
    nearest = masked.argmax(1)
    rows = np.arange(len(masked))
    mutual = (masked.argmax(0)[nearest] == rows) & (masked[rows, nearest] > 0)
    p, a = rows[mutual], nearest[mutual]
    # Several orientations or scales at one place are one observation.
    _, once = np.unique((asset.positions[a] / TOLERANCE).round(), axis=0, return_index=True)
    return p[once], a[once]


def _fit(source: Floats, target: Floats, *, homography: bool = True) -> Map:
    """Least-squares map: affine, or a homography where there is support for its eight numbers."""
    if homography and len(source) >= 16:
        found, _ = cv2.findHomography(source, target, 0)
        if found is not None:
            return np.asarray(found, np.float64)
    system = np.c_[source, np.ones(len(source))].astype(np.float64)
    solution, *_ = np.linalg.lstsq(system, target.astype(np.float64), rcond=None)
    return np.vstack([solution.T, (0.0, 0.0, 1.0)])


def _plausible(asset_to_post: Map) -> bool:
    """Whether an edit could have done this: no mirror, no flat or wildly stretched picture, corners in order."""
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float64)
    w = np.c_[corners, np.ones(4)] @ asset_to_post[2]
    if (w <= 0).any():
        return False
    quad = _apply(asset_to_post, corners)
    edges = np.roll(quad, -1, axis=0) - quad
    turns = edges[:, 0] * np.roll(edges[:, 1], -1) - edges[:, 1] * np.roll(edges[:, 0], -1)
    wide, narrow = np.linalg.svd(edges[:2], compute_uv=False)
    return bool((turns > 0).all() and narrow > MIN_SCALE and wide < MAX_SCALE and wide < MAX_ANISOTROPY * narrow)


def _describe(asset_to_post: Map, asset: Keypoints, inliers: Indices, frame: Floats, post: Floats) -> Alignment | None:
    back = np.linalg.inv(asset_to_post)
    area, region = cv2.intersectConvexConvex(_apply(asset_to_post, frame).astype(np.float32), post)
    if region is None or area <= 0:
        return None
    in_post = region.reshape(-1, 2)
    in_asset = _apply(back, in_post).astype(np.float32)
    low, high = in_asset.min(0), in_asset.max(0)
    cells = np.clip((asset.positions[inliers] - low) / np.maximum(high - low, 1e-6) * 4, 0, 3).astype(int)
    return Alignment(
        asset_to_post=asset_to_post,
        inliers=len(inliers),
        spread=len(np.unique(cells, axis=0)) / 16,
        expected=int(_inside(asset.positions, in_asset).sum()),
        asset_seen=float(min(1.0, cv2.contourArea(in_asset) / cv2.contourArea(frame))),
        post_covered=float(min(1.0, area / cv2.contourArea(post))),
        region_in_post=tuple((float(x), float(y)) for x, y in in_post),
        region_in_asset=tuple((float(x), float(y)) for x, y in in_asset),
    )


def _corners(size: tuple[float, float]) -> Floats:
    w, h = size[0] / max(size), size[1] / max(size)
    return np.array([(0, 0), (w, 0), (w, h), (0, h)], np.float32)


def _flip(size: tuple[float, float]) -> Map:
    return np.array([(-1, 0, size[0] / max(size)), (0, 1, 0), (0, 0, 1)], np.float64)


def _apply(a_to_b: Map, points: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    mapped = np.c_[points, np.ones(len(points))] @ a_to_b.T
    return np.asarray(mapped[:, :2] / mapped[:, 2:])


def _complex(points: npt.NDArray[np.floating]) -> npt.NDArray[np.complex64]:
    return (points[:, 0] + 1j * points[:, 1]).astype(np.complex64)


def _inside(points: npt.NDArray[np.floating], polygon: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_]:
    """Whether points lie in a convex polygon, whichever way round it goes."""
    edges = np.roll(polygon, -1, axis=0) - polygon
    offset = points[:, None, :] - polygon[None, :, :]
    side = edges[:, 0] * offset[..., 1] - edges[:, 1] * offset[..., 0]
    return (side >= 0).all(1) | (side <= 0).all(1)


def _outside(keypoints: Keypoints, polygon: npt.NDArray[np.floating]) -> Keypoints:
    keep = ~_inside(keypoints.positions, polygon)
    return Keypoints(
        keypoints.positions[keep], keypoints.scales[keep], keypoints.angles[keep], keypoints.descriptors[keep]
    )
