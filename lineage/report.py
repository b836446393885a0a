"""Report → JSON-ready dict, CSV row, text. Computes nothing, chooses words only."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from rich.text import Text

from lineage.one_line import one_line
from lineage.records import Alignment, Match, Objection, Point, Report, Verdict
from lineage.wording import named, promise, relatives, runner_up, same_picture, whereabouts, why_not

MATCHES_SHOWN = 10
COLUMNS = ("query", "verdict", "probability", "asset", "id", "similarity", "inliers", "edits", "evidence")
RELATIONS = {"known": "made from", "review": "perhaps", "novel": "nearest"}
STYLES = {"known": "bold green", "review": "bold yellow", "novel": "bold blue"}


def as_json(report: Report, *, evidence: Path | None = None) -> dict[str, object]:
    """The JSON line of a query; its names are stable."""
    verdict = report.verdict
    claimed = _claimed(verdict)
    record: dict[str, object] = {
        "query": report.query,
        "verdict": verdict.decision,
        "probability": round(verdict.probability, 6),
        "false_known": _promise(verdict),
        "remarks": list(verdict.remarks),
        "relatives": [{"asset": asset.path, "id": asset.id} for asset in verdict.relatives],
        "matches": [_match(match, claimed) for match in verdict.matches[:MATCHES_SHOWN]],
        "seconds": {stage: round(seconds, 4) for stage, seconds in report.seconds.items()},
        "versions": dict(report.versions),
    }
    return record | ({"evidence": str(evidence)} if evidence else {})


def as_row(report: Report, *, evidence: Path | None = None) -> Mapping[str, object]:
    """One CSV row with the best match, empty where there is none."""
    record = as_json(report, evidence=evidence)
    best = _match(report.verdict.matches[0], _claimed(report.verdict)) if report.verdict.matches else {}
    edits = "; ".join(edit.label for edit in report.verdict.matches[0].evidence.edits) if best else ""
    return {column: record.get(column, best.get(column, "")) for column in COLUMNS} | {"edits": edits}


def as_text(report: Report, *, evidence: Path | None = None) -> Text:
    """A few lines for a person."""
    verdict = report.verdict
    text = Text(f"{verdict.decision.upper():<8}", style=STYLES[verdict.decision])
    text.append(f"{one_line(report.query)}\n", style="bold")
    for line in _lines(report):
        text.append(f"        {one_line(line)}\n", style="")
    picture = f" · evidence: {one_line(str(evidence))}" if evidence else ""
    text.append(f"        {sum(report.seconds.values()):.2f} s{picture}", style="dim")
    return text


def _lines(report: Report) -> list[str]:
    verdict = report.verdict
    if not verdict.matches:
        return ["nothing in the library resembles it", *verdict.remarks]
    if len(verdict.claims) > 1:
        return [*_sources(report), *filter(None, [promise(verdict), runner_up(verdict)]), *verdict.remarks]
    best = verdict.matches[0]
    lines = [f"{RELATIONS[verdict.decision]} {named(best)}{why_not(best)}"]
    if verdict.decision == "novel":
        return [*lines, *filter(None, [relatives(verdict)]), *verdict.remarks]
    edits = " · ".join(edit.label for edit in best.evidence.edits)
    return [*lines, *filter(None, [same_picture(best), promise(verdict), edits, runner_up(verdict)]), *verdict.remarks]


def _sources(report: Report) -> list[str]:
    """A line for each of several sources."""
    told = ((named(match), whereabouts(match, report.size), same_picture(match)) for match in report.verdict.claims)
    lines = [" · ".join(filter(None, parts)) for parts in told]
    return [f"made from {lines[0]}", *(f" and from {line}" for line in lines[1:])]


def _claimed(verdict: Verdict) -> frozenset[str]:
    return frozenset(match.evidence.asset.id for match in verdict.claims)


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


def _match(match: Match, claimed: frozenset[str]) -> dict[str, object]:
    evidence = match.evidence
    candidate, alignment, residual = evidence.candidate, evidence.alignment, evidence.residual
    return {
        "asset": evidence.asset.path,
        "id": evidence.asset.id,
        "claimed": evidence.asset.id in claimed,
        "same_picture": [{"asset": asset.path, "id": asset.id} for asset in evidence.twins],
        "probability": round(match.probability, 6),
        "similarity": None if candidate.similarity is None else round(candidate.similarity, 4),
        "hash_distance": round(candidate.hash_distance, 4),
        "inliers": alignment.inliers if alignment else 0,
        "residual": round(residual.trimmed, 4) if residual else None,
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
