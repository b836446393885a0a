"""Report → CSV rows: one for each asset that a post was made from, or one that names the nearest.

A join on `asset` meets claims only. Rows are counted by post where `claim` is empty or 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lineage.errors import ImageError
from lineage.records import Match, Report, Verdict

FAILED = "failed"
"""In the place of a verdict, for a post that could not be read."""

COLUMNS = (
    "query",
    "verdict",
    "rests_on",
    "asset",
    "asset_id",
    "probability",
    "nearest",
    "nearest_id",
    "claim",
    "claims",
    "false_match_risk",
    "similarity",
    "inliers",
    "agreement",
    "edits",
    "remarks",
    "error",
    "evidence",
    "run",
    "time",
    "index",
    "backbone",
    "calibration",
)
"""What they mean stands in docs/operations.md."""

_SEPARATOR = "; "
_VERSIONS = ("index", "backbone", "calibration")

Row = dict[str, object]


def rows(report: Report, *, evidence: Path | None, about: Mapping[str, str]) -> list[Row]:
    """The rows of one post, each with all `COLUMNS`; what does not apply is empty.

    Args:
        report: what is told
        evidence: the picture that was drawn of it
        about: run and time of the answer
    """
    verdict = report.verdict
    common = _row(report.query, versions=report.versions, about=about) | {
        "verdict": verdict.decision,
        "rests_on": verdict.rests_on,
        "claims": len(verdict.claims),
        "false_match_risk": "" if verdict.novel_share is None else round(verdict.novel_share, 6),
        "remarks": _SEPARATOR.join(verdict.remarks),
        "evidence": str(evidence or ""),
    }
    if verdict.claims:
        return [
            common | {"claim": number} | _named("asset", match, verdict)
            for number, match in enumerate(verdict.claims, 1)
        ]
    return [common | (_named("nearest", verdict.matches[0], verdict) if verdict.matches else {})]


def failure_row(error: ImageError, *, versions: Mapping[str, str], about: Mapping[str, str]) -> Row:
    """The row of a post that could not be read, with the reason."""
    return _row(error.name, versions=versions, about=about) | {"verdict": FAILED, "claims": 0, "error": error.reason}


def _row(query: str, *, versions: Mapping[str, str], about: Mapping[str, str]) -> Row:
    row: Row = dict.fromkeys(COLUMNS, "")
    return row | {"query": query, **about, **{name: versions.get(name, "") for name in _VERSIONS}}


def _named(column: str, match: Match, verdict: Verdict) -> Row:
    """An asset in its column, and what was measured of it."""
    evidence = match.evidence
    similarity, alignment, residual = evidence.candidate.similarity, evidence.alignment, evidence.residual
    return {
        column: evidence.asset.path,
        f"{column}_id": evidence.asset.id,
        "probability": "" if verdict.probability is None else round(match.probability, 6),
        "similarity": "" if similarity is None else round(similarity, 4),
        "inliers": alignment.inliers if alignment else 0,
        "agreement": round(residual.trimmed, 4) if residual else "",
        "edits": "" if verdict.decision == "novel" else _SEPARATOR.join(edit.label for edit in evidence.edits),
    }
