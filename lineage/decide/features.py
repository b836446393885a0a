"""Evidence → numbers that a decision is fitted to.

A candidate's features come from its own evidence and from how far it stands above the best of its rivals: of two
look-alikes at most one is the source, while pictures in different parts of a post may all be.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lineage.geometry import shape_of
from lineage.records import CONTRADICTED, Alignment, Changes, Evidence, Floats, Residual, Restoration

APART = 0.25  # share of the smaller box up to which two candidates lie beside each other in the post
OVER = 0.8  # share of a box in what was pasted over another candidate, from which it is what was pasted
CLEAREST = 8.0  # logit of the autoencoder, beyond which it says no more
UNSAID = -4.0  # the same where it said nothing: a rival that was not restored is a weak one
STRAIGHT = 0.003  # radians, and shares: what a map measures where nothing was turned, tilted or skewed
UNPLACED = 0.008  # of the longer side: how far parts have moved where nothing is comparable, as `residual.py` says
# Of what cannot be located or was not restored: worse than what is. More of these features speaks against a candidate.
INEXACT, TURNED, UNLIKE = 1.0, 2.5, 1.5
_ANYWHERE = ((0.0, 0.0), (1.0, 1.0))  # unit frame: what cannot be located may lie in any part

ALONE = 0.0  # how near the nearest other asset is where there is none, or nobody looked

CAMERA = ("turned", "tilted", "skewed")
GEOMETRY = ("aligned", "log_inliers", "log_weight", "inlier_share", "spread", "asset_seen", "error", *CAMERA)
_NOWHERE = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, INEXACT, TURNED, TURNED, TURNED)
RESIDUAL = ("residual", "residual_agreeing", "residual_disagreeing", "residual_moved")
CHANGES = (
    "changed_structure",
    "changed_ground",
    "changed_ratio",
    "changed_piece",
    "changed_in_place",
    "changed_cut",
    "recoloured_hue",
    "recoloured_tone",
)
_UNCHECKED = (1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.5)
RESTORATION = ("restored", "restored_agreement", "restored_loss", "restored_explained")
_WHOLE = ("similarity", "similarity_above_background", "hash_agreement", "crowded")
_OWN = (*_WHOLE, *GEOMETRY, *RESIDUAL, *CHANGES, *RESTORATION)
MARGINS = {
    "margin_weight": "log_weight",
    "margin_residual": "residual",
    "margin_similarity": "similarity",
    "margin_restored": "restored_agreement",
}
"""Name of each margin → the feature whose lead over the best rival it is."""
FEATURES = (*_OWN, *MARGINS)
CLOSE = 0.80  # cosine of neighbouring frames, and of one product in two colours
GROUPS = (
    "whose likeliest asset has no close look-alikes",
    "whose likeliest asset has close look-alikes",
)
"""Kinds of posts in which the level is promised one by one, by how near the nearest other asset of the index is to
their likeliest candidate. That says nothing of how well the post agrees with it, and is fixed before scores are seen.
"""
EVIDENCE = 4  # counts up where evidence changes its meaning: scores of before say nothing then
OF_RESTORER = frozenset({*RESTORATION, "margin_restored"})
"""Those that only an engine with an autoencoder can tell."""
OF_LIBRARY = frozenset({"similarity_above_background", "crowded"})
"""Those that say what else the library has, and nothing of how post and asset agree."""
SUBJECTS = {
    **dict.fromkeys((*GEOMETRY, "margin_weight"), "in how it lies in the post"),
    **dict.fromkeys((*RESIDUAL, "margin_residual"), "in how well the rest of both agrees"),
    **dict.fromkeys(CHANGES, "in what was changed"),
    **dict.fromkeys(OF_RESTORER, "in what the autoencoder says of both"),
    **dict.fromkeys((*_WHOLE, "margin_similarity"), "in how alike both are as a whole"),
}
"""Name of a feature → what it is about, a clause for a person."""


def feature_table(evidence: Sequence[Evidence]) -> Floats:
    """All candidates of one post → (candidates, len(FEATURES)) float32."""
    own = np.array([_own_features(one) for one in evidence], np.float32).reshape(-1, len(_OWN))
    among = rivals(evidence)
    margins = [_margin(own[:, _OWN.index(name)], among) for name in MARGINS.values()]
    return np.column_stack([own, *margins]).astype(np.float32)


def groups(table: Floats) -> npt.NDArray[np.int64]:
    """(N, len(FEATURES)) → (N,) number of each candidate's group among `GROUPS`."""
    return np.asarray(table[:, FEATURES.index("crowded")] >= CLOSE, np.int64)


