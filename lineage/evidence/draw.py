"""The whole evidence picture: a head with the verdict, the tiles, a foot with what was found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from lineage.evidence.lettering import fit
from lineage.evidence.tiles import Size, departing, outlined, overlaid, plain
from lineage.records import Evidence, Match, Pixels, Verdict
from lineage.wording import named, promise, relatives, runner_up, whereabouts, why_not

WIDTH = 1200
"""px, of every evidence picture."""

_HIGHEST = 520  # px, of a tile: a tall post still fits on a screen with its caption
_EDGE, _GAP, _HEAD, _TITLE, _LINE = 24, 18, 76, 30, 26  # px
_GROUND, _CARD, _INK, _PALE = (244, 245, 248), (255, 255, 255), (28, 30, 38), (110, 115, 128)
_COLOURS = {"known": (20, 128, 74), "review": (176, 108, 0), "novel": (37, 84, 190)}

Tile = tuple[str, Image.Image]
Ink = tuple[int, int, int] | str


def draw(post: Pixels, verdict: Verdict, *, asset: Pixels | None = None, name: str = "") -> Pixels:
    """Post and best match side by side, (H, WIDTH, 3) uint8.

    Args:
        post: (h, w, 3) uint8
        verdict: decision and matches; the first match is shown
        asset: (h, w, 3) uint8, the picture of the first match at any size; needed where there is a match
        name: of the post
    """
    best = verdict.matches[0] if verdict.matches else None
    shown = _tiles(post, best.evidence, asset) if best and asset is not None else [("post", plain(post, _room(1)))]
    lines = _findings(verdict, best, (post.shape[1], post.shape[0]))
    tallest = max(tile.height for _, tile in shown)
    body = _HEAD + _EDGE + _TITLE
    image = Image.new("RGB", (WIDTH, body + tallest + 2 * _GAP + _LINE * len(lines)), _GROUND)
    pen = ImageDraw.Draw(image)
    _head(pen, verdict, best, name)
    width = _room(len(shown))[0]
    for column, (title, tile) in enumerate(shown):
        x = _EDGE + column * (width + _GAP)
        pen.rounded_rectangle((x, body, x + width, body + tallest), 6, fill=_CARD)
        _write(pen, (x, body - _TITLE), title, size=17, width=width, fill=_PALE)
        image.paste(tile, (x + (width - tile.width) // 2, body + (tallest - tile.height) // 2))
    for row, line in enumerate(lines):
        y = body + tallest + _GAP + row * _LINE
        _write(pen, (_EDGE, y), line, size=18 if row == 0 else 16, width=WIDTH - 2 * _EDGE, fill=_PALE if row else _INK)
    return np.asarray(image, np.uint8)


def _room(count: int) -> Size:
    """For each of so many tiles side by side."""
    return (WIDTH - 2 * _EDGE - (count - 1) * _GAP) // count, _HIGHEST


def _tiles(post: Pixels, evidence: Evidence, asset: Pixels) -> Sequence[Tile]:
    alignment = evidence.alignment
    if alignment is None:
        return [("post", plain(post, _room(2))), ("asset", plain(asset, _room(2)))]
    room = _room(3)
    return [
        ("post", outlined(post, alignment.region_in_post, room)),
        ("asset", outlined(asset, alignment.region_in_asset, room)),
        ("post laid over asset · red: differs", overlaid(post, asset, alignment, departing(evidence), room)),
    ]


def _head(pen: ImageDraw.ImageDraw, verdict: Verdict, best: Match | None, name: str) -> None:
    """Verdict, asset and probability on the colour of the verdict."""
    pen.rectangle((0, 0, WIDTH, _HEAD), fill=_COLOURS[verdict.decision])
    _write(pen, (_EDGE, 20), verdict.decision.upper(), size=32, width=180, fill="white")
    nearest = "nearest: " if verdict.decision == "novel" else ""
    asset = nearest + best.evidence.asset.path if best else "nothing in the library resembles it"
    _write(pen, (200, 12), asset, size=24, width=WIDTH - 380, fill="white")
    _write(pen, (200, 45), name, size=16, width=WIDTH - 380, fill=(225, 230, 235))
    if best and verdict.probability is not None:
        line, font = fit(f"p {best.probability:.3f}", size=28, width=150)
        pen.text((WIDTH - _EDGE, _HEAD // 2), line, font=font, fill="white", anchor="rm")


def _findings(verdict: Verdict, best: Match | None, size: Size) -> list[str]:
    """What was found, in lines: edits, evidence, what it is worth, other sources, what speaks against the runner-up."""
    if best is None:
        return []
    evidence = best.evidence
    edits = " · ".join(edit.label for edit in evidence.edits)
    lines = [edits or ("no edit found" if evidence.alignment else "the asset was not found in the post")]
    lines.append(" · ".join(_measures(evidence)))
    if verdict.decision == "novel":
        said = [f"not this asset{why_not(best)}" if best.objection else "", relatives(verdict)]
    else:
        others = [f"and from {named(verdict, match)} · {whereabouts(match, size)}" for match in verdict.claims[1:]]
        said = [promise(verdict), *others, runner_up(verdict)]
    return [*lines, *filter(None, said), *verdict.remarks]


def _measures(evidence: Evidence) -> list[str]:
    found = []
    if evidence.candidate.similarity is not None:
        found.append(f"similarity as a whole {evidence.candidate.similarity:.2f} of 1")
    if evidence.alignment:
        found.append(f"{evidence.alignment.agreeing} of {evidence.alignment.expected} features agree")
    if evidence.residual:
        found.append(f"agreement where they overlap {evidence.residual.correlation:.2f} of 1")
    return found


def _write(pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str, *, size: int, width: int, fill: Ink) -> None:
    line, font = fit(text, size=size, width=width)
    pen.text(at, line, font=font, fill=fill)
