"""A post laid over an asset, with its truth: what the network is shown before it is turned into numbers."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from lineage.geometry import apply
from lineage.manipulate import Manipulated
from lineage.records import Laid, Map, Pixels, Point
from lineage.train.autoencoder.posts import shake
from lineage.verify.overlay import Overlay, grey
from lineage.verify.refine import refine
from lineage.verify.residual import residual
from lineage.verify.restore.model import laid_over

SHAKEN = 0.006  # of the longer side, how far key points are off
REFINED = 0.85  # share of the maps that are made exact, as those of the most promising candidates are
OFF = 0.002  # of the longer side, how far the others are off
SEEN = 0.02  # share of an asset that a post must show
KNOWN_PART = 0.7  # share of the pairs of which is told where the post shows something else
Rng = np.random.Generator


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidPair:
    """A post laid over an asset.

    Attributes:
        laid: (h, w, 3) uint8 each, the longer side `SIDE` px
        seen: convex polygon in the unit frame of the asset, outside of which the post shows something else; else all
        right: whether the post was made from the asset
        group: of the picture or the layout, whose pairs are all fitted to or all held back
        held_back: whether the pair is for the examination
        trimmed: correlation of the aligned residual, -1..1, of what is held back; NaN where that says nothing
    """

    laid: Overlay
    seen: tuple[Point, ...]
    right: bool
    group: str
    held_back: bool
    trimmed: float


@dataclass(frozen=True, slots=True)
class Group:
    """What posts of a picture or of a layout have in common: its name, and whether it is held back."""

    name: str
    held_back: bool

    def pair(self, post: Pixels, one: Laid, *, right: bool) -> LaidPair | None:
        """A pair as the network reads it.

        Args:
            post: (h, w, 3) uint8
            one: the asset, and how it lies in the post
            right: whether the post was made from the asset

        Returns:
            None where the post shows next to nothing of the asset
        """
        laid = laid_over(post, one)
        if (laid.inside > 0.5).mean() < SEEN:
            return None
        found = residual(post, one.preview, one.asset_to_post, seen=one.seen) if self.held_back else None
        trimmed = found.trimmed if found else float("nan")
        return LaidPair(
            laid=laid, seen=one.seen, right=right, group=self.name, held_back=self.held_back, trimmed=trimmed
        )


def as_found(post: Pixels, preview: Pixels, asset_to_post: Map, rng: Rng) -> Map:
    """The map that a query would have found where this is the exact one: from key points, and mostly made exact."""
    start = asset_to_post @ shake(preview, rng, SHAKEN)
    exact = refine(grey(post), grey(preview), start) if rng.random() < REFINED else None
    return asset_to_post @ shake(preview, rng, OFF) if exact is None else exact


def part_seen(made: Manipulated, rng: Rng, original_to_asset: Map | None = None) -> tuple[Point, ...]:
    """The convex polygon around what a post shows, in the unit frame of its original or of an asset over that; for
    some posts nothing, since a query does not always know.
    """
    if rng.random() >= KNOWN_PART:
        return ()
    places = cv2.findNonZero(made.visible.astype(np.uint8))
    polygon = (cv2.convexHull(places)[:, 0].astype(np.float64) + 0.5) / max(made.visible.shape)
    if original_to_asset is not None:
        polygon = apply(original_to_asset, polygon)
    return tuple((float(x), float(y)) for x, y in polygon)
