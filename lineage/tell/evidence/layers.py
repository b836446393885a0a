"""The layer for a page on which a person lays an asset over a post."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from lineage.records import Map, Pixels
from lineage.verify.overlay import pixels_for_one, reduced, to_pixels


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
