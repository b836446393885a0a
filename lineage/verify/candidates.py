"""Candidates → evidence: where in the post does each lie, and does the rest of the picture agree?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from lineage.describe.hashes import ALIKE
from lineage.describe.post import PostFeatures
from lineage.geometry import apply, corners, flip
from lineage.machine.stopwatch import Stopwatch
from lineage.protocols import Restorer
from lineage.read.exposure import brightened
from lineage.read.originals import preview
from lineage.records import Alignment, Candidate, Candidates, Entry, Evidence, Laid, Map, Pixels, Polygon, Residual
from lineage.verify.align import alignments
from lineage.verify.changes import changes
from lineage.verify.covers import covers
from lineage.verify.locate import MIN_INLIERS, Located, Locator, recount
from lineage.verify.overlay import Grey, grey
from lineage.verify.refine import grow, refine, resembles
from lineage.verify.residual import agreement, residual
from lineage.verify.strips import shown_part

FIRST = 12  # candidates that are aligned before it is asked whether one of them is certain
REFINED = 4  # aligned candidates whose map is made exact: the source and its look-alikes are among them
# Trimmed correlation from which a map is left as it is: of 108 such maps none became better by more than `BETTER`, and
# of 11 that have up to a hundredth less one did. All of 1,164 posts are answered as without it and `UNLIKE`.
EXACT = 0.95
BETTER = 0.03  # of the trimmed correlation, by which an exact map must agree better: wrong ones gain a little too
AGREEING = 0.8  # trimmed correlation: where no exact map has it, the asset may be steeply tilted
GROWN = 2  # maps that are continued then, those with the most support
SIMILAR, STARTED = 0.8, 2  # cosine of a view from which it is a place to start from, and how many are tried at most
SEEN = 0.6  # trimmed correlation from which an asset is where a view, and no key point, says that it is
LIKELY = 6  # aligned candidates among which the source is, or nowhere
# Of these as many are compared in every way: of 5,603 posts none is claimed otherwise than with all six, and
# no novel one scores more.
RESTORED = 3
COVERED = (0.02, 0.85)  # share of cells that disagree, between which something may have been pasted over a part
WEAK = 0.1  # share of the best one's weight, below which features agree by chance and none of that is done
PARTS = ("changes", "competition", "covers", "refinement", "residual")


@dataclass(frozen=True, slots=True)
class Given:
    """What there is to verify.

    Attributes:
        pixels: (H, W, 3) uint8, the post
        features: of the post
        found: candidates with what the store keeps of them, most promising first
        locator: looks for assets in the post
        without: of `PARTS`, what is left out, to measure what it is worth
    """

    pixels: Pixels
    features: PostFeatures
    found: Candidates
    locator: Locator
    without: frozenset[str] = frozenset()


class Verify(Protocol):
    """`verify`, or what does the same elsewhere."""

    def __call__(self, given: Given, *, watch: Stopwatch, restorer: Restorer | None = None) -> tuple[Evidence, ...]:
        """See `verify`."""
        ...


def verify(given: Given, *, watch: Stopwatch, restorer: Restorer | None = None) -> tuple[Evidence, ...]:
    """The evidence of each candidate, in their order.

    Args:
        given: a post and its candidates
        watch: gets the stages align, refine, residual, covers, changes and restore
        restorer: says what is left of aligned candidates once the edits are undone
    """
    pixels, features, found, without = given.pixels, given.features, given.found, given.without
    entries = [entry for _, entry in found.candidates]
    with watch.stage("align"):
        located, examined = _locate(features, entries, given.locator)
    with watch.stage("refine"):
        if "refinement" not in without:
            located = _refined(pixels, features, found.candidates, located)
        aligned = _compared(features, entries, located)
        if "competition" in without:
            aligned = [one and replace(one, weight=float(one.inliers)) for one in aligned]
    with watch.stage("residual"):
        compared, plane = "residual" not in without, grey(pixels)
        evidence = tuple(
            Evidence(
                candidate,
                entry.asset,
                alignment,
                _residual(plane, entry, alignment) if compared else None,
                found.background,
                examined=number < examined or alignment is not None,
                twins=found.twins.get(candidate.id, ()),
            )
            for number, ((candidate, entry), alignment) in enumerate(zip(found.candidates, aligned, strict=True))
        )
    with watch.stage("covers"):
        if not without & {"covers", "residual"}:
            evidence = _with_covers(pixels, evidence, found)
    with watch.stage("changes"):
        if "changes" not in without:
            evidence = _with_changes(pixels, evidence, found)
    if restorer:
        with watch.stage("restore"):
            evidence = _restored(restorer, pixels, evidence, found)
    return evidence


def certain(alignment: Alignment | None) -> bool:
    """Whether nothing that ranks lower can be the source instead, or besides in the same post."""
    if alignment is None:
        return False
    share = alignment.weight / max(alignment.expected, 1)
    return alignment.weight >= 50 and share >= 0.4 and alignment.post_covered >= 0.6


def _locate(features: PostFeatures, entries: Sequence[Entry], locator: Locator) -> tuple[list[Located | None], int]:
    """Maps of the candidates, and how many were tried: less promising ones only where the first leave doubt."""
    first, others = (
        {entry.asset.id: entry.fingerprint.keypoints for entry in part} for part in (entries[:FIRST], entries[FIRST:])
    )
    located = locator.locate(first)
    if any(map(certain, _compared(features, entries[:FIRST], located))):
        return located + [None] * len(others), FIRST
    return located + locator.locate(others), len(entries)


def _compared(
    features: PostFeatures, entries: Sequence[Entry], located: Sequence[Located | None]
) -> list[Alignment | None]:
    keypoints = [entry.fingerprint.keypoints for entry in entries]
    sizes = [(entry.asset.width, entry.asset.height) for entry in entries]
    return alignments(features, keypoints, located, asset_sizes=sizes)


def _refined(
    pixels: Pixels,
    features: PostFeatures,
    candidates: Sequence[tuple[Candidate, Entry]],
    located: Sequence[Located | None],
) -> list[Located | None]:
    """The same maps, those of the most promising candidates made exact, and maps that only a view suggests."""
    entries = [entry for _, entry in candidates]
    weights = [one.weight if one else 0.0 for one in _compared(features, entries, located)]
    enough = WEAK * max(weights, default=0.0)
    chosen = sorted((n for n, much in enumerate(weights) if much and much >= enough), key=lambda n: -weights[n])
    alike = [n for n, (one, _) in enumerate(candidates) if not located[n] and _suggested(one)]
    better, post, most = list(located), grey(pixels), 0.0
    for number in (*chosen[:REFINED], *alike[:STARTED]):
        candidate, entry = candidates[number]
        found, size = located[number], (entry.asset.width, entry.asset.height)
        starts = [found.whole(features.size)] if found else []
        likely = not found or candidate.hash_distance <= ALIKE
        suggested = _filled(candidate, size, features) if likely else []
        better[number], agrees = _exact(post, features, entry, found, starts, suggested)
        most = max(most, agrees)
    if most < AGREEING:
        for number in chosen[:GROWN]:
            better[number] = _grown(post, features, entries[number], better[number])
    return better


def _suggested(candidate: Candidate) -> bool:
    """Whether an asset may lie where its candidate starts, although no feature says so."""
    return (candidate.similarity or 0.0) > SIMILAR or candidate.hash_distance <= ALIKE


def _grown(post: Grey, features: PostFeatures, entry: Entry, found: Located | None) -> Located | None:
    """The same map, or one that continues it beyond the features that support it and agrees better."""
    if found is None or not len(found.inliers):
        return found
    places = entry.fingerprint.keypoints.positions[found.inliers.asset].astype(np.float64)
    whole = found.whole(features.size)
    start = grow(post, grey(_seen(entry)), whole, np.array((places.min(0), places.max(0))))
    return found if start is whole else _exact(post, features, entry, found, [start])[0]


def _exact(
    post: Grey,
    features: PostFeatures,
    entry: Entry,
    found: Located | None,
    starts: Sequence[Map],
    suggested: Sequence[Map] = (),
) -> tuple[Located | None, float]:
    """The best agreeing map near one of some, or of those that a view suggests, if it agrees better than the one that
    was found; and how well.
    """
    asset, size = grey(_seen(entry)), (entry.asset.width, entry.asset.height)
    now = agreement(post, asset, found.whole(features.size)) if found else SEEN - BETTER
    if now >= EXACT:
        return found, now
    starts = [*starts, *(one for one in suggested if resembles(post, asset, one))]
    near = [refine(post, asset, start) for start in starts]
    exact = [start if one is None else one for one, start in zip(near, starts, strict=True)]
    agreeing = [agreement(post, asset, one) for one in exact]
    if max(agreeing, default=-1.0) <= now + BETTER:
        return found, now if found else 0.0
    best = int(np.argmax(agreeing))
    counted = recount(features, entry.fingerprint.keypoints, exact[best], asset_size=size)
    if found and _collapsed(found, counted):
        return found, now
    return counted, agreeing[best]


def _collapsed(found: Located, counted: Located) -> bool:
    """Whether hardly any of the features that located an asset agree with the map that was made exact.

    Then its pixels resemble something beside what the features show.
    """
    return len(counted.inliers) < min(MIN_INLIERS, len(found.inliers) / 2)


def _filled(candidate: Candidate, asset_size: tuple[int, int], features: PostFeatures) -> list[Map]:
    """The maps by which an asset fills the view that it is similar to, plain and mirrored; none where that is masked.

    The pixels there still show what was ignored, or is claimed already.
    """
    start = candidate.start
    if start is None or not features.free(apply(start, corners(asset_size))):
        return []
    return [start, start @ flip(asset_size)]


def _residual(post: Grey, entry: Entry, alignment: Alignment | None, hidden: Sequence[Polygon] = ()) -> Residual | None:
    if alignment is None:
        return None
    return residual(post, _seen(entry), alignment.asset_to_post, seen=alignment.region_in_asset, hidden=hidden)


def _with_covers(pixels: Pixels, evidence: Sequence[Evidence], found: Candidates) -> tuple[Evidence, ...]:
    """The same evidence with what was pasted over the best aligned candidates, which has no say from there on."""
    entries = {entry.asset.id: entry for _, entry in found.candidates}
    best = _compared_in_full(evidence)
    return tuple(_covered(pixels, one, entries[one.asset.id]) if one.asset.id in best else one for one in evidence)


def _covered(pixels: Pixels, one: Evidence, entry: Entry) -> Evidence:
    alignment, told = one.alignment, one.residual
    if alignment is None or told is None or not COVERED[0] < told.disagreeing < COVERED[1]:
        return one
    hidden = covers(pixels, _seen(entry), alignment.asset_to_post, seen=alignment.region_in_asset)
    left = _residual(grey(pixels), entry, alignment, hidden) if hidden else None
    return replace(one, hidden=hidden, residual=left) if left else one


def _with_changes(pixels: Pixels, evidence: Sequence[Evidence], found: Candidates) -> tuple[Evidence, ...]:
    """The same evidence with how the best aligned candidates differ."""
    entries = {entry.asset.id: entry for _, entry in found.candidates}
    best = _compared_in_full(evidence)
    return tuple(
        replace(
            one,
            changes=changes(
                pixels,
                _seen(entries[one.asset.id]),
                one.alignment.asset_to_post,
                seen=one.alignment.region_in_asset,
                hidden=one.hidden,
            ),
        )
        if one.alignment and one.asset.id in best
        else one
        for one in evidence
    )


def _seen(entry: Entry) -> Pixels:
    """The asset's picture as posts are looked at."""
    return brightened(preview(entry))


