"""Candidates → evidence: where in the post does each lie, and does the rest of the picture agree?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from lineage.align import PostFeatures, compare, locate
from lineage.images import decode
from lineage.protocols import Restorer
from lineage.records import Alignment, Entry, Evidence, Pixels, Residual
from lineage.residual import residual
from lineage.search import Found
from lineage.stopwatch import Stopwatch

FIRST = 12  # candidates that are aligned before it is asked whether one of them is certain
RESTORED = 6  # aligned candidates that are restored: more take time, and the source is among them or nowhere
WHOLE = 0.95  # share of a post that a plain copy fills
PARTS = ("competition", "residual")


def verify(
    pixels: Pixels,
    features: PostFeatures,
    found: Found,
    *,
    watch: Stopwatch,
    restorer: Restorer | None = None,
    without: frozenset[str] = frozenset(),
) -> tuple[Evidence, ...]:
    """The evidence of each candidate, in their order.

    Args:
        pixels: (H, W, 3) uint8, the post
        features: of the post
        found: candidates with what the store keeps of them, most promising first
        watch: gets the stages align, residual and restore
        restorer: says what is left of aligned candidates once the edits are undone
        without: of `PARTS`, what is left out, to measure what it is worth
    """
    with watch.stage("align"):
        alignments, examined = _align(features, [entry for _, entry in found.candidates])
        if "competition" in without:
            alignments = [one and replace(one, weight=float(one.inliers)) for one in alignments]
    with watch.stage("residual"):
        compared = "residual" not in without
        evidence = tuple(
            Evidence(
                candidate,
                entry.asset,
                alignment,
                _residual(pixels, entry, alignment) if compared else None,
                found.background,
                examined=number < examined,
                twins=found.twins.get(candidate.id, ()),
            )
            for number, ((candidate, entry), alignment) in enumerate(zip(found.candidates, alignments, strict=True))
        )
    if restorer:
        with watch.stage("restore"):
            evidence = _restored(restorer, pixels, evidence, found)
    return evidence


def preview(entry: Entry) -> Pixels:
    """The asset's picture as the store keeps it, (h, w, 3) uint8."""
    return decode(entry.fingerprint.preview, name=entry.asset.path).pixels


def certain(alignment: Alignment | None) -> bool:
    """Whether nothing that ranks lower can be the source instead, or besides in the same post."""
    if alignment is None:
        return False
    share = alignment.weight / max(alignment.expected, 1)
    return alignment.weight >= 50 and share >= 0.4 and alignment.post_covered >= 0.6


def fills(alignments: Iterable[Alignment | None]) -> bool:
    """Whether one of some likely assets lies all over the post, and none that looks like it.

    The limits are wider than those of `certain`: a smaller copy has lost the finest features of its asset, and there is
    no room for a second source.
    """
    ordered = sorted((one for one in alignments if one), key=lambda one: -one.weight)
    if not ordered or ordered[0].post_covered < WHOLE:
        return False
    best, rivals = ordered[0], ordered[1:]
    enough = best.weight >= 25 and best.weight >= best.expected / 4
    return enough and all(one.weight < best.weight / 3 for one in rivals)


def _align(features: PostFeatures, entries: Sequence[Entry]) -> tuple[list[Alignment | None], int]:
    """Alignments of the candidates, and how many were tried: less promising ones only where the first leave doubt."""
    keypoints = [entry.fingerprint.keypoints for entry in entries]
    sizes = [(entry.asset.width, entry.asset.height) for entry in entries]
    located = locate(features, keypoints[:FIRST])
    first = compare(features, keypoints[:FIRST], located, asset_sizes=sizes[:FIRST])
    if any(map(certain, first)):
        return first + [None] * len(entries[FIRST:]), FIRST
    located += locate(features, keypoints[FIRST:])
    return compare(features, keypoints, located, asset_sizes=sizes), len(entries)


def _residual(pixels: Pixels, entry: Entry, alignment: Alignment | None) -> Residual | None:
    if alignment is None:
        return None
    return residual(pixels, preview(entry), alignment.asset_to_post, seen=alignment.region_in_asset)


def _restored(restorer: Restorer, pixels: Pixels, evidence: Sequence[Evidence], found: Found) -> tuple[Evidence, ...]:
    """The same evidence with what the autoencoder says of the best aligned candidates."""
    entries = {entry.asset.id: entry for _, entry in found.candidates}
    places = [(one.alignment.weight, one.asset.id, one.alignment.asset_to_post) for one in evidence if one.alignment]
    laid = {key: asset_to_post for _, key, asset_to_post in sorted(places, key=lambda place: -place[0])[:RESTORED]}
    said = restorer.restore(pixels, [(preview(entries[key]), asset_to_post) for key, asset_to_post in laid.items()])
    restorations = dict(zip(laid, said, strict=True))
    return tuple(replace(one, restoration=restorations.get(one.asset.id)) for one in evidence)
