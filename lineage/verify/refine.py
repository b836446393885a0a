"""A map that key points or a matching view gave, made exact: post and asset are laid over each other and moved until
they agree best.

Gauss-Newton on locally normalised planes, from coarse to fine, by the mean gradient of both (efficient second-order
minimisation: Benhimane & Malis 2004). Pixels that do not fit, as under stickers and text, lose their say (Geman &
McClure 1985), so that what is laid over a copy does not pull the map away.

Features of a picture that is steeply tilted or much stretched agree in one part of it, and their map is wrong beyond.
There it grows: fitted to that part, then to a wider one, as far as an exact map holds, until it is right all over.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from lineage.geometry import apply, corners, elongation, invert, keeps_order, mirrors
from lineage.read.images import detail_of
from lineage.records import Floats, Map
from lineage.verify.overlay import Grey, Overlay, lay, locally_normalised, pixels_for_one, reduced, to_pixels

LEVELS = (64, 128, 256)  # px, longer side of the asset: a start may be wrong by some 5 % of it
KEPT = 0.3  # of the pixels in question, those with the steepest slopes: the others say little about where they lie
STEPS = 8  # on each level at most; what moves farther does not arrive
TOLERATED = 0.7  # standard deviations of the neighbourhood: an error above it counts little
STILL = 0.03  # px of movement of a corner, at which a level is done
DAMPING, STIFFNESS = 0.01, 0.03  # shares of the normal matrix' diagonal, for the affine part and for perspective
FARTHEST = 0.12  # of the asset's size in the post: a corner that moves farther has found another picture
FEWEST = 1 / 40  # of an asset's area, or of a part's, inside the post: below it nothing can be fitted
PIXELS = 40  # in which anything is fitted
MOST = 32_000  # px in question: `cv2.remap` takes no more
WIDER = (0.8, 1.1, 1.5, 2.1, 3.0, 5.0)  # of the part that is right, in which it is fitted one after the other
GROWN = LEVELS[:2]
SHARPER = 1.5  # px of the post for one of the asset: where a tilted one comes closer it shows more
HOPELESS = 0.25  # correlation in a part that is as large as what features support, below which nothing grows
UNLIKE = 0.3  # correlation from afar, below which nothing is fitted: where it came to a map, it was 0.69 and more
REMAINING = 0.5  # of what the post showed of a part: what agrees better by showing less is no better
LEAP = 0.2  # of such a part's size in the post: a corner that moves farther has found something else
WHOLE = np.array([(0.0, 0.0), (1.0, 1.0)])
_SQUARE = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])

Indices = npt.NDArray[np.intp]
Wide = npt.NDArray[np.float64]
Box = npt.NDArray[np.float64]
"""(2, 2), unit frame: left and top, right and bottom."""


def refine(post: Grey, asset: Grey, asset_to_post: Map, *, levels: Sequence[int] = LEVELS) -> Map | None:
    """The map near a given one by which a post agrees best with an asset.

    Args:
        post, asset: (h, w) uint8
        asset_to_post: 3 × 3, unit frame → unit frame
        levels: px, longer sides at which both are compared, from coarse to fine

    Returns:
        None where too little is seen, or the best map is nowhere near the given one.
    """
    frame, found = corners((asset.shape[1], asset.shape[0])), asset_to_post
    start, times = apply(found, frame), detail_of(asset.shape)
    box = WHOLE if times == 1 else _covered(post, asset, found)
    for side in levels:
        step = _missing(lay(post, asset, found, side=times * side), asset, box)
        if step is None:
            return None
        found = found @ step
        found = found / found[2, 2]
        if not _near(found, frame, start):
            return None
    return found


def resembles(post: Grey, asset: Grey, asset_to_post: Map) -> bool:
    """Whether a post looks at all like an asset that lies about there, seen from afar: a fifth of the work of `refine`.

    Args:
        post, asset: (h, w) uint8
        asset_to_post: 3 × 3, unit frame → unit frame
    """
    side = LEVELS[0] * detail_of(asset.shape)
    step = _missing(lay(post, asset, asset_to_post, side=side), asset)
    return step is not None and _agreement(lay(post, asset, asset_to_post @ step, side=side), WHOLE)[0] >= UNLIKE


def grow(post: Grey, asset: Grey, asset_to_post: Map, part: Box) -> Map:
    """The map that agrees best with one that is right in a part of the asset, continued beyond it; the very same one
    where nothing agrees better or the asset would be folded.

    Args:
        post, asset: (h, w) uint8
        asset_to_post: 3 × 3, unit frame → unit frame
        part: of the asset
    """
    times = detail_of(asset.shape)
    asset = reduced(asset, times * GROWN[-1] * elongation(asset.shape) / max(asset.shape))
    post = reduced(post, SHARPER / pixels_for_one(post, asset, asset_to_post))
    limits = np.array((asset.shape[1], asset.shape[0])) / max(asset.shape)
    middle, half, found = (part[1] + part[0]) / 2, (part[1] - part[0]) / 2, asset_to_post
    for factor in WIDER:
        before, box = found, np.clip((middle - factor * half, middle + factor * half), 0, limits)
        agreement, seen = _agreement(lay(post, asset, found, side=times * GROWN[-1]), box)
        for side in GROWN:
            step = _missing(lay(post, asset, found, side=times * side), asset, box)
            if step is None or _leaps(found, found @ step, box):
                continue
            better, left = _agreement(lay(post, asset, found @ step, side=times * GROWN[-1]), box)
            if better > agreement and left >= REMAINING * seen:
                found, agreement = found @ step, better
        if factor > 1 and agreement < HOPELESS:
            return asset_to_post
        if found is before and (np.ptp(box, axis=0) >= limits).all():
            break
    if found is asset_to_post or not _in_order(found, corners((asset.shape[1], asset.shape[0]))):
        return asset_to_post
    return np.asarray(found / found[2, 2])


def _covered(post: Grey, asset: Grey, asset_to_post: Map) -> Box:
    """The part of an asset that a post shows, and a little around it; all where the horizon lies in the post."""
    limits = np.array((asset.shape[1], asset.shape[0])) / max(asset.shape)
    to_asset, frame = invert(asset_to_post), corners((post.shape[1], post.shape[0]))
    if (frame @ to_asset[2, :2] + to_asset[2, 2] <= 0).any():
        return WHOLE
    shown = apply(to_asset, frame)
    low, high = shown.min(0), shown.max(0)
    around = FARTHEST * (high - low)
    return np.asarray(np.clip((low - around, high + around), 0, limits), np.float64)


def _leaps(was: Map, now: Map, box: Box) -> bool:
    """Whether a corner of the box moves too far."""
    (left, top), (right, bottom) = box
    around = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    before, after = (apply(one, around) for one in (was, now))
    return bool(np.abs(before - after).max() > LEAP * np.ptp(before, axis=0).max())


def _agreement(laid: Overlay, box: Box) -> tuple[float, int]:
    """Correlation in a part of the asset, -1..1, -1 where the post does not cover it; and px that it covers."""
    counted = _within(laid, box) & (laid.inside > 0.5)
    if counted.sum() < PIXELS:
        return -1.0, 0
    a, b = (locally_normalised(plane)[counted] for plane in (laid.asset, laid.post))
    return float(a @ b / np.sqrt((a @ a) * (b @ b) + 1e-6)), int(counted.sum())


def _within(laid: Overlay, box: Box) -> npt.NDArray[np.bool_]:
    """(h, w): which pixels of the asset lie in a part of it."""
    mask, longer = np.zeros(laid.inside.shape, np.bool_), max(laid.inside.shape)
    (left, top), (right, bottom) = np.rint(box * longer).astype(int)
    mask[top:bottom, left:right] = True
    return mask


def _near(asset_to_post: Map, frame: Floats, start: Wide) -> bool:
    """Whether the corners of the asset lie about where they lay, in front of the camera and in order."""
    if not _in_order(asset_to_post, frame):
        return False
    return bool(np.abs(apply(asset_to_post, frame) - start).max() <= FARTHEST * np.ptp(start, axis=0).max())


def _in_order(asset_to_post: Map, frame: Floats) -> bool:
    """Whether the corners of the asset lie in front of the camera, and around it in the order they have."""
    mirrored = mirrors(asset_to_post, frame)
    upright = asset_to_post @ np.diag((-1.0, 1.0, 1.0)) if mirrored else asset_to_post
    return bool(keeps_order(upright, (frame * (-1, 1))[::-1] if mirrored else frame))


def _missing(laid: Overlay, asset: Grey, box: Box = WHOLE) -> Map | None:
    """What the map lacks, judged by a part of the asset: unit frame → unit frame of the asset."""
    counted = _within(laid, box)
    if counted.sum() < PIXELS or laid.inside[counted].mean() < FEWEST:
        return None
    fixed, moving = locally_normalised(laid.asset), locally_normalised(laid.post)
    x, y, slopes = _slopes(fixed, counted)
    target, longer = fixed[y, x], max(fixed.shape)
    middle = np.array([(1, 0, (1 - fixed.shape[1]) / 2), (0, 1, (1 - fixed.shape[0]) / 2), (0, 0, longer)]) / longer
    places = np.column_stack([x, y, np.ones(len(x))]).astype(np.float32)
    step = np.eye(3)
    for _ in range(STEPS):
        u, v, w = (np.linalg.inv(middle) @ step @ middle).astype(np.float32) @ places.T
        moved, seen = (_at(plane, u / w, v / w) for plane in (moving, laid.inside))
        update = _update(target - moved, seen, slopes)
        step = step @ update
        if longer * np.abs(apply(update, _SQUARE) - _SQUARE).max() < STILL:
            break
    to_middle = middle @ to_pixels(laid.asset, asset)
    return np.asarray(np.linalg.inv(to_middle) @ step @ to_middle)


def _at(plane: Floats, x: Floats, y: Floats) -> Floats:
    """(N,) values of a plane between its pixels; 0 outside."""
    return np.asarray(cv2.remap(plane, x[:, None], y[:, None], cv2.INTER_LINEAR)[:, 0], np.float32)


def _slopes(fixed: Floats, counted: npt.NDArray[np.bool_]) -> tuple[Indices, Indices, Floats]:
    """Of these pixels the ones with the steepest slopes, (N,) columns and rows, and (8, N) by how much their values
    change with each number of a homography, in coordinates from the middle.
    """
    longer = max(fixed.shape)
    across, down = (cv2.Sobel(fixed, cv2.CV_32F, *axis, scale=longer / 8) for axis in ((1, 0), (0, 1)))
    steep = np.where(counted, across * across + down * down, -1)
    kept = min(max(1, int(KEPT * counted.sum())), MOST)
    y, x = np.divmod(np.argpartition(-steep.ravel(), kept - 1)[:kept], fixed.shape[1])
    a, d = across[y, x], down[y, x]
    u, v = ((n + (1 - size) / 2).astype(np.float32) / longer for n, size in ((x, fixed.shape[1]), (y, fixed.shape[0])))
    outward = a * u + d * v
    return x, y, np.stack([a * u, a * v, a, d * u, d * v, d, -outward * u, -outward * v])


def _update(off: Floats, seen: Floats, slopes: Floats) -> Map:
    """One step of Gauss-Newton: a homography near the identity, in coordinates from the middle."""
    weighted = slopes * (seen / (1 + (off / TOLERATED) ** 2) ** 2)
    normal = (weighted @ slopes.T).astype(np.float64)
    normal += np.diag(np.diag(normal) * ([DAMPING] * 6 + [STIFFNESS] * 2) + 1e-6)
    p = np.append(np.linalg.solve(normal, (weighted @ off).astype(np.float64)), 0.0)
    return np.asarray(np.eye(3) + p.reshape(3, 3))
