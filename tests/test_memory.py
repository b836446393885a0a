"""What a picture takes in memory: bounded whatever it declares, and the same picture as if it were read whole."""

from __future__ import annotations

import faulthandler
import os
import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.WebPImagePlugin import WebPImageFile

from indexer.run.workers import Job, Workers, read
from lineage.errors import ImageError, ImageTooLarge
from lineage.machine.heap import limit_memory
from lineage.read import bands
from lineage.read.cost import BYTES_A_PIXEL, memory_for
from lineage.read.formats import declared
from lineage.read.images import PIXEL_LIMIT, decode
from lineage.read.pictures import PictureReader
from lineage.records import Location
from lineage.settings import Settings
from tests.bad_input import forms, large_gif, large_webp

SIDE = 13_000  # px: 169 megapixels, below the limit


def file(image: Image.Image, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, **options)
    return buffer.getvalue()


@pytest.fixture
def picture(drawn) -> Image.Image:
    return Image.fromarray(drawn(5, width=900, height=700))


KINDS = {
    "TIFF in strips": {"format": "TIFF", "compression": "tiff_lzw", "strip_size": 20_000},
    "TIFF of one strip": {"format": "TIFF", "compression": "tiff_lzw", "strip_size": 10**8},
    "TIFF of JPEG strips": {"format": "TIFF", "compression": "jpeg", "strip_size": 20_000},
    "PNG": {"format": "PNG"},
    "BMP": {"format": "BMP"},
}


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "P", "CMYK", "I;16", "F", "1"])
@pytest.mark.parametrize("kind", KINDS)
def test_in_bands_a_picture_comes_out_as_if_it_were_read_whole(picture, kind, mode, monkeypatch):
    try:
        content = file(picture.convert("L").convert("F") if mode == "F" else converted(picture, mode), **KINDS[kind])
    except (OSError, ValueError, KeyError, RuntimeError):
        pytest.skip(f"waits for a kind of {kind} that holds {mode}")
    whole = decode(content, longest=200)
    monkeypatch.setattr(bands, "LARGE", 0)
    monkeypatch.setattr(bands, "_BAND", 30_000)
    banded = decode(content, longest=200)
    assert (banded.width, banded.height) == (whole.width, whole.height)
    assert np.array_equal(banded.pixels, whole.pixels)


def converted(picture: Image.Image, mode: str) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 200)
    return picture.quantize(40) if mode == "P" else picture.convert(mode)


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("TIFF of one strip", "F"), ("TIFF of one strip", "RGB")])
def test_what_would_take_more_memory_than_a_picture_gets_is_refused_by_a_limit_that_is_named(kind, mode):
    content = file(Image.new(mode, (1000, 900)), **KINDS[kind])
    with pytest.raises(
        ImageTooLarge, match=r"px of this \w+ take \d MB to decode, more than \d MB; the setting pixel_lim"
    ):
        decode(content, longest=100, pixel_limit=1_000_000)


@pytest.mark.parametrize("kind", ["WEBP", "AVIF", "JPEG2000"])
def test_decoders_that_hold_a_picture_several_times_are_counted_so(kind):
    content = file(Image.new("RGB", (1000, 500)), format=kind)
    with pytest.raises(ImageTooLarge, match="the setting pixel_limit raises that"):
        decode(content, longest=100, pixel_limit=500_000)


def test_a_progressive_jpeg_counts_with_what_its_decoder_keeps():
    content = file(Image.new("RGB", (1000, 1000)), format="JPEG", progressive=True, subsampling=0)
    with pytest.raises(ImageTooLarge, match="this JPEG take 6 MB to decode, more than 2 MB"):
        decode(content, longest=100, pixel_limit=1_000_000)
    assert decode(file(Image.new("RGB", (1000, 1000)), format="JPEG"), longest=100, pixel_limit=1_000_000)


@pytest.mark.parametrize("kind", [b"VP8X", b"VP8L", b"VP8 "])
def test_a_webp_is_refused_by_what_it_declares_before_its_decoder_takes_memory_for_it(kind, monkeypatch):
    monkeypatch.setattr(WebPImageFile, "_open", lambda _: pytest.fail("opened"))
    with pytest.raises(ImageTooLarge, match="12000 × 12000 px of this WEBP take 2,232 MB to decode, more than 394 MB"):
        decode(large_webp(kind), longest=512)


@pytest.mark.parametrize(
    "options", [{}, {"lossless": True}, {"save_all": True, "append_images": [Image.new("L", (9, 7))]}]
)
def test_the_sides_of_a_webp_are_read_from_its_head(options):
    content = file(Image.new("RGB", (9, 7)), format="WEBP", **options)
    said = declared(BytesIO(content))
    assert said
    assert said.size == (9, 7)


def test_more_pixels_than_its_reader_takes_are_told_with_the_setting():
    with pytest.raises(ImageTooLarge, match="more than 179 megapixels, the most that the setting pixel_limit"):
        decode(large_gif(20_000), longest=512)


def grown(content: bytes) -> int:
    """Bytes by which a process grows that decodes a picture as workers do."""
    process = os.fork()
    if not process:
        faulthandler.disable()  # a decoder that gets no memory aborts
        limit_memory(memory_for(PIXEL_LIMIT))
        try:
            decode(content, longest=512)
        finally:
            os._exit(0)
    _, _, used = os.wait4(process, 0)
    return 1000 * (used.ru_maxrss - resident())


def resident() -> int:
    (line,) = (one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1])


def big_png() -> bytes:
    """13,000 × 13,000 px of palette, in a few kilobytes."""
    rows = zlib.compressobj(9)
    body = b"".join(rows.compress(bytes(1 + SIDE)) for _ in range(SIDE)) + rows.flush()
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 3, 0, 0, 0)
    parts = [(b"IHDR", header), (b"PLTE", bytes(range(48))), (b"IDAT", body), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="waits for Linux, which tells memory")
def test_a_small_file_of_169_megapixels_is_read_in_little_memory():
    assert grown(big_png()) < BYTES_A_PIXEL * 179e6


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="waits for Linux, which limits memory")
def test_a_page_that_is_drawn_gets_no_more_memory_than_a_picture():
    assert grown(forms()) < BYTES_A_PIXEL * 179e6 * 1.1


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="waits for Linux, which limits memory")
def test_a_page_that_takes_more_memory_than_that_is_told_so():
    with (
        PictureReader(Settings()) as reader,
        pytest.raises(ImageError, match="gave up: it takes more memory than is all"),
    ):
        reader.decode(forms(), name="forms.pdf", longest=512)


def test_a_worker_that_wants_more_memory_than_it_gets_fails_its_file_alone(tmp_path, drawn):
    Image.fromarray(drawn(1)).save(tmp_path / "b.png")
    (tmp_path / "a.png").write_bytes(big_png())
    stats = {name: (tmp_path / name).stat() for name in ("a.png", "b.png")}
    jobs = [
        Job(Location(str(tmp_path), name, stat.st_size, stat.st_mtime_ns), "", 512, 192, 178_956_970)
        for name, stat in stats.items()
    ]
    with Workers(1, limit=60, memory=100 << 20, task=read) as workers:
        outcomes = [*workers.outcomes(jobs)]
    assert outcomes[0].failure == "not enough memory to decode this PNG"
    assert outcomes[1].prepared