def best_aligned(evidence: Sequence[Evidence]) -> dict[str, Map]:
    """The map of each of the candidates with the best geometry, by id, at most six."""
    places = [(one.alignment.weight, one.asset.id, one.alignment.asset_to_post) for one in evidence if one.alignment]
    return {key: asset_to_post for _, key, asset_to_post in sorted(places, key=lambda place: -place[0])[:LIKELY]}


def _compared_in_full(evidence: Sequence[Evidence]) -> frozenset[str]:
    """Ids of the candidates that are worth it: the best by geometry, and what the post may be a copy of as a whole."""
    weights = {one.asset.id: one.alignment.weight for one in evidence if one.alignment}
    best = sorted(weights, key=lambda key: -weights[key])[:RESTORED]
    alike = [(one.candidate.hash_distance, one.asset.id) for one in evidence if one.asset.id in weights]
    whole = [key for distance, key in sorted(alike)[:1] if distance <= ALIKE]
    return frozenset([*(key for key in best if weights[key] >= WEAK * weights[best[0]]), *whole])


def _restored(
    restorer: Restorer, pixels: Pixels, evidence: Sequence[Evidence], found: Candidates
) -> tuple[Evidence, ...]:
    """The same evidence with what the autoencoder says of the best aligned candidates."""
    entries = {entry.asset.id: entry for _, entry in found.candidates}
    best = _compared_in_full(evidence)
    parts = {
        one.asset.id: shown_part(
            Laid(_seen(entries[one.asset.id]), one.alignment.asset_to_post, one.alignment.region_in_asset, one.hidden)
        )
        for one in evidence
        if one.alignment and one.asset.id in best
    }
    told = restorer.restore(pixels, [part.laid for part in parts.values()])
    restorations = {key: part.of_whole(one) for (key, part), one in zip(parts.items(), told, strict=True)}
    return tuple(replace(one, restoration=restorations.get(one.asset.id)) for one in evidence)
