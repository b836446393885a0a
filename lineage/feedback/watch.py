"""An asset that suddenly matches a large share of unrelated posts is more likely a badge, a blank or a bad scan than
the source of them all: it goes under quarantine until a person has looked.

Unrelated posts do not look like each other: the cosine of their vectors lies nearer to what an unrelated asset of the
library has (the `background` of the search) than to 1. And they show the asset in passing: on less than a third of the
post, or in a post that resembles it no more than unrelated assets do. So does one in seven posts that were made from a
single picture; a picture that is shown much, and properly, is not taken for one that matches everything.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lineage.feedback.notes import ENGINE, now, quarantine
from lineage.feedback.state import assets_in_quarantine, when_released
from lineage.protocols import Journal
from lineage.records import Evidence, Note, Report, Sighting, Verdict

WINDOW = 500  # latest posts that are looked back on
FEWEST = 10  # unrelated posts; fewer may be a coincidence
SHARE = 0.1  # of the posts in the window
MOSTLY = 0.75  # share of an asset's unrelated posts that show it in passing
SMALL = 1 / 3  # share of the post, below which what covers it is not what it is about


def sighting_about(report: Report) -> Sighting:
    """What is remembered of an answered post."""
    verdict = report.verdict
    seen = Sighting(
        str(uuid.uuid4()),
        now(),
        report.versions["index"],
        asset="",
        path="",
        vector=np.zeros(0, np.float32),
        background=None,
        passing=False,
        hashes=report.hashes,
        decision=verdict.decision,
        score=_score(verdict),
        group=verdict.guarantee.group if verdict.guarantee else "",
        calibration=report.versions.get("calibration", ""),
        query=report.query,
    )
    if verdict.decision != "known" or report.vector is None:
        return seen
    found = verdict.matches[0].evidence
    return replace(
        seen,
        asset=found.asset.id,
        path=found.asset.path,
        vector=report.vector,
        background=found.background,
        passing=_in_passing(found),
    )


def _score(verdict: Verdict) -> float | None:
    """What a post counts with among novel ones, as they are counted where a level is backed."""
    if verdict.rests_on in ("plainness", "outside") or not verdict.matches:
        return 0.0  # it can be no false claim, and is one of the posts of which so many may be
    if verdict.rests_on != "probability":
        return None
    best = verdict.matches[0]
    return best.probability if best.claimable else 0.0


def _in_passing(evidence: Evidence) -> bool:
    similarity, background = evidence.candidate.similarity, evidence.background
    small = evidence.alignment is not None and evidence.alignment.post_covered < SMALL
    return small or (similarity or 0.0) <= (background or 0.0)


def keep_watch(journal: Journal, sightings: Sequence[Sighting]) -> list[Note]:
    """Remember what was asked, and put under quarantine what matches too much of it; the notes about that."""
    if not sightings:
        return []
    journal.see(sightings, keep=WINDOW)
    notes = journal.notes()
    held, free = assets_in_quarantine(notes), when_released(notes)
    latest = [one for one in journal.sightings() if one.index == sightings[-1].index]
    seen = [one for one in latest if one.when > free.get(one.asset, "")]
    return [
        quarantine(journal, asset, path=path, reason=reason, who=ENGINE)
        for asset, path, reason in assets_matching_too_much(seen)
        if asset not in held
    ]


def assets_matching_too_much(sightings: Sequence[Sighting]) -> list[tuple[str, str, str]]:
    """(id, path, why) of every asset that matches too many unrelated posts; all vectors of one backbone."""
    claims: dict[str, list[Sighting]] = defaultdict(list)
    for one in sightings:
        if one.asset:
            claims[one.asset].append(one)
    counts = [(found[-1], _unrelated(found)) for found in claims.values() if len(found) >= FEWEST]
    return [
        (one.asset, one.path, f"matched {count} unrelated posts of the last {len(sightings)}")
        for one, count in counts
        if count >= max(FEWEST, SHARE * len(sightings))
    ]


def _unrelated(claims: Sequence[Sighting]) -> int:
    """How many posts show the asset in passing and do not look like each other; 0 where others show it properly."""
    distinct: list[Sighting] = []
    for one in claims:
        if one.background is not None and not any(_alike(one, other) for other in distinct):
            distinct.append(one)
    passing = sum(one.passing for one in distinct)
    return passing if passing >= MOSTLY * len(distinct) else 0


def _alike(one: Sighting, other: Sighting) -> bool:
    """Whether two posts are nearer than half-way from what an unrelated asset resembles them to being equal."""
    background = max(one.background or 0.0, other.background or 0.0)
    return float(one.vector @ other.vector) >= (1 + background) / 2
