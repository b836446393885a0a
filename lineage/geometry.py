"""Plane geometry: maps between pictures, and the polygons they make of their frames. Everything in unit frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from lineage.records import Floats, Map, Point, Polygon

PLACES = (
    ("at the upper left", "at the top", "at the upper right"),
    ("at the left", "in the middle", "at the right"),
    ("at the lower left", "at the bottom", "at the lower right"),
)
ELONGATED, LONGEST = 3.0, 4.0  # aspect from which a picture is a strip, and how many times as long it is looked at most
Points = npt.NDArray[np.float32] | npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]


def corners(size: tuple[float, float]) -> Floats:
    """(4, 2), clockwise from the upper left, of a picture whose width and height are given in any unit."""
    width, height = size[0] / max(size), size[1] / max(size)
    return np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)


def elongation(size: Sequence[float]) -> float:
    """How many times as long as another picture a strip is looked at, 1..`LONGEST`.

    At the usual length nothing would be left of its width, and of a part of it. The area stays near the usual.

    Args:
        size: px, both sides in any order
    """
    return float(np.clip(max(size[:2]) / max(min(size[:2]), 1) / ELONGATED, 1, LONGEST))


def flip(size: tuple[float, float]) -> Map:
    """The map of a picture of this width and height onto its mirror image, and back."""
    return np.array([(-1, 0, size[0] / max(size)), (0, 1, 0), (0, 0, 1)], np.float64)


def apply(a_to_b: Map, points: Points) -> npt.NDArray[np.float64]:
    """(N, 2) points of a → where they lie in b."""
    if affine(a_to_b):
        return np.asarray((points @ a_to_b[:2, :2].T + a_to_b[:2, 2]) / a_to_b[2, 2])
    mapped = points @ a_to_b[:, :2].T + a_to_b[:, 2]
    return np.asarray(mapped[:, :2] / mapped[:, 2:])


def affine(a_to_b: Map) -> bool:
    """Whether a map turns and scales things alike everywhere."""
    return not (a_to_b[2, 0] or a_to_b[2, 1])


def strains(a_to_b: Map) -> tuple[float, float]:
    """How many times as long the most and the least stretched direction becomes by an affine map; the second is
    negative where it mirrors. They are the singular values.
    """
    (a, b), (c, d) = a_to_b[:2, :2].tolist()
    turning, mirroring = np.hypot(a + d, c - b), np.hypot(a - d, b + c)
    return float(turning + mirroring) / 2, float(turning - mirroring) / 2


def invert(a_to_b: Map) -> Map:
    """b_to_a."""
    return np.asarray(np.linalg.inv(a_to_b), np.float64)


def tangent(a_to_b: Map, point: Points) -> npt.NDArray[np.float64]:
    """The 2 × 2 derivative of a map at a point of a: how it turns and scales things there."""
    x, y, w = a_to_b @ (*point, 1.0)
    return np.asarray((a_to_b[:2, :2] - np.outer((x / w, y / w), a_to_b[2, :2])) / w)


def tangents(a_to_b: Map, points: Points) -> npt.NDArray[np.float64]:
    """(N, 2, 2): `tangent` at each of N points."""
    x, y, w = (a_to_b[:, :2] @ points.T + a_to_b[:, 2:]).astype(np.float64)
    projected = np.stack([x / w, y / w], axis=1)
    return np.asarray((a_to_b[:2, :2] - projected[:, :, None] * a_to_b[2, :2]) / w[:, None, None])


def fit_similarity(source: Points, target: Points) -> Map:
    """Least-squares turn, scale and shift of N ≥ 2 points onto N others (Umeyama 1991, without mirroring)."""
    a, b = (points.astype(np.float64) @ (1, 1j) for points in (source, target))
    middle_a, middle_b = a.mean(), b.mean()
    da, db = a - middle_a, b - middle_b
    factor = np.vdot(da, db) / max(np.vdot(da, da).real, 1e-12)
    shift = middle_b - factor * middle_a
    return np.array(
        [(factor.real, -factor.imag, shift.real), (factor.imag, factor.real, shift.imag), (0, 0, 1)], np.float64
    )


def fit_affine(source: Points, target: Points) -> Map:
    """Least-squares affine map of N ≥ 3 points onto N others; of least norm where they lie on a line."""
    system = np.c_[source, np.ones(len(source))].astype(np.float64)
    solution = np.linalg.lstsq(system, target.astype(np.float64), rcond=None)[0]
    return np.vstack([solution.T, (0.0, 0.0, 1.0)])


def fit_homography(source: Points, target: Points) -> Map | None:
    """Least-squares homography of N ≥ 4 points onto N others; None where they lie on a line."""
    found, _ = cv2.findHomography(source.astype(np.float64), target.astype(np.float64), 0)
    return np.asarray(found, np.float64).reshape(3, 3) if np.size(found) == 9 else None


def inside(polygon: Points, points: Points) -> Truths:
    """(N,): which of N points lie in a convex polygon, whichever way round it goes."""
    edges = polygon[_following(polygon)] - polygon
    offset = points[:, None, :] - polygon[None, :, :]
    side = _cross(edges, offset)
    return np.asarray((side >= 0).all(1) | (side <= 0).all(1))


def polygon_of(points: Points) -> Polygon:
    """(N, 2) → the same as a record keeps it."""
    return tuple((float(x), float(y)) for x, y in points)


def cells_in(polygons: Sequence[Sequence[Point]], asset_to_post: Map, shape: tuple[int, ...]) -> Truths:
    """(rows, columns) of a grid over an asset: whose middles a map puts into one of these convex polygons."""
    rows, columns = (plane.ravel() + 0.5 for plane in np.indices(shape))
    middles = apply(asset_to_post, np.column_stack([columns, rows]) / max(shape))
    found = [inside(np.array(polygon), middles) for polygon in polygons]
    return np.asarray(np.any(found, axis=0) if found else np.zeros(len(middles), np.bool_)).reshape(shape)


def overlap(a: Points, b: Points) -> npt.NDArray[np.float64]:
    """(N, 2), what is left of convex polygon a inside convex polygon b (Sutherland & Hodgman 1974); N = 0 for nothing.

    Not OpenCV's intersectConvexConvex, which goes astray where edges all but coincide, as those of whole frames do.
    """
    window = b if _cross(b[1] - b[0], b[2] - b[0]) > 0 else b[::-1]
    left = a.astype(np.float64)
    for start, end in zip(window, window[_following(window)], strict=True):
        left = _clip(left, _cross(end - start, left - start))
    return left


def _clip(polygon: npt.NDArray[np.float64], side: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The part of a convex polygon whose `side` is not negative; sides of its corners are given."""
    kept = []
    for i in range(len(polygon)):
        corner, s, t = polygon[i - 1], side[i - 1], side[i]
        if s >= 0:
            kept.append(corner)
        if (s >= 0) != (t >= 0):
            kept.append(corner + (polygon[i] - corner) * s / (s - t))
    return np.array(kept).reshape(-1, 2)


