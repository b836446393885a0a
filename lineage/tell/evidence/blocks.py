"""What evidence pictures are stacked from: a head, rows of tiles, lines of text. Each is as wide as the picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image, ImageDraw

from lineage.records import Decision
from lineage.tell.evidence.lettering import wrap
from lineage.tell.evidence.tiles import Size

WIDTH = 1200
"""px, of every evidence picture."""

_EDGE, _GAP = 24, 18  # px
_BESIDE = 200  # px left and, less a bit, right of the names in the head, for verdict and probability
_LEADING = 1.5  # height of a line in sizes of its letters
_GROUND, _CARD, _INK, _PALE = (244, 245, 248), (255, 255, 255), (28, 30, 38), (110, 115, 128)
_COLOURS = {"known": (20, 128, 74), "review": (176, 108, 0), "novel": (37, 84, 190)}

Ink = tuple[int, int, int] | str


class Tile(NamedTuple):
    """A picture with what it is called."""

    title: str
    image: Image.Image


class Line(NamedTuple):
    """Some words, on as many lines as they need."""

    text: str
    size: int = 16
    ink: Ink = _PALE


def room(count: int, height: int) -> Size:
    """For each of so many tiles side by side."""
    return (WIDTH - 2 * _EDGE - (count - 1) * _GAP) // count, height


def head(decision: Decision, *, names: str, post: str, probability: float | None) -> Image.Image:
    """Verdict, assets, post and probability on the colour of the verdict."""
    told = [Line(names, 24, "white"), Line(post, 16, (225, 230, 235))]
    width = WIDTH - 2 * _BESIDE + _EDGE
    height = max(76, 20 + sum(_height(line, width) for line in told))
    block = Image.new("RGB", (WIDTH, height), _COLOURS[decision])
    pen = ImageDraw.Draw(block)
    _write(pen, (_EDGE, 18), Line(decision.upper(), 32, "white"), _BESIDE - _EDGE)
    _write_all(pen, (_BESIDE, 10), told, width)
    if probability is not None:
        text, font = wrap(f"p {probability:.3f}", size=28, width=_BESIDE)
        pen.text((WIDTH - _EDGE, height // 2), text[0], font=font, fill="white", anchor="rm")
    return block


def findings(first: str, others: Sequence[str] = (), *, apart: bool = False) -> Image.Image:
    """Lines of which the first, if there is one, says most; below a rule where they are about something else."""
    block = lines([*([Line(first, 18, _INK)] if first else []), *map(Line, others)])
    if apart:
        ImageDraw.Draw(block).line((_EDGE, 2, WIDTH - _EDGE, 2), fill=_PALE)
    return block


def lines(told: Sequence[Line]) -> Image.Image:
    """Some lines below each other."""
    width = WIDTH - 2 * _EDGE
    height = _GAP + sum(_height(line, width) for line in told)
    block = Image.new("RGB", (WIDTH, height), _GROUND)
    _write_all(ImageDraw.Draw(block), (_EDGE, _GAP // 2), told, width)
    return block


def row(tiles: Sequence[Tile]) -> Image.Image:
    """Tiles side by side on cards of one size, below their titles."""
    width = room(len(tiles), 0)[0]
    titles = [Line(tile.title, 17) for tile in tiles]
    top = _GAP // 2 + max(_height(title, width) for title in titles)
    tallest = max(tile.image.height for tile in tiles)
    block = Image.new("RGB", (WIDTH, top + tallest + _GAP // 2), _GROUND)
    pen = ImageDraw.Draw(block)
    for column, (tile, title) in enumerate(zip(tiles, titles, strict=True)):
        x = _EDGE + column * (width + _GAP)
        _write(pen, (x, _GAP // 2), title, width)
        pen.rounded_rectangle((x, top, x + width, top + tallest), 6, fill=_CARD)
        block.paste(tile.image, (x + (width - tile.image.width) // 2, top + (tallest - tile.image.height) // 2))
    return block


def stack(blocks: Sequence[Image.Image]) -> Image.Image:
    """One below the other."""
    image = Image.new("RGB", (WIDTH, sum(block.height for block in blocks) + _GAP // 2), _GROUND)
    y = 0
    for block in blocks:
        image.paste(block, (0, y))
        y += block.height
    return image


def _height(line: Line, width: int) -> int:
    return round(len(wrap(line.text, size=line.size, width=width)[0]) * line.size * _LEADING)


def _write_all(pen: ImageDraw.ImageDraw, at: tuple[int, int], told: Sequence[Line], width: int) -> None:
    x, y = at
    for line in told:
        _write(pen, (x, y), line, width)
        y += _height(line, width)


def _write(pen: ImageDraw.ImageDraw, at: tuple[int, int], line: Line, width: int) -> None:
    texts, font = wrap(line.text, size=line.size, width=width)
    for number, text in enumerate(texts):
        pen.text((at[0], at[1] + round(number * line.size * _LEADING)), text, font=font, fill=line.ink)
