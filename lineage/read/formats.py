"""Which picture format a file has, by its first bytes, and who reads it. A part of the decoder, `images`.

Pillow's readers are called directly instead of through `Image.open`: nothing global has to be registered, its other
readers (Ghostscript among them) stay away from hostile files, and what went wrong is not lost.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import IO, Final

from PIL import Image
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
from PIL.JpegImagePlugin import jpeg_factory
from PIL.PngImagePlugin import PngImageFile
from PIL.PsdImagePlugin import PsdImageFile
from PIL.TiffImagePlugin import BITSPERSAMPLE, PLANAR_CONFIGURATION, ImageFileDirectory_v2, TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile
from pillow_heif import HeifImageFile

from lineage.machine.require import is_there
from lineage.read.camera import SIGNATURES as OF_CAMERAS
from lineage.read.camera import SUFFIXES as CAMERA_SUFFIXES
from lineage.read.camera import camera_file, is_camera_file
from lineage.read.drawn import PDF_SUFFIXES, SVG_SUFFIXES, PdfPages, is_svg, svg

OF_EXTRA: Final[Mapping[str, frozenset[str]]] = {
    "rawpy": CAMERA_SUFFIXES,
    "pypdfium2": PDF_SUFFIXES,
    "resvg_py": SVG_SUFFIXES,
}
"""Module of the extra `formats` → suffixes of the files that it reads."""
SUPPORTED_SUFFIXES: Final = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff", ".psd"}
    | {".heic", ".heif", ".hif", ".avif", ".jp2", ".j2k", ".j2c", ".jpf", ".jpx"}
).union(*(suffixes for module, suffixes in OF_EXTRA.items() if is_there(module)))

# Progressive JPEGs have about ten. The authors of libjpeg-turbo stop their own fuzzers at 500 and advise a limit.
MOST_SCANS: Final = 500
_REMARKS: Final = 4096  # bytes
_CAMERA: Final = "camera file"
_LOOKED_AT: Final = 64 << 20  # bytes; no picture that may be decoded takes more
_SCAN, _END = re.compile(rb"\xff\xda"), b"\xd9"  # `bytes.count` would take four times as long
_MARKER: Final = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])", re.DOTALL)  # those with a length, and the end

Reader = Callable[[IO[bytes]], Image.Image]


class UnknownFormat(Exception):
    """No reader; the message is a short clause for a person."""


def find_reader(file: IO[bytes]) -> tuple[str, Reader]:
    """A file at its start → name of its format and reader.

    Readers are not told the file's name: Pillow would map a file of that name into memory, whoever wrote it since.

    Raises:
        UnknownFormat: empty, text, or no supported format
    """
    head = file.read(64)
    file.seek(0)
    for signature, format_name, reader in _READERS:
        if head.startswith(signature):
            return format_name, reader
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP", WebPImageFile
    if head[4:12] == b"ftypcrx ":
        return _CAMERA, camera_file
    if head[4:8] == b"ftyp":
        # A list of brands follows; either kind may put the brand that they share, mif1, first.
        return ("AVIF", AvifImageFile) if b"avif" in head or b"avis" in head else ("HEIF", HeifImageFile)
    if not head:
        raise UnknownFormat("the file is empty")
    if _is_text(head) and is_svg(_begin(file)):
        return "SVG", svg
    raise UnknownFormat("text, not a picture" if _is_text(head) else "not a picture of a supported format")


class _Declared(Image.Image):
    """What a file says of itself, without pixels."""

    def __init__(self, kind: str, size: tuple[int, int]) -> None:
        super().__init__()
        self.format, self._mode, self._size = kind, "RGBA", size


def declared(file: IO[bytes]) -> Image.Image | None:
    """A file at its start → what it says of itself, where its reader takes memory for all of it when it is opened.

    That is WebP alone.
    """
    head = file.read(30)
    file.seek(0)
    size = _webp_size(head) if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None
    return _Declared("WEBP", size) if size else None


def _webp_size(head: bytes) -> tuple[int, int] | None:
    """Width and height in the first 30 bytes; None where its first chunk is none that may stand there."""
    chunk, packed = head[12:16], int.from_bytes(head[21:25], "little")
    if chunk == b"VP8X":
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    if chunk == b"VP8L":
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 ":
        return int.from_bytes(head[26:28], "little") & 0x3FFF, int.from_bytes(head[28:30], "little") & 0x3FFF
    return None


class _Psd16(PsdImageFile):
    """A PSD of 16 bit a sample, disguised by `_psd` as one of 8 bit and twice the width."""

    def _open(self) -> None:
        super()._open()
        self._size = (self.width // 2, self.height)

    def load_prepare(self) -> None:
        self._size = (self.width * 2, self.height)
        super().load_prepare()

    def load_end(self) -> None:
        self._size = (self.width // 2, self.height)
        every_second_column = (2, 0, -0.5, 0, 1, 0)
        self.im = self.transform(self.size, Image.Transform.AFFINE, every_second_column).im


def _psd(file: IO[bytes]) -> ImageFile:
    """Pillow (13.0) reads 8 bit only.

    A PSD stores one channel after the other, the high byte of a sample first, raw or packed by bytes. So one of 16 bit
    is one of 8 bit and twice the width, of which every second column is wanted.
    """
    header = file.read(26)
    file.seek(0)
    if header[22:24] != b"\0\x10":
        return PsdImageFile(file)
    content = file.read()
    width = int.from_bytes(header[18:22])
    return _Psd16(BytesIO(content[:18] + (2 * width).to_bytes(4) + b"\0\x08" + content[24:]))


def _jpeg(file: IO[bytes]) -> ImageFile:
    """Each scan goes over the whole picture, so that a small file of thousands of them would take minutes: refused."""
    content = file.read(_LOOKED_AT)
    file.seek(0)
    if _times(_SCAN, content) > MOST_SCANS and _scans(content) > MOST_SCANS:
        raise UnknownFormat(f"a JPEG of more than {MOST_SCANS} scans, which take too long to decode")
    return jpeg_factory(file)


def _times(what: re.Pattern[bytes], content: bytes) -> int:
    return sum(1 for _ in what.finditer(content))


def _scans(content: bytes) -> int:
    """How many scans the first picture of a JPEG has; others, or a film, may follow it."""
    scans, at = 0, 2
    while (marker := _MARKER.search(content, at)) and marker[1] != _END:
        scans += _SCAN.match(marker[0]) is not None
        at = marker.end() + int.from_bytes(content[marker.end() : marker.end() + 2])
    return scans


def _begin(file: IO[bytes]) -> bytes:
    """A file at its start → its first bytes, in which an SVG says that it is one, behind whatever is remarked."""
    begin = file.read(_REMARKS)
    file.seek(0)
    return begin


def _tiff(file: IO[bytes]) -> Image.Image:
    """Most cameras' files are TIFFs, whose first picture is the size of a stamp.

    Pillow (13.0) reads uncompressed planes of 16 bit as if they had 8, which gives noise: refused.
    """
    if is_camera_file(_first_tags(file)):
        return camera_file(file)
    image = TiffImageFile(file)
    planes = image.tag_v2.get(PLANAR_CONFIGURATION) == 2
    deep = max(image.tag_v2.get(BITSPERSAMPLE, (1,))) > 8
    if planes and deep and any(tile.codec_name == "raw" for tile in image.tile):
        raise ValueError("uncompressed planes of more than 8 bit")
    return image


def _first_tags(file: IO[bytes]) -> ImageFileDirectory_v2:
    """A TIFF at its start → the tags of its first picture."""
    head = file.read(16)
    tags = ImageFileDirectory_v2(head[:8] if head[2:3] in b"*\0" else head)
    file.seek(tags.next)
    tags.load(file)
    file.seek(0)
    return tags


def _is_text(head: bytes) -> bool:
    try:
        # Incremental, because the last character may be cut.
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character.isspace() for character in text)


_READERS: Final[tuple[tuple[bytes, str, Reader], ...]] = (
    (b"\xff\xd8\xff", "JPEG", _jpeg),
    (b"\x89PNG\r\n\x1a\n", "PNG", PngImageFile),
    (b"GIF8", "GIF", GifImageFile),
    (b"BM", "BMP", BmpImageFile),
    (b"II*\0", "TIFF", _tiff),
    (b"MM\0*", "TIFF", _tiff),
    (b"II+\0", "TIFF", _tiff),
    (b"MM\0+", "TIFF", _tiff),
    (b"8BPS", "PSD", _psd),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000", Jpeg2KImageFile),
    (b"\xff\x4f\xff\x51", "JPEG 2000", Jpeg2KImageFile),
    (b"%PDF-", "PDF", PdfPages),
    *((signature, _CAMERA, camera_file) for signature in OF_CAMERAS),
)