def _cross(a: Points, b: Points) -> npt.NDArray[np.float64]:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0], np.float64)


def area(polygon: Points) -> float:
    """Of a polygon, in squares of the unit frame."""
    return float(cv2.contourArea(polygon.astype(np.float32)))


def place(share: Points) -> str:
    """Where a point lies in a picture, for a person; (2,) shares of its width and height."""
    column, row = np.digitize(share, (1 / 3, 2 / 3)).tolist()
    return PLACES[row][column]


def mirrors(a_to_b: Map, polygon: Points | Sequence[Point]) -> bool:
    """Whether a map exchanges left and right in the middle of a polygon.

    That is the sign of its Jacobian determinant there, det H / w³. The affine part alone has the other sign where the
    horizon of a lies in b.
    """
    w = a_to_b[2] @ (*np.mean(polygon, axis=0), 1.0)
    return bool(np.linalg.det(a_to_b) * w < 0)


def keeps_order(a_to_b: Map, polygon: Points) -> bool:
    """Whether a map leaves a convex polygon convex, the same way round and in front of the camera."""
    w = polygon @ a_to_b[2, :2] + a_to_b[2, 2]
    if (w <= 0).any():
        return False
    mapped = apply(a_to_b, polygon)
    after = _following(mapped)
    edges = mapped[after] - mapped
    return bool((_cross(edges, edges[after]) > 0).all())


def _following(polygon: Points) -> list[int]:
    """Which corner follows each; five times as fast as `np.roll`."""
    return [*range(1, len(polygon)), 0]


@dataclass(frozen=True, slots=True)
class Distortion:
    """What a map does to the visible part of an asset.

    Attributes:
        scale: length in the post over length in the asset, both in unit frames
        turn: degrees clockwise, -180..180, after mirroring left and right where the map mirrors
        squeeze: width over height of what is square in the asset
        tilt: largest scale within the visible part over the smallest, 1 for affine maps
        skew: share of its height by which what is upright in the asset leans after turning back; 0 for similarities and
            for stretching along its sides
    """

    scale: float
    turn: float
    squeeze: float
    tilt: float
    skew: float


def shape_of(asset_to_post: Map, region: tuple[Point, ...]) -> Distortion:
    """Shape of a map over a region of the asset; in its middle where it varies.

    With J the derivative of the map, the turn is that of the nearest rotation (polar decomposition) and the scale
    √|det J|. For a homography H with denominator w, det J = det H / w³.
    """
    points = np.array(region)
    derivative = tangent(asset_to_post, points.mean(axis=0))
    if np.linalg.det(derivative) < 0:
        derivative = derivative @ np.diag((-1.0, 1.0))
    turn = np.arctan2(derivative[1, 0] - derivative[0, 1], derivative[0, 0] + derivative[1, 1])
    upright = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) @ derivative
    scale = float(np.sqrt(np.linalg.det(derivative)))
    depth = np.abs(points @ asset_to_post[2, :2] + asset_to_post[2, 2])
    return Distortion(
        scale=scale,
        turn=float(np.degrees(turn)),
        squeeze=float(upright[0, 0] / upright[1, 1]),
        tilt=float((depth.max() / depth.min()) ** 1.5),
        skew=float(upright[0, 1]) / scale,
    )
