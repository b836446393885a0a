"""What a person is told and shown of a report, as a record that can be kept: a review is looked at when the engine, and
the post, are long gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from lineage.records import Alignment, Match, Point, Report
from lineage.tell.evidence.tiles import departures
from lineage.tell.evidence.words import doubt, drawn_first, evidence_lines, several
from lineage.tell.wording import RELATIONS, chances, promise, relatives, rival, whereabouts

_MATCHES = 10  # as many as an answer names

Polygon = tuple[Point, ...]
Rows = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class ToldMatch:
    """A candidate as it is told and drawn.

    Attributes:
        id, path: of the asset
        size: width and height of the asset's file, px
        format: of the asset's file
        claimed: whether the post is called made from it
        chances: its probability in words; empty where the verdict rests on something else
        probability: None there too
        place: where one of several sources lies; empty where there is one alone
        edits: named, one clause each
        lines: what speaks for it, and other files and versions of it
        objection: why it is not claimed, a clause; empty where nothing speaks against it
        in_post, in_asset: where both show the same, unit frames; empty: it was not located
        differs_in_post, differs_in_asset: where they differ most; empty where nobody can say
        asset_to_post: rows of the 3 × 3 map, unit frames; empty: it was not located
        departures: edit map over the asset, rows of 0..1, above 0 where the post departs from it; empty: unknown
    """

    id: str
    path: str
    size: tuple[int, int]
    format: str
    claimed: bool
    chances: str
    probability: float | None
    place: str
    edits: tuple[str, ...]
    lines: tuple[str, ...]
    objection: str
    in_post: Polygon
    in_asset: Polygon
    differs_in_post: Polygon
    differs_in_asset: Polygon
    asset_to_post: Rows
    departures: Rows


@dataclass(frozen=True, slots=True)
class Told:
    """A report as it is told and drawn.

    Attributes:
        query: what the post is called
        size: width and height of the post, px
        decision: known, review or novel
        relation: how the first asset relates to the post: made from, perhaps, nearest
        probability: of the best match; None where the verdict rests on something else
        promise: how rarely a novel post scores as high; empty: nobody counted
        doubt: what speaks against the best match of a post that is not known; empty where nothing does
        remarks: what else had to do with it
        relatives: assets that show something of a novel post, a sentence; empty where there are none
        matches: candidates, best first
        shown: how many of them are drawn first: every source of the post, or else what is nearest to it
        rival: number of the runner-up among them; None where there is none
        seconds: what the answer took
        versions: of lineage, backbone, index and calibration
    """

    query: str
    size: tuple[int, int]
    decision: str
    relation: str
    probability: float | None
    promise: str
    doubt: str
    remarks: tuple[str, ...]
    relatives: str
    matches: tuple[ToldMatch, ...]
    shown: int
    rival: int | None
    seconds: float
    versions: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """What `told_of` reads."""
        return asdict(self)


def told(report: Report) -> Told:
    """A report as it is told and drawn."""
    verdict = report.verdict
    first = list(drawn_first(verdict))
    other = rival(verdict)
    named = {id(match) for match in (*first, *([other] if other else []))}
    matches = [*first, *([other] if other else []), *(match for match in verdict.matches if id(match) not in named)]
    return Told(
        query=report.query,
        size=report.size,
        decision=verdict.decision,
        relation=RELATIONS[verdict.decision],
        probability=None if verdict.probability is None else round(verdict.probability, 6),
        promise=promise(verdict),
        doubt=doubt(verdict),
        remarks=verdict.remarks,
        relatives=relatives(verdict),
        matches=tuple(_match(match, report) for match in matches[:_MATCHES]),
        shown=len(first),
        rival=len(first) if other else None,
        seconds=round(sum(report.seconds.values()), 3),
        versions=dict(report.versions),
    )


def told_of(record: Mapping[str, Any]) -> Told:
    """What `Told.as_json` gave, before or after it was JSON."""
    matches = tuple(
        ToldMatch(
            **{
                **match,
                "size": _pair(match["size"]),
                "edits": tuple(match["edits"]),
                "lines": tuple(match["lines"]),
                **{name: tuple(map(tuple, match[name])) for name in _NESTED},
            }
        )
        for match in record["matches"]
    )
    return Told(**{**record, "size": _pair(record["size"]), "remarks": tuple(record["remarks"]), "matches": matches})


_NESTED = ("in_post", "in_asset", "differs_in_post", "differs_in_asset", "asset_to_post", "departures")


def _match(match: Match, report: Report) -> ToldMatch:
    verdict, evidence, asset = report.verdict, match.evidence, match.asset
    alignment, objection, map_ = evidence.alignment, match.objection, departures(evidence)
    scored = verdict.probability is not None
    return ToldMatch(
        id=asset.id,
        path=asset.path,
        size=(asset.width, asset.height),
        format=asset.format,
        claimed=any(match is one for one in verdict.claims),
        chances=chances(match.probability) if scored else "",
        probability=round(match.probability, 6) if scored else None,
        place=whereabouts(match, report.size) if several(verdict) else "",
        edits=tuple(edit.label for edit in evidence.edits),
        lines=tuple(evidence_lines(match, verdict)),
        objection=objection.label if objection else "",
        in_post=_polygon(alignment.region_in_post if alignment else ()),
        in_asset=_polygon(alignment.region_in_asset if alignment else ()),
        differs_in_post=_polygon(objection.region_in_post if objection else ()),
        differs_in_asset=_polygon(objection.region_in_asset if objection else ()),
        asset_to_post=_rows(alignment),
        departures=() if map_ is None else tuple(tuple(row) for row in np.round(map_, 2).astype(float).tolist()),
    )


def _rows(alignment: Alignment | None) -> Rows:
    return tuple(tuple(row) for row in alignment.asset_to_post.tolist()) if alignment else ()


def _polygon(points: Polygon) -> Polygon:
    return tuple((round(float(x), 4), round(float(y), 4)) for x, y in points)


def _pair(size: tuple[int, int]) -> tuple[int, int]:
    width, height = size
    return width, height
