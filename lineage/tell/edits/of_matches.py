"""The edits of each match of a verdict, named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from lineage.geometry import cells_in
from lineage.read.originals import preview
from lineage.records import Entry, Match, Picture, Verdict
from lineage.tell.edits.colours import colour_edits
from lineage.tell.edits.foreign import foreign_edits, without_repeats
from lineage.tell.edits.geometry import geometry_edits

NAMED = 3  # first matches whose edits are named besides those of claims: of chance resemblances they say nothing


def with_edits(verdict: Verdict, post: Picture, entries: Mapping[str, Entry]) -> Verdict:
    """The verdict with what was done to the assets that it claims, and of its first matches; `entries` by id of the
    asset.
    """
    claimed = {match.evidence.asset.id for match in verdict.claims}
    named = [
        _edited(match, post, entries[match.evidence.asset.id])
        if number < NAMED or match.evidence.asset.id in claimed
        else match
        for number, match in enumerate(verdict.matches)
    ]
    return replace(verdict, matches=tuple(named))


def _edited(match: Match, post: Picture, entry: Entry) -> Match:
    evidence, asset = match.evidence, match.evidence.asset
    alignment, rest = evidence.alignment, evidence.residual
    if alignment is None:
        return match
    sizes = {"post_size": (post.width, post.height), "asset_size": (asset.width, asset.height)}  # as files, not as read
    edits = geometry_edits(alignment, **sizes, residual=rest)
    if rest:
        laid = (post.pixels, preview(entry), alignment.asset_to_post)
        edits += foreign_edits(
            *laid,
            residual=rest,
            restoration=evidence.restoration,
            pasted=evidence.hidden,
            region=alignment.region_in_post,
        )
        pasted = cells_in(evidence.hidden, alignment.asset_to_post, rest.cells.shape)
        edits += colour_edits(*laid, cells=np.where(pasted, np.nan, rest.cells))
    return replace(match, evidence=replace(evidence, edits=without_repeats(edits)))
