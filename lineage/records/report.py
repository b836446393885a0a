"""The whole answer to one query, and its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lineage.records.evidence import Alignment
from lineage.records.picture import Floats, Hashes, Point
from lineage.records.verdict import Match, Objection, Verdict

JSON_SCHEMA = 1
"""Version of a report as JSON; `schema/query-1.json` says of every name what it means, its unit and its range."""
_MATCHES_TOLD = 10


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """The whole answer to one query.

    Attributes:
        query: the post's path as given, or what else it is called
        verdict: decision and matches
        seconds: wall time per stage, in the order of the stages
        versions: of lineage, backbone, index and calibration
        vector: (dim,) float32, L2 norm 1, of the whole post: by it posts are told apart
        size: width and height of the post, px
        hashes: of the post; None where nobody looked
    """

    query: str
    verdict: Verdict
    seconds: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    vector: Floats | None = None
    size: tuple[int, int] = (1, 1)
    hashes: Hashes | None = None

    def __repr__(self) -> str:
        """One line, for a notebook: all the evidence would fill the screen."""
        claimed = ", ".join(match.asset.path for match in self.verdict.claims)
        return f"<Report {self.query}: {self.verdict.decision}{claimed and f', made from {claimed}'}>"

    def as_json(self) -> dict[str, Any]:
        """What `lineage query --json` prints of it, but for run and time; names are stable."""
        verdict = self.verdict
        claimed = frozenset(match.asset.id for match in verdict.claims)
        return {
            "schema": JSON_SCHEMA,
            "query": self.query,
            "verdict": verdict.decision,
            "rests_on": verdict.rests_on,
            "probability": None if verdict.probability is None else round(verdict.probability, 6),
            "false_known": _promise(verdict),
            "remarks": list(verdict.remarks),
            "relatives": [{"asset": asset.path, "id": asset.id} for asset in verdict.relatives],
            "matches": [_match(match, claimed) for match in verdict.matches[:_MATCHES_TOLD]],
            "seconds": {stage: round(seconds, 4) for stage, seconds in self.seconds.items()},
            "versions": dict(self.versions),
        }


def _promise(verdict: Verdict) -> dict[str, object] | None:
    guarantee = verdict.guarantee
    if verdict.novel_share is None or guarantee is None:
        return None
    return {
        "share": round(verdict.novel_share, 6),
        "level": guarantee.level,
        "novel_posts": guarantee.samples,
        "group": guarantee.group,
        "measured_on": guarantee.measured_on,
        "known_from": round(guarantee.known_from, 6),
        "review_from": round(guarantee.review_from, 6),
    }


def _match(match: Match, claimed: frozenset[str]) -> dict[str, object]:
    evidence = match.evidence
    candidate, alignment, residual = evidence.candidate, evidence.alignment, evidence.residual
    return {
        "asset": match.asset.path,
        "id": match.asset.id,
        "claimed": match.asset.id in claimed,
        "same_picture": [{"asset": asset.path, "id": asset.id} for asset in evidence.twins],
        "version_of": match.version_of or None,
        "probability": round(match.probability, 6),
        "similarity": None if candidate.similarity is None else round(candidate.similarity, 4),
        "hash_distance": round(candidate.hash_distance, 4),
        "inliers": alignment.inliers if alignment else 0,
        "agreement": round(residual.trimmed, 4) if residual else None,
        "contradicted": round(evidence.changes.structure, 4) if evidence.changes else None,
        "region": _region(alignment) if alignment else None,
        "objection": _objection(match.objection) if match.objection else None,
        "edits": [
            {"kind": edit.kind, "action": edit.action, "label": edit.label, "amount": round(edit.amount, 4)}
            for edit in evidence.edits
        ],
    }


def _objection(objection: Objection) -> dict[str, object]:
    """The test that a candidate fails, in words, and where: polygons in unit frames."""
    return {
        "test": objection.test,
        "label": objection.label,
        "in_post": _polygon(objection.region_in_post),
        "in_asset": _polygon(objection.region_in_asset),
    }


def _region(alignment: Alignment) -> dict[str, object]:
    """Where the asset lies in the post, and which part of it: polygons in unit frames (longer side = 1)."""
    return {
        "in_post": _polygon(alignment.region_in_post),
        "in_asset": _polygon(alignment.region_in_asset),
        "asset_to_post": np.round(alignment.asset_to_post, 6).tolist(),
    }


def _polygon(points: tuple[Point, ...]) -> list[list[float]]:
    return [[round(float(x), 4), round(float(y), 4)] for x, y in points]