def claimable(table: Floats) -> npt.NDArray[np.bool_]:
    """(N, len(FEATURES)) → (N,) whether a candidate was located and is not contradicted there, as `Match.sure` asks."""
    located, changed = (table[:, FEATURES.index(name)] for name in ("aligned", "changed_structure"))
    return np.asarray((located > 0) & (changed < CONTRADICTED))


def _own_features(evidence: Evidence) -> tuple[float, ...]:
    candidate, alignment, residual = evidence.candidate, evidence.alignment, evidence.residual
    similarity = candidate.similarity if candidate.similarity is not None else 0.0
    above = similarity - evidence.background if evidence.background is not None else 0.0
    geometry = _geometry(alignment) if alignment else _NOWHERE
    rest = _residual(residual) if residual else (0.0, 0.0, 1.0, UNPLACED)
    # PDQ of unrelated pictures differs in half of the bits; only what is far below that says anything.
    agreement = max(0.0, 0.5 - candidate.hash_distance) * 2
    crowded = evidence.crowded if evidence.crowded is not None else ALONE
    differs, restored = _changes(evidence.changes), _restoration(evidence.restoration)
    return (similarity, above, agreement, crowded, *geometry, *rest, *differs, *restored)


def _geometry(alignment: Alignment) -> tuple[float, ...]:
    count, weight = alignment.inliers, alignment.weight
    share = weight / max(alignment.expected, 1)
    error = alignment.error if count else INEXACT  # a view alone says where it lies, and nothing how exactly
    fit = (1.0, np.log1p(count), np.log1p(weight), share, alignment.spread, alignment.asset_seen, error)
    return (*fit, *_camera(alignment))


def _camera(alignment: Alignment) -> tuple[float, ...]:
    """Decades by which the asset is turned, seen at an angle and skewed.

    0 for a copy that was cropped, scaled, mirrored, turned by quarters or stretched, one or more for the next frame of
    a camera that somebody holds.
    """
    shape = shape_of(alignment.asset_to_post, alignment.region_in_asset)
    turned = abs((np.radians(shape.turn) + np.pi / 4) % (np.pi / 2) - np.pi / 4)
    return tuple(float(np.log10(1 + much / STRAIGHT)) for much in (turned, np.log(shape.tilt), abs(shape.skew)))


def _residual(residual: Residual) -> tuple[float, ...]:
    return (residual.trimmed, residual.agreeing, residual.disagreeing, residual.moved)


def _changes(changes: Changes | None) -> tuple[float, ...]:
    if changes is None:
        return _UNCHECKED
    what = (changes.structure, changes.ground, changes.ratio, changes.piece, changes.in_place, changes.cut)
    return (*what, changes.hue, changes.tone)


def _restoration(restoration: Restoration | None) -> tuple[float, ...]:
    if restoration is None:
        return (0.0, UNSAID, UNLIKE, 0.0)
    agreement = min(max(restoration.agreement, -CLEAREST), CLEAREST)
    return (1.0, agreement, float(np.log(restoration.loss)), restoration.explained)


def rivals(evidence: Sequence[Evidence]) -> npt.NDArray[np.bool_]:
    """(N, N): which candidates cannot be right beside each other: all but those seen in different parts of the post, or
    one pasted over the other.
    """
    regions = [one.alignment.region_in_post if one.alignment else _ANYWHERE for one in evidence]
    low = np.array([np.min(region, axis=0) for region in regions]).reshape(-1, 2)
    high = np.array([np.max(region, axis=0) for region in regions]).reshape(-1, 2)
    shared = (np.minimum(high[:, None], high) - np.maximum(low[:, None], low)).clip(0).prod(2)
    smaller = np.minimum((high - low)[:, None], high - low).prod(2)
    over = _over(evidence, low, high)
    return np.asarray((shared >= APART * smaller) & ~np.eye(len(regions), dtype=np.bool_) & ~over & ~over.T)


def _over(evidence: Sequence[Evidence], low: Floats, high: Floats) -> npt.NDArray[np.bool_]:
    """(N, N): what was pasted over candidate i holds the box of candidate j, whose (N, 2) corners these are."""
    over = np.zeros((len(evidence), len(evidence)), np.bool_)
    for number, one in enumerate(evidence):
        for polygon in one.hidden:
            first, last = np.min(polygon, axis=0), np.max(polygon, axis=0)
            within = (np.minimum(high, last) - np.maximum(low, first)).clip(0).prod(1)
            over[number] |= within >= OVER * (high - low).prod(1)
    return over


def _margin(values: Floats, among: npt.NDArray[np.bool_]) -> Floats:
    """How far each value stands above the highest of its rivals; above zero where it has none."""
    highest = np.fmax.reduce(np.where(among, values, -np.inf), axis=1, initial=-np.inf)  # NaN is no rival
    return np.asarray(values - np.where(np.isfinite(highest), highest, 0.0), np.float32)
