"""Contact sheets: pictures in rows, each with a caption."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PIL import Image, ImageDraw, ImageFont

from lineage.machine.one_line import one_line
from lineage.read.images import thumbnail
from lineage.records import Pixels

Cell = tuple[Pixels, Sequence[str]]
"""A picture, (H, W, 3) uint8, and the lines below it."""
_GAP, _EDGE = 6, 8  # px between pictures, and above titles
_CAPTION, _TITLE = 11, 15  # px, sizes of letters
_LINE, _TITLE_LINE = 13, 20  # px, heights of lines
_LEAST_TITLE = 420  # px: a title over a single picture is not broken into words


def contact_sheet(pictures: Sequence[Cell], *, columns: int = 6, side: int = 180, title: str = "") -> Image.Image:
    """Pictures of any size with their captions, which are broken where they are too long, and never cut.

    Args:
        pictures: with their lines
        columns: pictures in a row
        side: px of the square into which a picture is fitted
        title: above all; empty: none
    """
    across = min(columns, max(1, len(pictures))) * (side + _GAP)
    width = max(across, _LEAST_TITLE if title else 0)
    headline = list(broken(title, width - 2 * _GAP, size=_TITLE)) if title else []
    rows = [_row(pictures[n : n + columns], side) for n in range(0, len(pictures), columns)]
    top = len(headline) * _TITLE_LINE + (_EDGE if headline else 0)
    sheet = Image.new("RGB", (width, max(1, top + sum(row.height for row in rows))), "white")
    pen = ImageDraw.Draw(sheet)
    for number, line in enumerate(headline):
        pen.text((_GAP, 5 + number * _TITLE_LINE), line, fill="black", font=ImageFont.load_default(_TITLE))
    for row in rows:
        sheet.paste(row, (0, top))
        top += row.height
    return sheet


def broken(text: str, width: int, *, size: int = _CAPTION) -> Iterator[str]:
    """A text in lines of at most this width, px: broken between words, in a word (a path) only where it must be."""
    font = ImageFont.load_default(size)
    line = ""
    for word in one_line(text).split(" "):
        longer = f"{line} {word}" if line else word
        if font.getlength(longer) <= width:
            line = longer
            continue
        if line:
            yield line
        line = word
        while len(line) > 1 and font.getlength(line) > width:
            fits = next(n for n in range(len(line) - 1, 0, -1) if n == 1 or font.getlength(line[:n]) <= width)
            yield line[:fits]
            line = line[fits:]
    yield line


def _row(cells: Sequence[Cell], side: int) -> Image.Image:
    """A row of pictures, as high as the longest caption makes it."""
    captions = [[part for line in lines for part in broken(line, side)] for _, lines in cells]
    row = Image.new("RGB", (len(cells) * (side + _GAP), side + max(map(len, captions)) * _LINE + _EDGE), "white")
    pen, font = ImageDraw.Draw(row), ImageFont.load_default(_CAPTION)
    for number, ((pixels, _), lines) in enumerate(zip(cells, captions, strict=True)):
        left, small = number * (side + _GAP) + _GAP // 2, Image.fromarray(thumbnail(pixels, side))
        row.paste(small, (left + (side - small.width) // 2, (side - small.height) // 2))
        for place, line in enumerate(lines):
            pen.text((left, side + 2 + place * _LINE), line, "black", font)
    return row
