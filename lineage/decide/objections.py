"""Which test a candidate fails, and where in the picture; which candidates are relatives of a novel post.

A candidate is tested as a person would: can it be located in the post? do enough features agree? does the rest of the
picture agree? is it that candidate rather than another? The decision weighs all evidence together and does not follow
these tests; they name the first that would have to come out otherwise.

The limits come from 130 posts made from 377 pictures, 257 of them frames of 19 scenes: of 46 sources that were found,
38 pass all tests but the last; of 801 other candidates that could be aligned, 43 do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from lineage.decide.features import rivals
from lineage.geometry import Points, apply, cells_in, corners, invert, place, polygon_of
from lineage.records import (
    AGREES,
    CONTRADICTS,
    DIFFERS,
    Alignment,
    Changes,
    Evidence,
    Match,
    Objection,
    Residual,
    Test,
    Verdict,
)

FEWEST_INLIERS = 16
LOWEST_CORRELATION = 0.5  # trimmed
MOST_DISAGREEING = 1 / 3  # share of the cells
REPLACED, IN_PLACE = 0.08, 0.4  # share of the structure from which content counts as replaced, and how surely
EVERYWHERE = 0.25  # standard deviation, shares of the picture: evenly spread cells have .29, those of one third .1


def with_objections(verdict: Verdict) -> Verdict:
    """The verdict with an objection to every match that is not claimed, and with the relatives of a novel post."""
    claims = verdict.claims
    first = claims[0] if claims else None
    matches = tuple(
        match
        if match.objection or match.version_of or any(match is claim for claim in claims)
        else replace(match, objection=_objection(match, verdict, first, strongest))
        for match, strongest in zip(verdict.matches, _strongest(verdict.matches), strict=True)
    )
    novel = verdict.decision == "novel"
    relatives = tuple(match.evidence.asset for match in matches if novel and _is_relative(match.evidence))
    return replace(verdict, matches=matches, relatives=relatives)


def _is_relative(evidence: Evidence) -> bool:
    """Whether post and asset surely show something in common."""
    return evidence.alignment is not None and evidence.alignment.inliers >= FEWEST_INLIERS


def _objection(match: Match, verdict: Verdict, claimed: Match | None, strongest: Match) -> Objection | None:
    guarantee = verdict.guarantee
    if guarantee is None:
        return None
    if match.outside:
        return Objection("outside", f"unlike anything that the decision was tried on, most of all {match.outside}")
    if match.sure:
        return _not_alone(verdict)
    wanted = "" if verdict.probability is None else f" (known from p {match.known_from:.3f})"
    enough = Objection("score", f"not sure enough{wanted}")
    if match.probability >= match.known_from:
        enough = Objection("picture", "too little of it can be compared")
    return _failed(match.evidence, claimed, strongest.evidence) or enough


def _failed(evidence: Evidence, claimed: Match | None, strongest: Evidence) -> Objection | None:
    """The first test that the evidence fails by itself or beside that of the strongest in its place."""
    alignment, residual = evidence.alignment, evidence.residual
    if alignment is None:
        return _unplaced(evidence, strongest)
    if alignment.inliers < FEWEST_INLIERS:
        return Objection("features", f"only {alignment.agreeing} of {alignment.expected} features agree")
    if evidence.changes and (evidence.contradicted or _replaced(evidence.changes)):
        return _other_content(evidence, evidence.changes, alignment)
    if residual and (residual.trimmed < LOWEST_CORRELATION or residual.disagreeing > MOST_DISAGREEING):
        return _difference(evidence, residual, alignment, claimed)
    if strongest is not evidence and alignment.weight < alignment.inliers / 2:
        return Objection("rival", f"{strongest.asset.path} fits the same part of the post better")
    return None


def _not_alone(verdict: Verdict) -> Objection:
    """Why what is sure enough by itself is not claimed: the best match is not, or is under quarantine."""
    if (verdict.scored or verdict.decision) != "known":
        return Objection("review", "sure enough, but the best match is not, by its score")
    return Objection("review", "sure enough, but a person has to look at this post first")


def _unplaced(evidence: Evidence, rival: Evidence) -> Objection:
    if evidence.examined:
        return Objection("location", "no part of it was found in the post")
    return Objection("rival", f"not looked for, since {rival.asset.path} accounts for most of the post")


def _strongest(matches: Sequence[Match]) -> list[Match]:
    """Of each match, the one to which the shared features of its part of the post go: itself, or a rival there."""
    weights = np.array([m.evidence.alignment.weight if m.evidence.alignment else 0.0 for m in matches])
    there = rivals([match.evidence for match in matches]) | np.eye(len(matches), dtype=np.bool_)
    return [matches[int(np.where(row, weights, -1.0).argmax())] for row in there]


def _replaced(changes: Changes) -> bool:
    """Whether the asset's own content seems to be replaced, and not covered."""
    return changes.structure >= REPLACED and changes.ratio > 0 and changes.in_place + changes.structure > IN_PLACE


