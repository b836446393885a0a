"""Is a post so plainly one asset, and nothing else, that little need be looked up?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lineage.describe.post import PostFeatures, Question
from lineage.protocols import Store
from lineage.records import Alignment, Hit
from lineage.verify.align import align

NEAREST = 3  # assets with an equal hash, by vector and by words, that are looked at before all others, or as negatives
WHOLE = 0.95  # share of a post that a plain copy fills


def is_easy(
    features: PostFeatures, question: Question, store: Store, *, hidden: frozenset[str], without: frozenset[str]
) -> bool:
    """Whether one asset, equal by hash or near as a whole, is found all over the post, and no look-alike of it.

    Args:
        features, question: of the post, as a whole
        store: the index
        hidden: ids to act as if they were not in it
        without: hashes, vectors: what is not asked
    """
    limit = NEAREST + len(hidden)
    by_hash = () if "hashes" in without else store.search_hashes(question.hashes, limit=limit)
    by_vector = () if "vectors" in without else store.search_vectors(question.vectors, limit=limit)
    likely = (first_ids(hits, hidden=hidden) for hits in (by_hash, by_vector))
    entries = store.entries([*dict.fromkeys(key for keys in likely for key in keys)]).values()
    return fills(
        align(features, kept.fingerprint.keypoints, asset_size=(kept.asset.width, kept.asset.height))
        for kept in entries
    )


def fills(found: Iterable[Alignment | None]) -> bool:
    """Whether one of some likely assets lies all over the post, and none that looks like it.

    The limits are wider than those of `certain`: a smaller copy has lost the finest features of its asset, and there is
    no room for a second source.
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
