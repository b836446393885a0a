"""Is a post so plainly one asset, and nothing else, that little need be looked up?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import log

from lineage.describe.hashes import ALIKE
from lineage.describe.keypoints import SIDE
from lineage.describe.post import PostFeatures
from lineage.geometry import elongation
from lineage.read.exposure import brightened
from lineage.read.originals import preview
from lineage.records import Alignment, Candidates, Entry, Hit, Pixels
from lineage.verify.align import alignments
from lineage.verify.locate import Locator
from lineage.verify.residual import residual

NEAREST = 3  # assets by vector and by words, that may be what a post is the negative of
WHOLE = 0.95  # share of a post that a plain copy fills
LARGER = 1.25  # times the side at which assets are described: a smaller post costs little more as it is
# Cosine of a post and an asset, and how far their aspects differ, as a logarithm: of 314 posts of the README that are
# large enough, 18 of 55 with these are plain copies, and two of the other 259.
SIMILAR, SHAPE = 0.8, 0.02


def looks_whole(size: tuple[int, int], near: Candidates) -> bool:
    """Whether a large post looks like a plain copy, by its vector or hash and by its shape.

    Then its features are looked for at the size at which assets are described, which takes two fifths of the time;
    strips are described larger.

    Args:
        size: width and height of the post, px
        near: what is equal by hash or near as a whole
    """
    if max(size) <= LARGER * SIDE or elongation(size) > 1:
        return False
    return any(
        ((one.similarity or 0.0) > SIMILAR or one.hash_distance <= ALIKE)
        and abs(log(size[0] * entry.asset.height / (size[1] * entry.asset.width))) < SHAPE
        for one, entry in near.candidates
    )


def is_easy(features: PostFeatures, near: Candidates, locator: Locator) -> bool:
    """Whether one asset is found all over the post, and no look-alike of it.

    Args:
        features: of the post
        near: what is equal by hash or near as a whole
        locator: looks for assets in the post
    """
    return fills(_alone(features, entry, locator) for _, entry in near.candidates)


def is_untouched(pixels: Pixels, features: PostFeatures, near: Candidates, locator: Locator) -> bool:
    """Whether an easy post disagrees with its asset nowhere, so that there is no other source in a part of it.

    Of 52 large re-uploads that were easy none did; 25 with a strip, a sticker or part of another picture all did.

    Args:
        pixels: (H, W, 3) uint8, the post
        features, near, locator: as in `is_easy`
    """
    found = [(_alone(features, entry, locator), entry) for _, entry in near.candidates]
    lain, entry = max(((one, entry) for one, entry in found if one), key=lambda pair: pair[0].weight)
    told = residual(pixels, brightened(preview(entry)), lain.asset_to_post, seen=lain.region_in_asset)
    return told is not None and not told.disagreeing


def _alone(features: PostFeatures, entry: Entry, locator: Locator) -> Alignment | None:
    """Where an asset lies in the post, if there is no other; seen straight, as a plain copy is."""
    keypoints, size = entry.fingerprint.keypoints, (entry.asset.width, entry.asset.height)
    located = [locator.straight(entry.asset.id, keypoints)]
    return alignments(features, [keypoints], located, asset_sizes=[size])[0]


def fills(found: Iterable[Alignment | None]) -> bool:
    """Whether one of some likely assets lies all over the post, and none that looks like it.

    The limits are wider than those of `certain`: a smaller copy has lost the finest features of its asset, and
    there is room for a small second source only, which is looked for in what is left of the post.
    """
    ordered = sorted((one for one in found if one), key=lambda one: -one.weight)
    if not ordered or ordered[0].post_covered < WHOLE:
        return False
    best, rivals = ordered[0], ordered[1:]
    enough = best.weight >= 25 and best.weight >= best.expected / 4
    return enough and all(one.weight < best.weight / 3 for one in rivals)


def first_ids(answers: Sequence[Sequence[Hit]], *, hidden: frozenset[str]) -> list[str]:
    """Ids of the best hits of all answers together."""
    ids = dict.fromkeys(hit.id for hits in answers for hit in hits if hit.id not in hidden)
    return [*ids][:NEAREST]
