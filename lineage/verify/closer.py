"""A picture inside a post, looked at by itself: in a screenshot, a frame or a collage it is small among much else, and
few of the features that the post is described by lie in it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lineage.describe.post import box_of
from lineage.geometry import apply, area, corners, polygon_of
from lineage.records import Map, Match, Polygon, View

SMALL = 0.5  # share of the post's area: a larger part shows itself no better than the post does


def is_small(part: View, post_size: tuple[float, float]) -> bool:
    """Whether a part of a post of this width and height, in any unit, shows more when it is looked at by itself."""
    return area(box_of(part)) <= SMALL * area(corners(post_size))


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
