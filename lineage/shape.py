"""What a map does to the shape of things."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lineage.geometry import tangent
from lineage.records import Map, Point


@dataclass(frozen=True, slots=True)
class Shape:
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


def measure(asset_to_post: Map, region: tuple[Point, ...]) -> Shape:
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
    return Shape(
        scale=scale,
        turn=float(np.degrees(turn)),
        squeeze=float(upright[0, 0] / upright[1, 1]),
        tilt=float((depth.max() / depth.min()) ** 1.5),
        skew=float(upright[0, 1]) / scale,
    )
