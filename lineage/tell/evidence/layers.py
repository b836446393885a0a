"""Layers for a page, where a person lays one picture over the other: pixels beside nothing, transparent outside."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image

from lineage.records import Map, Pixels
from lineage.tell.evidence.tiles import DIFFERENT
from lineage.verify.overlay import pixels_for_one, reduced, to_pixels

_FAINT, _STRONG = 0.35, 0.6  # opacity of cells that depart a little, and altogether


def laid_into(post: Pixels, asset: Pixels, asset_to_post: Map) -> Image.Image:
    """The asset where it lies in a post, RGBA, as large as the post and transparent beside the asset.

    Args:
        post, asset: (h, w, 3) uint8, any sizes
        asset_to_post: 3 × 3, unit frame → unit frame
    """
    small = reduced(asset, pixels_for_one(post, asset, asset_to_post))
    to_post = to_pixels(post, post) @ asset_to_post @ np.linalg.inv(to_pixels(small, asset))
    size = post.shape[1], post.shape[0]
    opaque = np.full(small.shape[:2], 255, np.uint8)
    laid = cv2.warpPerspective(small, to_post, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.warpPerspective(opaque, to_post, size, flags=cv2.INTER_LINEAR)
    return Image.fromarray(np.dstack([laid, alpha]), "RGBA")


def edit_map(departures: Sequence[Sequence[float]]) -> Image.Image:
    """The edit map over the asset, RGBA, a pixel a cell: red where the post departs, the stronger the further.

    Args:
        departures: rows of 0..1, above 0 where the post departs from the asset
    """
    cells = np.array(departures, np.float32)
    opacity = np.where(cells > 0, _FAINT + (_STRONG - _FAINT) * cells, 0)
    colour = np.broadcast_to(np.array(DIFFERENT, np.uint8), (*cells.shape, 3))
    return Image.fromarray(np.dstack([colour, np.round(255 * opacity).astype(np.uint8)]), "RGBA")
