"""Report → JSON-ready dict, CSV row, text. Computes nothing, chooses words only."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor, log10
from pathlib import Path

import numpy as np
from rich.text import Text

from lineage.records import Alignment, Match, Point, Report, Verdict

MATCHES_SHOWN = 10
COLUMNS = ("query", "verdict", "probability", "asset", "id", "similarity", "inliers", "edits", "evidence")
STYLES = {"known": "bold green", "review": "bold yellow", "novel": "bold blue"}


def as_json(report: Report, *, evidence: Path | None = None) -> dict[str, object]:
    """The JSON line of a query; its names are stable."""
    verdict = report.verdict
    record: dict[str, object] = {
        "query": report.query,
        "verdict": verdict.decision,
        "probability": round(verdict.probability, 6),
        "false_known": _promise(verdict),
        "matches": [_match(match) for match in verdict.matches[:MATCHES_SHOWN]],
        "seconds": {stage: round(seconds, 4) for stage, seconds in report.seconds.items()},
        "versions": dict(report.versions),
    }
    return record | ({"evidence": str(evidence)} if evidence else {})


def as_row(report: Report, *, evidence: Path | None = None) -> Mapping[str, object]:
    """One CSV row with the best match, empty where there is none."""
    record = as_json(report, evidence=evidence)
    best = _match(report.verdict.matches[0]) if report.verdict.matches else {}
    edits = "; ".join(edit.label for edit in report.verdict.matches[0].evidence.edits) if best else ""
    return {column: record.get(column, best.get(column, "")) for column in COLUMNS} | {"edits": edits}


def as_text(report: Report, *, evidence: Path | None = None) -> Text:
    """A few lines for a person."""
    verdict = report.verdict
    text = Text(f"{verdict.decision.upper():<8}", style=STYLES[verdict.decision])
    text.append(f"{report.query}\n", style="bold")
    for line in _lines(report):
        text.append(f"        {line}\n", style="")
    picture = f" · evidence: {evidence}" if evidence else ""
    text.append(f"        {sum(report.seconds.values()):.2f} s{picture}", style="dim")
    return text


def _lines(report: Report) -> list[str]:
    verdict = report.verdict
    if not verdict.matches:
        return ["nothing in the library resembles it"]
    best, *others = verdict.matches
    relation = "made from" if verdict.decision == "known" else "perhaps" if verdict.decision == "review" else "nearest"
    lines = [f"{relation} {best.evidence.asset.path}  (p {best.probability:.3f})"]
    if verdict.decision != "novel" and (promise := promise_of(verdict)):
        lines.append(promise)
    if verdict.decision != "novel" and best.evidence.edits:
        lines.append(" · ".join(edit.label for edit in best.evidence.edits))
    if verdict.decision != "novel" and others:
        runner_up = others[0]
        also = "also" if runner_up.probability >= 0.5 else "not"
        lines.append(f"{also} {runner_up.evidence.asset.path} (p {runner_up.probability:.3f})")
    return lines


def promise_of(verdict: Verdict) -> str:
    """How rare such a score is among novel posts, and how many of them say so; empty where nobody counted."""
    share, guarantee = verdict.novel_share, verdict.guarantee
    if share is None or guarantee is None:
        return ""
    return (
        f"at most {_percent(share)} of novel posts score this high "
        f"(known up to {_percent(guarantee.level)}, backed by {guarantee.samples} posts)"
    )


def _percent(share: float) -> str:
    """Two digits, rounded up so that "at most" stays true: 1 %, 0.17 %, 13 %."""
    step = 10.0 ** (floor(log10(100 * share)) - 1)
    return f"{ceil(round(100 * share / step, 6)) * step:.3g} %"


def _promise(verdict: Verdict) -> dict[str, object] | None:
    guarantee = verdict.guarantee
    if verdict.novel_share is None or guarantee is None:
        return None
    return {
        "share": round(verdict.novel_share, 6),
        "level": guarantee.level,
        "novel_posts": guarantee.samples,
        "known_from": round(guarantee.known_from, 6),
        "review_from": round(guarantee.review_from, 6),
    }


def _match(match: Match) -> dict[str, object]:
    evidence = match.evidence
    candidate, alignment, residual = evidence.candidate, evidence.alignment, evidence.residual
    return {
        "asset": evidence.asset.path,
        "id": evidence.asset.id,
        "probability": round(match.probability, 6),
        "similarity": None if candidate.similarity is None else round(candidate.similarity, 4),
        "hash_distance": round(candidate.hash_distance, 4),
        "inliers": alignment.inliers if alignment else 0,
        "residual": round(residual.trimmed, 4) if residual else None,
        "region": _region(alignment) if alignment else None,
        "edits": [
            {"action": edit.action, "label": edit.label, "amount": round(edit.amount, 4)} for edit in evidence.edits
        ],
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
