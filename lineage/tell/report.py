"""Report → text. Computes nothing, chooses words only. What it is as JSON, it says itself."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text

from lineage.machine.one_line import one_line
from lineage.records import Report
from lineage.tell.wording import (
    RELATIONS,
    also_as,
    name_with_probability,
    promise,
    relatives,
    runner_up,
    same_picture,
    whereabouts,
    why_not,
)

STYLES = {"known": "bold green", "review": "bold yellow", "novel": "bold blue"}


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
    lines = [f"{RELATIONS[verdict.decision]} {name_with_probability(verdict, best)}{why_not(best)}"]
    if verdict.decision == "novel":
        return [*lines, *filter(None, [relatives(verdict)]), *verdict.remarks]
    edits = " · ".join(edit.label for edit in best.evidence.edits)
    told = (same_picture(best), also_as(verdict, best), promise(verdict), edits, runner_up(verdict))
    return [*lines, *filter(None, told), *verdict.remarks]


def _sources(report: Report) -> list[str]:
    """A line for each of several sources."""
    verdict = report.verdict
    told = (
        (
            name_with_probability(verdict, match),
            whereabouts(match, report.size),
            same_picture(match),
            also_as(verdict, match),
        )
        for match in verdict.claims
    )
    lines = [" · ".join(filter(None, parts)) for parts in told]
    return [f"made from {lines[0]}", *(f" and from {line}" for line in lines[1:])]
