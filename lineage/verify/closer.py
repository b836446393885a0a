"""A picture inside a post, looked at by itself: in a screenshot, a frame or a collage it is small among much else, and
few of the features that the post is described by lie in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from lineage.describe.post import PostFeatures, box_of
from lineage.geometry import apply, area, corners, polygon_of
from lineage.records import Keypoints, Map, Match, Polygon, View
from lineage.verify.locate import locate

SMALL = 0.5  # share of the post's area: a larger part shows itself no better than the post does
ENOUGH = 12  # features that agree in place: between unrelated pictures it is half as many
MORE = 1.4  # times as many as agree in the post: with less there is nothing new to be seen


def is_small(part: View, post_size: tuple[float, float]) -> bool:
    """Whether a part of a post of this width and height, in any unit, shows more when it is looked at by itself."""
    return area(box_of(part)) <= SMALL * area(corners(post_size))


def shows_more(features: PostFeatures, assets: Mapping[str, Keypoints], seen: Mapping[str, int]) -> bool:
    """Whether more features of an asset agree in place than the whole post had shown.

    Args:
        features: of a part of the post
        assets: features of those that it may show, by id
        seen: how many of an asset's features agree in the post, by id
    """
    found = zip(assets, locate(features, [*assets.values()]), strict=True)
    return any(one and len(one.inliers) >= max(ENOUGH, MORE * seen.get(key, 0)) for key, one in found)


def of_post(match: Match, part: View, post_size: tuple[float, float]) -> Match:
    """What was found in a part of a post, as found in the post.

    Args:
        match: of the part as if it were a post
        part: of the post
        post_size: width and height of the post in any unit
    """
    evidence, to_post = match.evidence, part.view_to_post
    candidate, alignment = evidence.candidate, evidence.alignment
    start = None if candidate.start is None else to_post @ candidate.start
    placed = alignment and replace(
        alignment,
        asset_to_post=to_post @ alignment.asset_to_post,
        region_in_post=_moved(to_post, alignment.region_in_post),
        post_covered=alignment.post_covered * area(box_of(part)) / area(corners(post_size)),
    )
    hidden = tuple(_moved(to_post, polygon) for polygon in evidence.hidden)
    candidate = replace(candidate, view=part.name, start=start)
    return replace(match, evidence=replace(evidence, candidate=candidate, alignment=placed, hidden=hidden))


def _moved(part_to_post: Map, polygon: Polygon) -> Polygon:
    return polygon_of(apply(part_to_post, np.array(polygon)))
