"""One claim a place: a library holds versions of one picture, as square, as banner, with a price on it.

What would be claimed in a part of the post that a better match explains already is no further source; it is named as a
version of that match. A collage has its sources beside each other.
"""

from __future__ import annotations

from dataclasses import replace

from lineage.features import rivals
from lineage.records import Match, Verdict


def with_versions(verdict: Verdict) -> Verdict:
    """The verdict whose claims lie in different places of the post; what a person confirmed stays claimed."""
    claims = verdict.claims
    among = rivals([match.evidence for match in claims])
    kept: list[int] = []
    version_of: dict[str, str] = {}
    for number, match in enumerate(claims):
        there = next((first for first in kept if among[number, first]), None)
        if there is None or match.confirmed:
            kept.append(number)
        else:
            version_of[match.evidence.asset.id] = claims[there].evidence.asset.id
    return replace(verdict, matches=tuple(_named(match, version_of) for match in verdict.matches))


def _named(match: Match, version_of: dict[str, str]) -> Match:
    return replace(match, version_of=version_of.get(match.evidence.asset.id, ""))
