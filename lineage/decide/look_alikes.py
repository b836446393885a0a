"""How near the look-alikes of the likeliest candidates are: what is promised goes by that, see `features.GROUPS`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lineage.decide.features import CLOSE
from lineage.describe.same_picture import one_picture
from lineage.protocols import Lookup
from lineage.records import Candidates, Entry, Evidence, Hit
from lineage.verify.candidates import best_aligned

COPIES = 8  # files of one picture beyond those among the candidates, that are passed over for its nearest look-alike


def with_look_alikes(
    evidence: tuple[Evidence, ...], found: Candidates, store: Lookup, *, hidden: frozenset[str]
) -> tuple[Evidence, ...]:
    """The same evidence with how near to the likeliest assets the nearest other one of the index is.

    Args:
        evidence: of the candidates
        found: what it is about
        store: the index
        hidden: ids to act as if they were not in it
    """
    best, entries = _likeliest(evidence), {candidate.id: entry for candidate, entry in found.candidates}
    if not best:
        return evidence
    vectors = np.stack([entries[key].fingerprint.vector for key in best])
    most = 2 + COPIES + len(hidden) + max(len(twins) for twins in found.twins.values() or [()])
    answers = dict(zip(best, store.search_vectors(vectors, limit=most), strict=True))
    return tuple(
        replace(one, crowded=_nearest_other(one, entries[one.asset.id], answers[one.asset.id], store, hidden))
        if one.asset.id in best
        else one
        for one in evidence
    )


def _likeliest(evidence: Sequence[Evidence]) -> list[str]:
    """Ids of those that are best located, and of the one that is most similar as a whole, located or not."""
    similar = [one for one in evidence if one.candidate.similarity is not None]
    nearest = max(similar, key=lambda one: one.candidate.similarity or 0.0, default=None)
    return [*dict.fromkeys([*best_aligned(evidence), *([nearest.asset.id] if nearest else [])])]


def _nearest_other(
    evidence: Evidence, entry: Entry, hits: Sequence[Hit], store: Lookup, hidden: frozenset[str]
) -> float | None:
    """Cosine of the nearest asset that is another picture, and not one more file of this one."""
    own = {evidence.asset.id, *(twin.id for twin in evidence.twins), *hidden}
    others = (hit for hit in hits if hit.id not in own)
    return next((hit.score for hit in others if hit.score < CLOSE or not _is_copy(entry, hit.id, store)), None)


def _is_copy(entry: Entry, other: str, store: Lookup) -> bool:
    """Whether an asset of the index, given by its id, is another file of the very picture."""
    kept = store.entries([other])
    return other in kept and one_picture(entry, kept[other])
