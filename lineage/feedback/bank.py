"""The negative bank: features of a post that show an ignored picture are no evidence for anything.

An ignored picture is located in the post as an asset would be. What is left out are the features that agree with it,
and those among them: a post shows a badge at another scale than the picture that was given, with some other features.
What merely lies where the ignored picture would be, such as the content of a frame or what stands before a backdrop,
has few that agree around it and stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from lineage.describe.keypoints import unit_descriptors
from lineage.describe.post import PostFeatures
from lineage.feedback.state import Ignored
from lineage.geometry import Points, apply, mirrors, shape_of
from lineage.records import Alignment, Keypoints
from lineage.verify.align import align
from lineage.verify.locate import ASSET_TOLERANCE, POST_TOLERANCE
from lineage.verify.matching import SIMILAR

FEWEST_INLIERS = 8  # below, what agrees may be chance
# Set on drawn pictures that share a badge, a frame or a backdrop and nothing else: of 21 to 27 inliers none are left,
# and of those of the content inside 39 of 41 and 59 of 60. A radius alone lost half of these before it left no badge.
CLOSE = 0.15  # of the ignored picture's longer side: how far a feature's neighbourhood reaches
AMONG = 0.2  # share of the features in it that agree with the ignored picture
MOST_COPIES = 4  # of an ignored picture in one post, as in a collage


def leave_out(post: PostFeatures, bank: Sequence[Ignored]) -> tuple[PostFeatures, tuple[Ignored, ...]]:
    """The features that show none of the ignored pictures, and those pictures that the others show."""
    shown: dict[str, Ignored] = {}
    for ignored in bank:
        for _ in range(MOST_COPIES):
            found = _locate(post, ignored.keypoints)
            if found is None:
                break
            post = _without(post, ignored.keypoints, found)
            shown[ignored.note.id] = ignored
    return post, tuple(shown.values())


def _locate(post: PostFeatures, ignored: Keypoints) -> Alignment | None:
    if not len(ignored):
        return None
    width, height = ignored.positions.max(0).tolist()
    found = align(post, ignored, asset_size=(width, height))
    return found if found and found.inliers >= FEWEST_INLIERS else None


def _without(post: PostFeatures, ignored: Keypoints, found: Alignment) -> PostFeatures:
    """The features but for those that agree with the ignored picture, and those among them."""
    side = post.mirrored if mirrors(found.asset_to_post, found.region_in_asset) else post.unmirrored
    scale = shape_of(found.asset_to_post, found.region_in_asset).scale
    positions = post.unmirrored.positions
    there = _distances(positions, apply(found.asset_to_post, ignored.positions))
    alike = unit_descriptors(side) @ unit_descriptors(ignored).T > SIMILAR
    agreeing = (alike & (there < 2 * (POST_TOLERANCE + ASSET_TOLERANCE * scale))).any(1)
    near = _distances(positions, positions) < CLOSE * scale
    keep = np.asarray(~agreeing & (near[:, agreeing].sum(1) < AMONG * near.sum(1)))
    masked = (*post.masked, found.region_in_post)
    return replace(post, unmirrored=post.unmirrored.chosen(keep), mirrored=post.mirrored.chosen(keep), masked=masked)


def _distances(a: Points, b: Points) -> npt.NDArray[np.float64]:
    """(N, 2) and (M, 2) → (N, M)."""
    return np.asarray(np.hypot(*(a[:, None, :] - b[None, :, :]).transpose(2, 0, 1)), np.float64)
