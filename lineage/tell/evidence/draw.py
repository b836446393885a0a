"""The whole evidence picture: a head with the verdict, every source of the post, the runner-up, and what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from lineage.records import Evidence, Pixels, Verdict
from lineage.tell.evidence.blocks import Tile, findings, head, room, row, stack
from lineage.tell.evidence.tiles import departures, fitted_into, outlined, overlaid
from lineage.tell.evidence.words import (
    doubt,
    drawn_first,
    evidence_lines,
    headline,
    several,
    source_line,
    verdict_lines,
)
from lineage.tell.wording import rival, runner_up

_HIGHEST = (520, 520, 380, 300)  # px, of the tiles of none, one, two, more sources: some fit on a screen together
_RIVAL = 300  # px, of the runner-up's


@dataclass(frozen=True, slots=True)
class Shown:
    """The picture of an asset as it is drawn.

    Attributes:
        pixels: (h, w, 3) uint8, at any size
        remark: what a person should know of it; empty: it is the asset's file
    """

    pixels: Pixels
    remark: str = ""


def draw(post: Pixels, verdict: Verdict, *, assets: Mapping[str, Shown] | None = None, name: str = "") -> Pixels:
    """Post beside its sources and beside the runner-up, (H, WIDTH, 3) uint8.

    Args:
        post: (h, w, 3) uint8
        verdict: decision and matches
        assets: by their ids; those of the matches that are drawn, without which the post stands alone
        name: of the post
    """
    pictures, first, many = assets or {}, drawn_first(verdict), several(verdict)
    size, height = (post.shape[1], post.shape[0]), _HIGHEST[min(len(first), len(_HIGHEST) - 1)]
    alone = first[0].probability if first and not many and verdict.probability is not None else None
    blocks = [head(verdict.decision, names=headline(verdict), post=name, probability=alone)]
    for number, match in enumerate(first):
        compared, said = _compared(post, match.evidence, pictures, height, part=many), source_line(match, verdict, size)
        if many:
            blocks += [findings(said, apart=number > 0), *compared, findings("", evidence_lines(match, verdict))]
        else:
            against = doubt(verdict)
            others = [*([said] if against and said else []), *evidence_lines(match, verdict), *verdict_lines(verdict)]
            blocks += [*compared, findings(against or said, others)]
    if not first:
        blocks.append(row([Tile("post", fitted_into(post, room(1, height)))]))
    if not first or many:
        blocks.append(findings("", verdict_lines(verdict), apart=many))
    if other := rival(verdict):
        compared = _compared(post, other.evidence, pictures, _RIVAL, title="runner-up", part=many)
        blocks += [findings(runner_up(verdict), apart=True), *compared]
    return np.asarray(stack(blocks), np.uint8)


def _compared(
    post: Pixels, evidence: Evidence, assets: Mapping[str, Shown], height: int, *, title: str = "asset", part: bool
) -> list[Image.Image]:
    """The row of a candidate; none where its picture was not given."""
    asset = assets.get(evidence.asset.id)
    if asset is None:
        return []
    titles = "post", f"{title} ({asset.remark})" if asset.remark else title, f"post laid over {title} · red: differs"
    tiles = _tiles(post, evidence, asset.pixels, height, part=part)
    return [row([Tile(*one) for one in zip(titles, tiles, strict=False)])]


def _tiles(post: Pixels, evidence: Evidence, asset: Pixels, height: int, *, part: bool) -> Sequence[Image.Image]:
    """Post, asset and, where the asset was located, one over the other: all of the post, or the part that shows it."""
    alignment = evidence.alignment
    if alignment is None:
        return [fitted_into(post, room(2, height)), fitted_into(asset, room(2, height))]
    each = room(3, height)
    return [
        outlined(post, alignment.region_in_post, each),
        outlined(asset, alignment.region_in_asset, each),
        overlaid(post, asset, alignment, departures(evidence), each, part=part),
    ]
