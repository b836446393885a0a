"""Whether anybody can see in a post that it was not made from another picture: else nothing is learned from that."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from lineage.geometry import invert
from lineage.manipulate.lookalikes.catalogue import differing_pixels
from lineage.records import Floats, Map, Pixels, Point
from lineage.verify.overlay import lay, within

COARSE = 2.0  # px, blur before two pictures are compared: edges of letters are no difference
OTHER = 41  # of 255 in a channel, from which anybody sees another colour
OF_PICTURE, OF_SEEN = 0.004, 0.01  # shares that must differ: of the picture, and of what the post shows of it
RIM = np.ones((5, 5), np.uint8)  # of what is seen: there the post shows half of something else


def told_apart(own: Pixels, other: Pixels, other_to_own: Map, visible: Floats) -> bool:
    """Compare the pictures themselves, where the post shows the one and the other lies.

    Args:
        own: (h, w, 3) uint8, what the post was made from
        other: (H, W, 3) uint8, laid over it
        other_to_own: 3 × 3, unit frame → unit frame
        visible: (any height, any width) 0..1, over `own`: how far the post shows this place
    """
    laid = lay(other, own, invert(other_to_own), side=max(own.shape[:2]))
    size = laid.asset.shape[1], laid.asset.shape[0]
    shown = (cv2.resize(visible, size, interpolation=cv2.INTER_AREA) > 0.5).astype(np.uint8)
    seen: npt.NDArray[np.bool_] = (cv2.erode(shown, RIM) > 0) & (laid.inside > 0.5)
    coarse = (np.asarray(cv2.GaussianBlur(one, (0, 0), COARSE), np.uint8) for one in (laid.asset, laid.post))
    count = int((differing_pixels(*coarse, least=OTHER) & seen).sum())
    return count >= OF_PICTURE * seen.size and count >= OF_SEEN * shown.sum()


def shown_part(picture: Pixels, seen: Sequence[Point]) -> Floats:
    """(h, w) 1 inside of a convex polygon of the picture's unit frame, 0 outside; no polygon: 1."""
    return within(np.ones(picture.shape[:2], np.float32), seen)