def _other_content(evidence: Evidence, changes: Changes, alignment: Alignment) -> Objection:
    """What of the asset is contradicted: by other content of its layout, or by something else."""
    cells = _corners_of(changes.cells < CONTRADICTS, side := 1 / max(changes.cells.shape))
    size = corners((evidence.asset.width, evidence.asset.height))[2]
    where = _place((cells + side / 2) / size)
    label = f"the same layout, with other content {where}"
    if not _replaced(changes):
        label = f"shows something else where {100 * changes.structure:.0f} % of the asset's structure should be"
    return _boxed("content", label, cells, side, alignment)


def _difference(evidence: Evidence, residual: Residual, alignment: Alignment, claimed: Match | None) -> Objection:
    """Where the asset differs, if possible leaving out what covers the claimed asset as well."""
    side = 1 / max(residual.cells.shape)  # of a cell, unit frame
    pasted = cells_in(evidence.hidden, alignment.asset_to_post, residual.cells.shape)
    cells = _corners_of((residual.cells < DIFFERS) & ~pasted, side)
    share = f"{100 * residual.disagreeing:.0f}"
    label = "differs {place}" + (f", in {share} % of what can be compared" if share != "0" else "")
    if claimed:
        own = cells[_explained_by(claimed.evidence, apply(alignment.asset_to_post, cells + side / 2))]
        cells = own if len(own) else cells
    if not len(cells):
        return Objection("picture", label.format(place="a little everywhere"))
    size = corners((evidence.asset.width, evidence.asset.height))[2]
    where = _place((cells + side / 2) / size)
    return _boxed("picture", label.format(place=where), cells, side, alignment)


def _corners_of(chosen: npt.NDArray[np.bool_], side: float) -> Points:
    """(N, 2) upper left corners of the chosen cells, unit frame."""
    rows, columns = np.nonzero(chosen)
    return np.column_stack([columns, rows]) * side


def _boxed(test: Test, label: str, cells: Points, side: float, alignment: Alignment) -> Objection:
    """An objection with the box around some cells, on both sides."""
    low, high = cells.min(0), cells.max(0) + side
    box = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
    in_post = polygon_of(apply(alignment.asset_to_post, box))
    return Objection(test, label, region_in_post=in_post, region_in_asset=polygon_of(box))


def _explained_by(claimed: Evidence, in_post: Points) -> npt.NDArray[np.bool_]:
    """(N, 2) points of the post → (N,) whether the claimed asset agrees with the post there."""
    if claimed.alignment is None or claimed.residual is None:
        return np.ones(len(in_post), np.bool_)
    cells = claimed.residual.cells
    index = np.floor(apply(invert(claimed.alignment.asset_to_post), in_post) * max(cells.shape)).astype(np.intp)
    last = np.array(cells.shape[::-1]) - 1
    inside = ((index >= 0) & (index <= last)).all(1)
    column, row = index.clip(0, last).T
    return np.asarray(inside & (cells[row, column] > AGREES))


def _place(shares: Points) -> str:
    """Where points lie on the whole, given as shares of width and height."""
    if (shares.std(0) > EVERYWHERE).all():
        return "all over"
    return place(shares.mean(0))
