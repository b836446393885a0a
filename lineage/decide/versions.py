"""One claim a place: a library holds versions of one picture, as square, as banner, with a price on it.

What would be claimed in a part of the post that a better match explains already is no further source; it is named as a
version of that match, if both agree with the post there. A collage has its sources beside each other, and a picture
that was pasted on another one hides what that shows.

Which of them is named does not hang on how surely each is there: in a plain copy a square cut out of it is as sure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lineage.decide.familiar import ALL_OVER
from lineage.decide.features import rivals
from lineage.describe.hashes import ALIKE
from lineage.geometry import apply, inside
from lineage.records import AGREES, Evidence, Match, Verdict

SHOWN = 0.5  # share of an asset's cells in a place that agree, from which it is seen there; covered ones hardly do


def nearest_version_first(matches: Sequence[Match]) -> list[Match]:
    """Matches, best first → the same, and where the first would be claimed led by the version that the post is as a
    whole, if that would be too: of those that have nearly its hash the one that is nearest by vector and colours.
    """
    if not matches or not matches[0].sure:
        return [*matches]
    whole = [match for match in matches if match.sure and _as_a_whole(match.evidence)]
    lead = max(whole, key=lambda match: _near(match.evidence), default=None)
    return [lead, *(match for match in matches if match is not lead)] if lead else [*matches]


def _near(evidence: Evidence) -> float:
    """Higher for what looks more like the post, grading included."""
    changes = evidence.changes
    return (evidence.candidate.similarity or 0.0) - (changes.hue + changes.tone if changes else 0.0)


def _as_a_whole(evidence: Evidence) -> bool:
    alignment = evidence.alignment
    return evidence.candidate.hash_distance <= ALIKE and alignment is not None and alignment.post_covered >= ALL_OVER


def with_versions(verdict: Verdict) -> Verdict:
    """The verdict whose claims lie in different places of the post; what a person confirmed stays claimed."""
    claims = verdict.claims
    evidence = [match.evidence for match in claims]
    among = rivals(evidence)
    kept: list[int] = []
    version_of: dict[str, str] = {}
    for number, match in enumerate(claims):
        rivals_there = (first for first in kept if among[number, first])
        there = next((first for first in rivals_there if _same_there(evidence[number], evidence[first])), None)
        if there is None or match.confirmed:
            kept.append(number)
        else:
            version_of[match.evidence.asset.id] = claims[there].evidence.asset.id
    return replace(verdict, matches=tuple(_named(match, version_of) for match in verdict.matches))


def _same_there(one: Evidence, other: Evidence) -> bool:
    """Whether two assets show the same where both lie: each agrees with the post there.

    What is claimed without being located, by a person's word or by its bytes, lies nowhere that is known.
    """
    return _seen_at(one, other) and _seen_at(other, one)


def _seen_at(evidence: Evidence, place: Evidence) -> bool:
    """Whether an asset is seen in the place of another one, also where nothing can be compared."""
    alignment, there = evidence.alignment, place.alignment
    if alignment is None or there is None:
        return False
    if evidence.residual is None:
        return True
    cells = evidence.residual.cells
    rows, columns = np.nonzero(~np.isnan(cells))
    middles = (np.column_stack([columns, rows]) + 0.5) / max(cells.shape)
    seen = cells[rows, columns][inside(np.array(there.region_in_post), apply(alignment.asset_to_post, middles))]
    return not len(seen) or bool((seen > AGREES).mean() >= SHOWN)


def _named(match: Match, version_of: dict[str, str]) -> Match:
    return replace(match, version_of=version_of.get(match.evidence.asset.id, ""))
