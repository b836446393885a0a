"""What is known of a post before anything is looked up: its features either way round, and what it is asked by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from lineage.describe.keypoints import extract, mirror, words, words_of_parts
from lineage.geometry import Points, apply, area, corners, inside, overlap
from lineage.records import Floats, Hashes, Keypoints, Pixels, Point, View, Words

POST_KEYPOINTS = 800  # a post may show the asset small, among much else
WORD_ASSIGNMENTS = 3  # on the asking side only: makes up for features near a border between words
STILL_FREE = 0.25  # share of a place, up to which what is seen there is not that of what was masked


@dataclass(frozen=True, slots=True)
class PostFeatures:
    """Local features of a post and of its mirror image.

    Attributes:
        unmirrored: of the post
        mirrored: of the post with left and right exchanged, in the frame of that picture; the same features in the same
            order, or none
        size: width and height of the post in any unit
        windows: (4, 2) corners of each part that looks like a picture of its own, unit frame: of an asset in there
            nothing is seen outside of it
        bordered: (4, 2) corners of what plain borders leave of the post, if there are any
        masked: polygons, unit frame, whose features were taken away: what they show is ignored, or claimed already
    """

    unmirrored: Keypoints
    mirrored: Keypoints
    size: tuple[float, float]
    windows: tuple[Points, ...] = ()
    bordered: tuple[Points, ...] = ()
    masked: tuple[tuple[Point, ...], ...] = ()

    def without(self, region: Sequence[Point]) -> PostFeatures:
        """The same without the features in a convex region of the post, so that a second asset can be found.

        Feature i stays feature i of the mirror image: candidates compete for it whichever way round they lie.
        """
        keep = ~inside(np.array(region), self.unmirrored.positions)
        mirrored = self.mirrored.chosen(keep) if len(self.mirrored) else self.mirrored
        masked = (*self.masked, tuple(region))
        return replace(self, unmirrored=self.unmirrored.chosen(keep), mirrored=mirrored, masked=masked)

    def free(self, polygon: Points) -> bool:
        """Whether hardly anything of a convex polygon of the post is masked."""
        return sum(area(overlap(polygon, np.array(one))) for one in self.masked) <= STILL_FREE * area(polygon)


@dataclass(frozen=True, slots=True)
class Question:
    """What a post is looked up by.

    Attributes:
        views: parts of the post, at least one
        vectors: (views, dim) float32, L2 norm 1, of these parts
        words: visual words of the post, of its parts and of its mirror image
        hashes: perceptual hashes of the post in all orientations
    """

    views: tuple[View, ...]
    vectors: Floats
    words: tuple[Words, ...]
    hashes: tuple[Hashes, ...]


def both_ways(keypoints: Keypoints, size: tuple[float, float]) -> PostFeatures:
    """The features of a post of this width and height, in any unit, and of its mirror image: SIFT is not invariant to
    mirroring.
    """
    return PostFeatures(keypoints, mirror(keypoints, width=size[0] / max(size)), size)


def post_features(pixels: Pixels, *, side: int | None = None) -> PostFeatures:
    """(H, W, 3) → its local features, at the size that it has, or reduced to so many px."""
    keypoints = extract(pixels, limit=POST_KEYPOINTS, side=side or max(pixels.shape[:2]))
    return both_ways(keypoints, (pixels.shape[1], pixels.shape[0]))


def post_words(features: PostFeatures, parts: Sequence[View]) -> tuple[Words, ...]:
    """Words of the post, of each part of it, where those of others do not drown them, and of its mirror image."""
    positions = features.unmirrored.positions
    chosen = [np.ones(len(positions), np.bool_), *(inside(box_of(part), positions) for part in parts[1:])]
    own = words_of_parts(features.unmirrored, chosen, assignments=WORD_ASSIGNMENTS)
    return (*own, words(features.mirrored, assignments=WORD_ASSIGNMENTS))


def box_of(view: View) -> Points:
    """(4, 2) corners of a view in the post's unit frame."""
    return apply(view.view_to_post, corners((view.pixels.shape[1], view.pixels.shape[0])))


def mask_regions(
    features: PostFeatures, question: Question, regions: Sequence[Sequence[Point]]
) -> tuple[PostFeatures, Question]:
    """What is left of a post to be looked up once some regions of it are masked; the frame stays a view."""
    features = reduce(PostFeatures.without, regions, features)
    left = [n for n, view in enumerate(question.views) if not n or not any(_covers(one, view) for one in regions)]
    parts = tuple(question.views[n] for n in left)
    rest = replace(question, views=parts, vectors=question.vectors[left], words=post_words(features, parts))
    return features, rest


def _covers(region: Sequence[Point], view: View) -> bool:
    """Whether a region of the post holds more than half of a view."""
    return area(overlap(box_of(view), np.array(region))) > 0.5 * area(box_of(view))
