"""Contact sheets: pictures in rows, each with a caption."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from lineage.images import shrink
from lineage.one_line import one_line
from lineage.records import Pixels

_LINE = 13  # px, height of a line of a caption


def contact_sheet(
    pictures: Sequence[tuple[Pixels, Sequence[str]]], *, columns: int = 6, side: int = 180, title: str = ""
) -> Image.Image:
    """Pictures of any size with their captions, a line each.

    Args:
        pictures: (H, W, 3) uint8 and lines; all with the same number of lines
        columns: pictures in a row
        side: px of the square into which a picture is fitted
        title: above all; empty: none
    """
    lines = max((len(captions) for _, captions in pictures), default=0)
    height, top = side + lines * _LINE + 8, 26 if title else 0
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (min(columns, max(1, len(pictures))) * (side + 6), top + max(1, rows) * height), "white")
    pen = ImageDraw.Draw(sheet)
    pen.text((6, 5), one_line(title), fill="black", font=ImageFont.load_default(15))
    for number, (pixels, captions) in enumerate(pictures):
        left, upper = number % columns * (side + 6) + 3, top + number // columns * height
        small = Image.fromarray(shrink(pixels, side))
        sheet.paste(small, (left + (side - small.width) // 2, upper + (side - small.height) // 2))
        for line, caption in enumerate(captions):
            pen.text(
                (left, upper + side + 2 + line * _LINE),
                _fitted(pen, one_line(caption), side),
                "black",
                ImageFont.load_default(11),
            )
    return sheet


def _fitted(pen: ImageDraw.ImageDraw, text: str, width: int) -> str:
    """The text, cut to the width by an ellipsis at its end."""
    font = ImageFont.load_default(11)
    if pen.textlength(text, font) <= width:
        return text
    while text and pen.textlength(text + "…", font) > width:
        text = text[:-1]
    return text + "…"
