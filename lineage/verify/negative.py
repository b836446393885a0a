"""Is a post the negative of something in the library: dark mode, a reversed logo, a filter?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lineage.describe.keypoints import negative
from lineage.describe.post import PostFeatures
from lineage.records import Keypoints
from lineage.verify.locate import locate

ENOUGH = 12  # features that agree in place: between unrelated pictures it is half as many


def negative_features(features: PostFeatures) -> PostFeatures:
    """The features of a post's negative."""
    return replace(features, unmirrored=negative(features.unmirrored), mirrored=negative(features.mirrored))


def shows_one(features: PostFeatures, assets: Sequence[Keypoints]) -> bool:
    """Whether some features lie in one of the assets as they lie in the post."""
    return any(one is not None and len(one.inliers) >= ENOUGH for one in locate(features, assets))
