"""Large pictures are turned to 8 bit and averaged down a band of rows at a time, so that of all that becomes of them on
the way only the samples themselves are whole in memory; and of a TIFF not even these.

The strips or tiles of a TIFF are compressed each by itself. A band of them is a TIFF of its own, once somebody writes
its directory.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator
from io import BytesIO
from math import ceil
from typing import Final

from PIL import Image, TiffTags
from PIL import TiffImagePlugin as Tiff

from lineage.read.colour import eight_bit

LARGE: Final = 16_000_000  # px; smaller ones are converted as a whole, which is a little faster
_BAND: Final = 1_000_000  # px
_STRIP: Final = 16_000_000  # px, of one that is decoded by itself
_REDUCING_GAP: Final = 2  # times the wanted size: below it the filter, above it averages

# What describes how samples are packed. Orientation is no part of it: a band is not to be turned.
_PACKING: Final = frozenset(
    {Tiff.IMAGEWIDTH, Tiff.BITSPERSAMPLE, Tiff.COMPRESSION, Tiff.PHOTOMETRIC_INTERPRETATION, Tiff.FILLORDER}
    | {Tiff.SAMPLESPERPIXEL, Tiff.PLANAR_CONFIGURATION, Tiff.PREDICTOR, Tiff.COLORMAP, Tiff.EXTRASAMPLES}
    | {Tiff.SAMPLEFORMAT, Tiff.JPEGTABLES, Tiff.YCBCRSUBSAMPLING, Tiff.REFERENCEBLACKWHITE, 292, 293}
)
_ORIENTATION: Final = 274
_HEADER: Final = 8  # bytes


def shrunk(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Of this width and height, in 8 bit: as `to_eight_bit` and `resize` would give it.

    Args:
        image: opened, perhaps not loaded
        size: px, at most that of the image
    """
    factors = tuple(max(1, int(whole / wanted / _REDUCING_GAP)) for whole, wanted in zip(image.size, size, strict=True))
    across, down = factors[0], factors[1]
    convert, joined = eight_bit(image, _bands(image, down)), None
    for top, band in _bands(image, down):
        part = convert(band)
        part = part.reduce((across, down)) if max(factors) > 1 else part
        if joined is None:
            joined = Image.new(part.mode, (part.width, ceil(image.height / down)))
        joined.paste(part, (0, top // down))
    if joined is None:
        raise ValueError("no rows")
    return joined.resize(size, Image.Resampling.LANCZOS, box=(0, 0, image.width / across, image.height / down))


def in_strips(image: Image.Image) -> bool:
    """Whether an image is a TIFF of which a band can be read by itself."""
    if not isinstance(image, Tiff.TiffImageFile) or image.tag_v2.get(Tiff.PLANAR_CONFIGURATION, 1) != 1:
        return False
    turned = image.tag_v2.get(_ORIENTATION, 1) != 1  # by its reader, once it is whole
    rows = _rows(image)
    return not turned and 0 < rows < image.height and rows * image.width <= _STRIP


def _rows(image: Tiff.TiffImageFile) -> int:
    """Of pixels in each strip, or in each row of tiles."""
    tags = image.tag_v2
    return int(tags.get(Tiff.TILELENGTH, 0) or tags.get(Tiff.ROWSPERSTRIP, 0) or 0)


def _bands(image: Image.Image, down: int) -> Iterator[tuple[int, Image.Image]]:
    """First row and pixels of each band; all but the last are a multiple of `down` high."""
    if isinstance(image, Tiff.TiffImageFile) and in_strips(image):
        yield from _strips(image, down)
        return
    image.load()
    height = _height(image.width, down)
    for top in range(0, image.height, height):
        yield top, image.crop((0, top, image.width, min(top + height, image.height)))


def _height(width: int, step: int) -> int:
    return max(1, _BAND // (width * step)) * step


def _strips(image: Tiff.TiffImageFile, down: int) -> Iterator[tuple[int, Image.Image]]:
    """The same of a TIFF; what of the last strips is left over by `down` waits for the next ones."""
    rows, left, at = _rows(image), None, 0
    many = max(1, _BAND // (image.width * rows))
    for first in range(0, ceil(image.height / rows), many):
        band = _decoded(image, first, many)
        if left is not None:
            band = _below(left, band)
        whole = band.height if at + band.height >= image.height else band.height // down * down
        if whole:
            yield at, band.crop((0, 0, band.width, whole))
        left, at = band.crop((0, whole, band.width, band.height)), at + whole


def _below(upper: Image.Image, lower: Image.Image) -> Image.Image:
    joined = Image.new(lower.mode, (lower.width, upper.height + lower.height))
    joined.info = lower.info
    if lower.palette:
        joined.putpalette(lower.palette)
    joined.paste(upper, (0, 0))
    joined.paste(lower, (0, upper.height))
    return joined


def _decoded(image: Tiff.TiffImageFile, first: int, many: int) -> Image.Image:
    """Some rows of strips or tiles as a TIFF of their own."""
    tags, rows = image.tag_v2, _rows(image)
    tiled = Tiff.TILEOFFSETS in tags
    across = ceil(image.width / tags[Tiff.TILEWIDTH]) if tiled else 1
    offsets, counts = (Tiff.TILEOFFSETS, Tiff.TILEBYTECOUNTS) if tiled else (Tiff.STRIPOFFSETS, Tiff.STRIPBYTECOUNTS)
    chosen = slice(first * across, (first + many) * across)
    pieces = [_piece(image, at, size) for at, size in zip(tags[offsets][chosen], tags[counts][chosen], strict=True)]
    made = Tiff.ImageFileDirectory_v2(prefix=tags.prefix)
    for tag in [*_PACKING & {*tags}, *([Tiff.TILEWIDTH, Tiff.TILELENGTH] if tiled else [])]:
        made.tagtype[tag] = tags.tagtype[tag]
        made[tag] = tags[tag]
    made[Tiff.IMAGELENGTH] = min(many * rows, image.height - first * rows)
    if not tiled:
        made[Tiff.ROWSPERSTRIP] = rows
    starts = [*itertools.accumulate(map(len, pieces[:-1]), initial=0)]
    made.tagtype[offsets] = made.tagtype[counts] = TiffTags.LONG
    made[counts] = tuple(map(len, pieces))
    made[offsets] = tuple(starts)  # of strips from the end of the directory on, which `tobytes` adds
    if tiled:
        made[offsets] = tuple(_HEADER + len(made.tobytes(_HEADER)) + start for start in starts)
    order = "<" if made.prefix == b"II" else ">"
    head = made.prefix + struct.pack(f"{order}HL", 42, _HEADER)
    band = Tiff.TiffImageFile(BytesIO(b"".join([head, made.tobytes(_HEADER), *pieces])))
    band.load()
    return band


def _piece(image: Tiff.TiffImageFile, at: int, size: int) -> bytes:
    if image.fp is None:
        raise ValueError("the file has been closed")
    image.fp.seek(at)
    return bytes(image.fp.read(size))
