"""Small pictures of every format that is read, and what may become of their bytes on the way or by intent."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from random import Random

import numpy as np
import pillow_heif
from PIL import Image, ImageCms

from tests.conftest import draw
from tests.dng import dng

_SIDES = 48, 32
_CHUNK = re.compile(rb"IHDR|PLTE|tRNS|IDAT|acTL|fcTL|fdAT|eXIf|iCCP|IEND")
_TELLING = (0, 1, 2, 3, 7, 8, 16, 255)  # and those beside the ends of what fits


@cache
def seeds() -> dict[str, bytes]:
    """Name → bytes of a picture that can be read."""
    first, second = (Image.fromarray(draw(seed, width=_SIDES[0], height=_SIDES[1])) for seed in (1, 2))
    exif, deep = Image.Exif(), Image.fromarray(np.asarray(first.convert("L")).astype(np.uint16) * 257)
    exif[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    tagged = {"exif": exif.tobytes(), "icc_profile": profile}
    several = {"save_all": True, "append_images": [second, first.rotate(180)]}
    made = {
        "jpeg": _saved(first, "JPEG", **tagged),
        "progressive jpeg": _saved(first, "JPEG", progressive=True),
        "cmyk jpeg": _saved(first.convert("CMYK"), "JPEG"),
        "png": _saved(first, "PNG", **tagged),
        "palette png": _saved(first.quantize(64), "PNG", transparency=3),
        "deep png": _saved(deep, "PNG"),
        "apng": _saved(first, "PNG", **several),
        "gif": _saved(first, "GIF", **several),
        "webp": _saved(first, "WEBP", **tagged),
        "lossless webp": _saved(first.convert("RGBA"), "WEBP", lossless=True),
        "webp animation": _saved(first, "WEBP", **several),
        "bmp": _saved(first, "BMP"),
        "palette bmp": _saved(first.quantize(64), "BMP"),
        "tiff": _saved(first, "TIFF", **several),
        "lzw tiff": _saved(first.convert("RGBA"), "TIFF", compression="tiff_lzw"),
        "jpeg tiff": _saved(first, "TIFF", compression="jpeg"),
        "deep tiff": _saved(deep, "TIFF", compression="tiff_adobe_deflate"),
        "float tiff": _saved(first.convert("F"), "TIFF"),
        "fax tiff": _saved(first.convert("1"), "TIFF", compression="group4"),
        "jp2": _saved(first, "JPEG2000"),
        "j2k": _saved(first, "JPEG2000", no_jp2=True, irreversible=True),
        "avif": _saved(first, "AVIF", **tagged),
        "avif animation": _saved(first, "AVIF", **several),
        "heif": _heif(first),
        "psd": _psd(first),
        "pdf": _saved(first, "PDF", **several),
        "svg": _SVG,
        "dng": dng(np.asarray(first)),
    }
    return made


def mutant(number: int) -> tuple[str, bytes]:
    """What is done to one of the pictures, and what comes of it; equal numbers give equal bytes."""
    random = Random(number)
    name = random.choice(sorted(seeds()))
    content = bytearray(seeds()[name])
    told = [name]
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        change = random.choice(_CHANGES)
        change(content, random)
        told.append(change.__name__.strip("_"))
    if name.endswith("png") and random.random() < 0.8:
        content = _summed(content)  # who means ill sums up what they have written
    return f"mutant {number}: {', '.join(told)}", bytes(content)


def _flip_bits(content: bytearray, random: Random) -> None:
    for _ in range(random.randint(1, 8)):
        if content:
            content[random.randrange(len(content))] ^= 1 << random.randrange(8)


def _flip_in_head(content: bytearray, random: Random) -> None:
    """Where most of what a decoder is told stands."""
    for _ in range(random.randint(1, 4)):
        if content:
            content[random.randrange(min(len(content), 128))] ^= 1 << random.randrange(8)


def _cut(content: bytearray, random: Random) -> None:
    del content[random.randrange(len(content) + 1) :]


def _other_number(content: bytearray, random: Random) -> None:
    """Lengths, counts, offsets and sides are numbers of one, two or four bytes, either end first."""
    width = random.choice((1, 2, 4))
    if len(content) > width:
        at, most = random.randrange(len(content) - width), 256**width - 1
        value = random.choice((*_TELLING, most, most - 1, most // 2, most // 2 + 1, random.randint(0, most)))
        content[at : at + width] = value.to_bytes(width, random.choice(("little", "big")))


def _swap_blocks(content: bytearray, random: Random) -> None:
    (a, b), (c, d) = _block(content, random), _block(content, random)
    content[a:b], content[c:d] = content[c:d], content[a:b]


def _drop_block(content: bytearray, random: Random) -> None:
    begin, end = _block(content, random)
    del content[begin:end]


def _repeat_block(content: bytearray, random: Random) -> None:
    begin, end = _block(content, random)
    content[end:end] = content[begin:end] * random.choice((1, 2, 50))


def _block_of_another(content: bytearray, random: Random) -> None:
    other = seeds()[random.choice(sorted(seeds()))]
    (begin, end), (a, b) = _block(other, random), _block(content, random)
    content[a:b] = other[begin:end]


_CHANGES: tuple[Callable[[bytearray, Random], None], ...] = (
    _flip_bits, _flip_in_head, _cut, _other_number, _other_number, _swap_blocks, _drop_block, _repeat_block,
    _block_of_another,
)  # fmt: skip


def _block(content: bytes | bytearray, random: Random) -> tuple[int, int]:
    """Where a piece of at most 64 bytes begins and ends."""
    begin = random.randrange(len(content) + 1)
    return begin, min(len(content), begin + random.randint(1, 64))


def _summed(content: bytearray) -> bytearray:
    """The chunks of a PNG with the sums that they should have, as far as its lengths lead."""
    made = bytearray(content)
    for found in _CHUNK.finditer(content):
        begin = found.start()
        end = begin + 4 + int.from_bytes(content[max(0, begin - 4) : begin])
        if end + 4 <= len(made):
            made[end : end + 4] = zlib.crc32(made[begin:end]).to_bytes(4)
    return made


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _heif(image: Image.Image) -> bytes:
    file = BytesIO()
    pillow_heif.from_pillow(image).save(file)
    return file.getvalue()


def _psd(image: Image.Image) -> bytes:
    """Three planes of 8 bit as they are, with neither resources nor layers."""
    planes = np.asarray(image).transpose(2, 0, 1)
    head = struct.pack(">4sH6xHIIHH", b"8BPS", 1, 3, image.height, image.width, 8, 3)
    return head + struct.pack(">IIIH", 0, 0, 0, 0) + planes.tobytes()


_SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 60 40">
<defs><linearGradient id="g"><stop offset="0" stop-color="red"/><stop offset="1" stop-color="#00f8"/></linearGradient>
<g id="s"><path d="M3 3C20 9 9 20 30 30z" fill="url(#g)"/></g></defs>
<use xlink:href="#s" transform="rotate(9) scale(1.2)"/><circle cx="40" cy="20" r="12" filter="blur(2px)"/></svg>"""
