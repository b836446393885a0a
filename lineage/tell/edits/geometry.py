"""How an asset lies in a post, named: cropped, mirrored, rotated, stretched, seen at an angle, placed, scaled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lineage.geometry import mirrors, shape_of
from lineage.records import Alignment, Edit, Residual

_WELL_SUPPORTED = 16  # inliers, from which on the measured errors below hold
_WEAK = 4.0  # how many times larger they are with fewer


@dataclass(frozen=True, slots=True)
class _Limits:
    """Differences that are named: about twice the 95th percentile of the error on known maps (docs/how-it-works.md)."""

    crop: float = 0.02  # share of the asset
    place: float = 0.02  # share of the post
    turn: float = 0.75  # degrees
    squeeze: float = 0.025  # relative
    tilt: float = 0.08  # relative
    resize: float = 0.02  # relative
    cover: float = 0.06  # share of the textured cells: compression and small misalignment make some disagree


_LIMITS = _Limits()


def geometry_edits(
    alignment: Alignment, *, post_size: tuple[int, int], asset_size: tuple[int, int], residual: Residual | None
) -> tuple[Edit, ...]:
    """The edits that geometry and residual show, most telling first.

    Args:
        alignment: of the asset in the post
        post_size, asset_size: width and height of the originals, px
        residual: of that alignment, or None where nothing could be compared
    """
    laid = alignment.asset_to_post, alignment.region_in_asset
    shape = shape_of(*laid)
    slack = 1.0 if alignment.inliers >= _WELL_SUPPORTED else _WEAK
    named = (
        _cropped(alignment.asset_seen, slack),
        Edit("c2pa.orientation", "mirrored", 1.0, "mirrored") if mirrors(*laid) else None,
        _turned(shape.turn, slack),
        _tilted(shape.tilt, slack),
        _squeezed(shape.squeeze, slack),
        _covered(residual.disagreeing if residual else 0.0),
        _placed(alignment.post_covered, slack),
        _resized(shape.scale * max(post_size) / max(asset_size), slack),
    )
    return tuple(edit for edit in named if edit)


def _cropped(seen: float, slack: float) -> Edit | None:
    if seen > 1 - slack * _LIMITS.crop:
        return None
    return Edit("c2pa.cropped", f"shows {_percent(seen)} of the asset", seen, "cropped")


def _turned(degrees: float, slack: float) -> Edit | None:
    if abs(degrees) < slack * _LIMITS.turn:
        return None
    direction = "clockwise" if degrees > 0 else "counterclockwise"
    return Edit("c2pa.orientation", f"rotated {abs(degrees):.0f}° {direction}", degrees, "rotated")


def _tilted(tilt: float, slack: float) -> Edit | None:
    if tilt < 1 + slack * _LIMITS.tilt:
        return None
    return Edit(
        "c2pa.edited", f"in perspective, one side {_percent(tilt - 1)} larger than the other", tilt, "perspective"
    )


def _squeezed(squeeze: float, slack: float) -> Edit | None:
    if abs(np.log(squeeze)) < slack * _LIMITS.squeeze:
        return None
    wider, by = ("wider", squeeze) if squeeze > 1 else ("taller", 1 / squeeze)
    return Edit("c2pa.resized", f"stretched {_percent(by - 1)} {wider}", squeeze, "stretched")


def _covered(share: float) -> Edit | None:
    if share <= _LIMITS.cover:
        return None
    return Edit("c2pa.edited", f"{_percent(share)} of what is seen covered or changed", share, "covered")


def _placed(share: float, slack: float) -> Edit | None:
    if share > 1 - slack * _LIMITS.place:
        return None
    return Edit("c2pa.placed", f"fills {_percent(share)} of the post", share, "placed")


def _resized(scale: float, slack: float) -> Edit | None:
    if abs(np.log(scale)) < slack * _LIMITS.resize:
        return None
    return Edit("c2pa.resized", f"scaled to {_percent(scale)} of the asset's size", scale, "scaled")


def _percent(share: float) -> str:
    """38 %, 120 %; 0.4 % only where nothing else would be left."""
    return f"{100 * share:.0f} %" if share >= 0.005 else f"{100 * share:.1f} %"
